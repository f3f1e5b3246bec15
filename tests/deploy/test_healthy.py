"""The health check: its first yes costs a visit, later ones none, and a visit that failed does not count."""

from __future__ import annotations

import http.server
import runpy
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.app.conftest import free_port

SCRIPT = Path(__file__).parents[2] / "deploy" / "healthy.py"


class Answers(http.server.BaseHTTPRequestHandler):
    """Streamlit's own word and the page's file; what was asked for is kept."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Answers.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def port() -> Iterator[int]:
    """Something that answers there."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Answers.asked.clear()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The script's names, with a folder of its own for the marks and visits that are only counted."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = runpy.run_path(str(SCRIPT))
    main = names["main"]
    visits: list[int] = []
    monkeypatch.setitem(main.__globals__, "visit", visits.append)
    return {"main": main, "globals": main.__globals__, "visits": visits}


def test_only_the_first_yes_costs_a_visit(healthy: dict[str, Any], port: int) -> None:
    assert [healthy["main"](port) for _ in range(3)] == [0, 0, 0]
    assert healthy["visits"] == [port]
    assert Answers.asked == ["/_stcore/health", "/"] * 3, "each asks whether it still answers"


def test_a_visit_that_failed_is_made_again(
    healthy: dict[str, Any], port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: int) -> None:
        raise TimeoutError("the script did not finish")

    with monkeypatch.context() as patched:
        patched.setitem(healthy["globals"], "visit", fails)
        assert healthy["main"](port) == 1
    assert f"the app on port {port} does not answer: the script did not finish" in capsys.readouterr().err
    assert healthy["main"](port) == 0 and healthy["visits"] == [port]


def test_each_process_is_visited_by_itself(healthy: dict[str, Any], port: int) -> None:
    assert healthy["main"](port) == 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        assert healthy["main"](other.server_port) == 0
        other.shutdown()
    assert healthy["visits"] == [port, other.server_port]


def test_where_nobody_answers_it_says_so_and_a_process_that_comes_late_is_waited_for(
    healthy: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    late = free_port()
    assert healthy["main"](late) == 1 and healthy["visits"] == []
    assert f"port {late} does not answer" in capsys.readouterr().err

    def come() -> None:
        with http.server.ThreadingHTTPServer(("127.0.0.1", late), Answers) as server:
            up.set()
            threading.Thread(target=server.serve_forever, daemon=True).start()
            over.wait(60)
            server.shutdown()

    up, over = threading.Event(), threading.Event()
    later = threading.Timer(0.7, come)
    later.start()
    assert healthy["main"](late, 30) == 0 and up.is_set()
    over.set()
    later.join()
    assert healthy["visits"] == [late] and capsys.readouterr().err == ""
