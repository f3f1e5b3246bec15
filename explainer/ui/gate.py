"""What stands before Streamlit's own server: an allowance of uploads for every visit, and a closed door for statistics.

Streamlit takes any number of files, and keeps each until the visit ends. It also tells everybody how many visits there
are and how much memory its caches hold (`/_stcore/metrics`); there is no setting against that in 1.67.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from explainer.ui.events import tell
from explainer.ui.shelf import Shelf

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

PER_MINUTE, PER_VISIT = 20, 200
"""Files that one visit may send."""
METRICS, UPLOAD = "/_stcore/metrics", "/_stcore/upload_file/"
VARIABLE = "UPSAMPLING_METRICS"


class Allowance:
    """One visit's uploads."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._sent = 0
        self.refusal = ""

    def take(self, now: float) -> bool:
        """Whether one more file may come at `now` (seconds); if so it is counted, if not `refusal` says why."""
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if self._sent >= PER_VISIT:
            self.refusal = f"{PER_VISIT} photos have been sent in this visit; that is all one visit may send."
        elif len(self._recent) >= PER_MINUTE:
            self.refusal = f"More than {PER_MINUTE} photos came within a minute; please send the others a little later."
        else:
            self._recent.append(now)
            self._sent, self.refusal = self._sent + 1, ""
            return True
        return False


_allowances: Shelf[Allowance] = Shelf(4096)


def refusal(session: str) -> str:
    """Why the last file of a visit was turned away; empty if it was not."""
    found = _allowances.get(session)
    return found.refusal if found else ""


class Gate:
    """ASGI middleware."""

    def __init__(self, app: App, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.clock = app, clock

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        path = str(scope.get("path", ""))
        if METRICS in path and os.environ.get(VARIABLE) != "open":
            await answer(send, 404, "Not found")
        elif scope.get("method") == "PUT" and UPLOAD in path and not self.lets_in(path):
            await answer(send, 429, "Too many files")
        else:
            await self.app(scope, receive, send)

    def lets_in(self, path: str) -> bool:
        """Whether the visit that the path names may send one more file."""
        session = path.partition(UPLOAD)[2].partition("/")[0]
        allowed = _allowances.kept(session, Allowance).take(self.clock())
        if not allowed:
            tell("upload", outcome="turned_away")
        return allowed


async def answer(send: Send, status: int, text: str) -> None:
    """A whole response."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": status, "headers": headers[: 1 if status == 404 else 2]})
    await send({"type": "http.response.body", "body": text.encode()})
