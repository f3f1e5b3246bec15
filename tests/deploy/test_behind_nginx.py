"""The shipped nginx in front of two processes: visitors stay on theirs, and one process dies."""

from __future__ import annotations

import http.client
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from explainer.experiments.stacks.reading import MOST_TEXT
from tests.app.conftest import free_port
from tests.photo_files import encode, quarters

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx)")


@dataclass
class Deployment:
    """What `deploy/without_docker.py` started: its port, its folder, the process of each replica."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    replicas: dict[str, int] = field(default_factory=dict)

    def listen(self, until: str) -> None:
        """Read what it prints until a line starts with `until`."""
        assert self.process.stdout is not None
        printed = []
        for line in self.process.stdout:
            printed.append(line)
            found = re.match(r"app-(\d): process (\d+)", line)
            if found:
                self.replicas[found[1]] = int(found[2])
            if line.startswith(until):
                return
        raise AssertionError("it ended: " + "".join(printed) + self.logs())

    def logs(self) -> str:
        return "".join(file.read_text() for file in sorted(self.folder.glob("*.log")))

    def requests(self) -> list[dict[str, Any]]:
        """nginx's own record of what it passed on."""
        return [json.loads(line) for line in (self.folder / "front.log").read_text().splitlines()]

    def ask(self, path: str = "/", method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """One request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers={"Cookie": "", **headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def socket(self, **headers: str) -> ClientConnection:
        """A page's connection."""
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        return connect(address, subprotocols=["streamlit"], additional_headers=headers, max_size=None)  # type: ignore[list-item]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder, port = tmp_path_factory.mktemp("deployed") / "fresh", free_port()
    own = pwd.getpwuid(os.geteuid()).pw_name
    command = [sys.executable, str(ROOT / "deploy" / "without_docker.py"), "--port", str(port), "--folder", folder.name]
    command += ["--python", sys.executable, "--user", own, "--replicas", "2"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(command, cwd=folder.parent, **streams)  # a folder as it is typed, below the present one
    found = Deployment(process, port, folder)
    try:
        found.listen("open http")
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert process.returncode == 0
    for replica in found.replicas.values():
        with pytest.raises(ProcessLookupError):
            os.kill(replica, 0)


def replica_of(answer: http.client.HTTPResponse) -> str:
    """The replica that an answer's cookie names; empty without one."""
    found = re.match(r"replica=(\d); Path=/; HttpOnly; SameSite=Lax$", answer.getheader("Set-Cookie", ""))
    return found[1] if found else ""


def opened(socket: ClientConnection) -> str:
    """Ask for the root page and wait for its end; the session's id."""
    ask = BackMsg()
    ask.rerun_script.SetInParent()
    socket.send(ask.SerializeToString())
    session = ""
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=120, decode=False))
        session = session or message.new_session.initialize.session_id
        if message.WhichOneof("type") == "script_finished":
            return session


def test_new_visitors_are_spread_and_stay_where_they_are(deployed: Deployment) -> None:
    drawn = [replica_of(deployed.ask()) for _ in range(20)]
    assert set(drawn) == {"1", "2"}, "twenty of one address all on one replica"
    time.sleep(0.3)  # a request is recorded when it has ended
    before = len(deployed.requests())
    for number in ("1", "2"):
        for path in ("/", "/_stcore/health", "/_stcore/host-config", "/static/nothing.js"):
            assert deployed.ask(path, Cookie=f"replica={number}").getheader("Set-Cookie", "").count("replica") == 0
        with deployed.socket(Cookie=f"replica={number}") as socket:
            opened(socket)
    time.sleep(0.3)  # so is a connection
    seen = deployed.requests()[before:]
    assert [one["replica"] for one in seen] == ["1"] * 5 + ["2"] * 5
    assert [one["kind"] for one in seen[:5]] == ["page", "core", "core", "file", "socket"]
    assert seen[4]["status"] == 101


def test_a_cookie_that_means_nothing_is_replaced(deployed: Deployment) -> None:
    for cookie in ("replica=7", "replica=", "replica=1;replica=x", "replica=%00"):
        assert deployed.ask(Cookie=cookie).status == 200
    assert replica_of(deployed.ask(Cookie="replica=7")) in {"1", "2"}


def test_a_link_with_a_whole_network_in_it_opens(deployed: Deployment) -> None:
    """As long a text as the page of shapes reads, a third of it written as three characters in an address."""
    text = "x" * (MOST_TEXT * 2 // 3) + "%0A" * (MOST_TEXT // 3)
    assert deployed.ask(f"/shapes-of-any-network?sh_layers={text}").status == 200


def test_every_answer_carries_the_headers_and_some_doors_are_closed(deployed: Deployment) -> None:
    for path, status in (("/", 200), ("/_stcore/health", 200), ("/_stcore/metrics", 404), ("/a/_stcore/metrics", 404),
                         ("/_stcore/agent/mcp", 404), ("/media/nothing.png", 404)):  # fmt: skip
        answer = deployed.ask(path)
        assert answer.status == status, path
        policy = answer.getheader("Content-Security-Policy", "")
        assert "default-src 'self';" in policy and policy.endswith("frame-ancestors 'self'")
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("Server") == "nginx"
    with pytest.raises(InvalidStatus, match="403"):
        deployed.socket(Origin="https://elsewhere.test")
    with deployed.socket(Origin=f"http://127.0.0.1:{deployed.port}"):
        pass
    too_large = {"Content-Length": str(22 * 2**20)}
    assert deployed.ask("/_stcore/upload_file/a/b", "PUT", **too_large).status == 413
    counted = [deployed.ask("/_stcore/upload_file/hasty/b", "PUT").status for _ in range(14)]
    assert counted[0] != 429 and counted[-1] == 429
    assert deployed.ask("/_stcore/upload_file/another/b", "PUT").status != 429, "counted by visitor, not by address"


def test_a_visitor_whose_replica_dies_goes_on_with_the_other(deployed: Deployment, browser: Browser) -> None:
    window = browser.new_context(viewport={"width": 1280, "height": 800})
    page = window.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if "Security Policy" in message.text else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    address = f"http://127.0.0.1:{deployed.port}"

    page.goto(f"{address}/your-photo?yp_size=129&yp_photo=horses", wait_until="domcontentloaded")
    page.locator(".viewer[data-ready]").first.wait_for(timeout=120_000)
    photo = {"name": "a.png", "mimeType": "image/png", "buffer": encode(quarters(), "PNG")}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([photo])
    expect(page.get_by_text("Photo 64 × 48;")).to_be_visible(timeout=120_000)
    mine = home(page)
    arrived = [one for one in deployed.requests() if one["kind"] == "upload" and one["status"] == 204]
    assert [(one["method"], one["replica"]) for one in arrived] == [("PUT", mine)]

    os.killpg(deployed.replicas[mine], signal.SIGKILL)
    for _ in range(600):  # the open page looks for its server by itself
        if home(page) != mine:
            break
        page.wait_for_timeout(100)
    assert home(page) != mine
    page.reload(wait_until="domcontentloaded")
    expect(page.get_by_text(re.compile("the network saw 129 × "))).to_be_visible(timeout=120_000)
    expect(page.get_by_text(re.compile("Photo 64 × 48;"))).to_have_count(0)
    assert home(page) != mine and "yp_photo=horses" in page.url
    assert problems == []
    window.close()

    deployed.listen(f"app-{mine}: process")
    log = deployed.logs()
    assert "horses" not in log and "a.png" not in log and "upload_file" not in log
    assert {key for one in deployed.requests() for key in one} == {
        "time", "kind", "method", "status", "bytes", "seconds", "replica",
    }  # fmt: skip


def home(page: Page) -> str:
    """The replica that the browser's cookie names."""
    return next(str(one.get("value")) for one in page.context.cookies() if one.get("name") == "replica")
