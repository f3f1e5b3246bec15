"""Find and start a browser for the browser tests; where there is none it is fetched, or the tests fail and say how."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Playwright

#: The headless shell first: a browser without its own windows needs a quarter of the processor's time.
NAMES = (
    "chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "msedge",
    "microsoft-edge",
)  # fmt: skip
QUIET = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HELP = (
    "No browser found: install Chrome or Chromium, set CHROMIUM to its path, "
    "or run `python -m playwright install chromium`."
)


def find() -> str | None:
    """The path of an installed browser: $CHROMIUM first, then the usual names on PATH."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start the installed browser, or else Playwright's own, fetched if need be."""
    path = find() or fetched(playwright)
    try:
        return playwright.chromium.launch(executable_path=path, args=arguments())
    except Error as problem:
        raise RuntimeError(f"{path} does not start. {HELP}\n{problem}") from problem


def fetched(playwright: Playwright) -> str:
    """The path of Playwright's own browser; downloads it the first time."""
    path = playwright.chromium.executable_path
    if not Path(path).exists():
        done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        if done.returncode or not Path(path).exists():
            raise RuntimeError(HELP)
    return path


def arguments() -> list[str]:
    """Quiet start-up; Chromium refuses its sandbox to root, as in most containers."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, "--no-sandbox"] if as_root else list(QUIET)


def load(page: Page, script: str) -> None:
    """Import a module's text into a page; what it exports is at `window.module`."""
    address = "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
    page.evaluate("async address => { window.module = await import(address); }", address)
