"""The real app: `streamlit run` in a process of its own, and a browser in front of it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).parents[2]
READY = ".stApp[data-test-script-state=notRunning]"
EMPTY_STAGE = ".stage-waiting"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serve() -> Iterator[str]:
    """Run the app on a free port of this machine; yields its address."""
    with serving() as (address, _):
        yield address


@contextlib.contextmanager
def serving(*more: str, port: int = 0) -> Iterator[tuple[str, int]]:
    """As `serve`, with further options of Streamlit, at a port of choice; yields the address and the process id."""
    port = port or free_port()
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options, *more]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/_stcore/health", process)
        yield address, process.pid
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended: " + (process.stdout.read().decode() if process.stdout else "")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return
        time.sleep(0.2)
    raise TimeoutError(f"{address} did not answer within a minute")


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with serve() as address:
        yield address


class Visitor:
    """A tab that remembers what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.listen(message.type, message.text, message.location.get("url", "")))
        page.on("request", lambda request: self.outside(request.url))

    def listen(self, kind: str, text: str, url: str) -> None:
        # On a deep link Streamlit first looks for its own server below the link's path, and finds it one level up.
        if kind == "error" and "/_stcore/" not in url:
            self.problems.append(f"{text} {url}")

    def outside(self, url: str) -> None:
        if not url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.problems.append(f"asked the internet for {url}")

    def open(self, path: str = "") -> Page:
        self.page.goto(f"{self.address}/{path}", wait_until="domcontentloaded")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has run and stays at rest, and every stage is there.

        A stage's own script comes after the page's: until it has, its frame is empty and no key means anything.
        """
        self.page.wait_for_selector(READY, timeout=120_000)
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector(READY, timeout=120_000)
        expect(self.page.locator(EMPTY_STAGE)).to_have_count(0, timeout=120_000)


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Iterator[BrowserContext]:
    """One browser window for all visitors: its tabs share what was fetched and compiled, which saves seconds each."""
    window = browser.new_context(viewport={"width": 1280, "height": 800})
    yield window
    window.close()


@pytest.fixture
def visitor(app: str, tabs: BrowserContext) -> Iterator[Visitor]:
    page = tabs.new_page()
    page.set_default_timeout(60_000)
    found = Visitor(page, app)
    yield found
    page.close()
    assert found.problems == []
