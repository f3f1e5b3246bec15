"""What never changes is answered from memory: a first visit asks for a hundred files of Streamlit's and ours.

Each would be looked up on the disk, read in pieces by another thread and sent as it is: 4 ms of processor a file, half
a second a visitor, while a whole class opens the link. Files whose names tell their content come with the promise
`immutable`; such an answer is kept as it was, and compressed once.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable
from dataclasses import dataclass

from explainer.ui.gate import App, Message, Receive, Send
from explainer.ui.shelf import Shelf

Headers = list[tuple[bytes, bytes]]
#: First parts of the addresses of files that may be kept, after whatever path the app is served under.
PLACES = ("/static/", "/once/")
#: What only the app itself can answer: a piece of a file, or whether an older one still holds.
CONDITIONS = {b"range", b"if-range", b"if-none-match", b"if-modified-since"}
COMPRESSIBLE = (b"text/", b"application/javascript", b"application/json", b"application/wasm", b"image/svg+xml")


@dataclass(frozen=True)
class Kept:
    """An answer: its headers without a length, its body as it is, and compressed where that is worth it."""

    headers: Headers
    body: bytes
    small: bytes | None


_answers: Shelf[Kept] = Shelf(1024)


class Immutable:
    """ASGI middleware, to stand before all others."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the app answer and keep what may be kept."""
        name = name_of(scope)
        if name is None:
            await self.app(scope, receive, send)
            return
        kept = _answers.get(name)
        if kept is not None:
            await give(kept, scope["headers"], send)
            return
        start, body = await self.asked(scope, receive)
        if may_be_kept(start):
            kept = await asyncio.to_thread(made_small, start["headers"], body)
            _answers.put(name, kept)
            await give(kept, scope["headers"], send)
        else:
            await send(start)
            await send({"type": "http.response.body", "body": body})

    async def asked(self, scope: Message, receive: Receive) -> tuple[Message, bytes]:
        """The app's own answer, not compressed: how it starts, and its body."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        pieces: list[bytes] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                pieces.append(message.get("body", b""))

        await self.app({**scope, "headers": headers, "extensions": {}}, receive, take)
        return start, b"".join(pieces)


def name_of(scope: Message) -> str | None:
    """What tells a file's content, if it is a file's whole that is asked for: its address from its place on."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope.get("query_string"):
        return None
    found = max(scope["path"].rfind(place) for place in PLACES)
    if found < 0 or any(name in CONDITIONS for name, _ in scope["headers"]):
        return None
    return str(scope["path"][found:])


def may_be_kept(start: Message) -> bool:
    """Whether an answer is a file that never changes, and the same for everybody."""
    headers = start["headers"]
    promised = b"immutable" in value_of(headers, b"cache-control")
    return start["status"] == 200 and promised and not value_of(headers, b"set-cookie")


def made_small(headers: Headers, body: bytes) -> Kept:
    """An answer to keep."""
    rest = [(name, value) for name, value in headers if name not in (b"content-length", b"vary")]
    small = None
    if value_of(headers, b"content-type").startswith(COMPRESSIBLE):
        small = gzip.compress(body, compresslevel=6, mtime=0)
    return Kept([*rest, (b"vary", b"Accept-Encoding")], body, small if small and len(small) < 0.9 * len(body) else None)


async def give(kept: Kept, asked: Iterable[tuple[bytes, bytes]], send: Send) -> None:
    """A kept answer, compressed for who takes it so."""
    small = kept.small if b"gzip" in value_of(asked, b"accept-encoding") else None
    body = small or kept.body
    packed = [(b"content-encoding", b"gzip")] if small else []
    headers = [*kept.headers, *packed, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def value_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """A header's value; empty where there is none."""
    return next((value for one, value in headers if one == name), b"")
