"""Files that never change: asked of the app once, then answered from memory, compressed for who takes it so."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from explainer.ui import immutable
from explainer.ui.gate import Message
from explainer.ui.shelf import Shelf

FILE = b"export default 1; // " + b"long " * 400
FOREVER = (b"cache-control", b"public, immutable, max-age=31536000")
SCRIPT = (b"content-type", b"text/javascript; charset=utf-8")


class Server:
    """The app behind the middleware; it counts how often it was asked, and how."""

    def __init__(self, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = (FOREVER, SCRIPT)) -> None:
        self.status, self.headers = status, headers
        self.asked: list[Message] = []

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        length = (b"content-length", str(len(FILE)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]})
        await send({"type": "http.response.body", "body": FILE[:100], "more_body": True})
        await send({"type": "http.response.body", "body": FILE[100:]})


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(immutable, "_answers", Shelf(8))
    yield


def get(app: Server, path: str, method: str = "GET", query: bytes = b"", **headers: str) -> tuple[Any, bytes]:
    """Status and headers of an answer, and its body."""
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": told}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(dict(message))

    async def receive() -> Message:
        return {"type": "http.request"}

    with ThreadPoolExecutor(1) as beside:  # a browser's tests may run a loop in this thread
        beside.submit(asyncio.run, immutable.Immutable(app)(scope, receive, send)).result()
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return {"status": sent[0]["status"], **dict(sent[0]["headers"])}, body


def test_the_app_is_asked_once_and_everybody_gets_the_whole_file() -> None:
    app = Server()
    for path in ("/static/js/a.123.js", "/static/js/a.123.js", "/class/room/static/js/a.123.js"):
        headers, body = get(app, path)
        assert (headers["status"], body) == (200, FILE)
        assert headers[b"content-length"] == str(len(FILE)).encode()
        assert dict([FOREVER, SCRIPT]).items() <= headers.items()
        assert headers[b"vary"] == b"Accept-Encoding" and b"content-encoding" not in headers
    assert len(app.asked) == 1
    get(app, "/static/js/b.456.js")
    assert len(app.asked) == 2, "another file"


def test_it_is_compressed_for_who_takes_it_so() -> None:
    app = Server()
    for _ in range(2):
        headers, body = get(app, "/once/a.123.js", accept_encoding="gzip, deflate, br")
        assert headers[b"content-encoding"] == b"gzip" and gzip.decompress(body) == FILE
        assert headers[b"content-length"] == str(len(body)).encode() and len(body) < len(FILE) / 5
    assert get(app, "/once/a.123.js")[1] == FILE
    assert len(app.asked) == 1
    assert all(name != b"accept-encoding" for name, _ in app.asked[0]["headers"]), (
        "or it would be kept compressed twice"
    )


def test_the_app_hears_all_else_that_the_browser_said() -> None:
    app = Server()
    get(app, "/static/js/a.123.js", accept_encoding="gzip", host="school.example")
    assert app.asked[0]["headers"] == [(b"host", b"school.example")]


def test_what_compression_does_not_help_is_sent_as_it_is() -> None:
    app = Server(headers=(FOREVER, (b"content-type", b"font/woff2")))
    headers, body = get(app, "/static/media/a.123.woff2", accept_encoding="gzip")
    assert b"content-encoding" not in headers and body == FILE


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/"},
        {"path": "/media/somebodys.jpg"},
        {"path": "/_stcore/health"},
        {"path": "/static/a.js", "method": "HEAD"},
        {"path": "/static/a.js", "query": b"v=1"},
        {"path": "/static/a.js", "range": "bytes=0-9"},
        {"path": "/static/a.js", "if_none_match": '"1"'},
    ],
)
def test_all_else_goes_to_the_app_every_time(request_: dict[str, Any]) -> None:
    app = Server()
    for _ in range(2):
        assert get(app, **request_)[1] == FILE
    assert len(app.asked) == 2 and app.asked[0]["method"] == request_.get("method", "GET")


@pytest.mark.parametrize(
    "app",
    [
        Server(404),
        Server(headers=(SCRIPT,)),
        Server(headers=((b"cache-control", b"no-cache"), SCRIPT)),
        Server(headers=(FOREVER, SCRIPT, (b"set-cookie", b"who=somebody"))),
    ],
)
def test_answers_that_are_not_for_ever_or_not_for_everybody_are_not_kept(app: Server) -> None:
    for _ in range(2):
        headers, body = get(app, "/static/a.js", accept_encoding="gzip")
        assert (headers["status"], body) == (app.status, FILE) and dict(app.headers).items() <= headers.items()
    assert len(app.asked) == 2
