"""A web server on 127.0.0.1 that serves small weights, with faults on demand."""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import torch

from explainer.segmentation.transfer import Source


def small_weights(value: float = 1.0) -> bytes:
    """A real state dict of a few kilobytes."""
    file = io.BytesIO()
    torch.save({"layer.weight": torch.full((20, 30), value)}, file)
    return file.getvalue()


@dataclass
class Server:
    """What is served, how often it was asked for, and the faults to show, one an answer (then none)."""

    data: bytes
    faults: list[str] = field(default_factory=list)
    requests: int = 0
    port: int = 0
    release: threading.Event = field(default_factory=threading.Event)
    ranges: bool = False
    mark: str = '"1"'
    asked: list[str | None] = field(default_factory=list)

    @property
    def digits(self) -> str:
        """The first 8 hex digits of what is served."""
        return hashlib.sha256(self.data).hexdigest()[:8]

    @property
    def source(self) -> Source:
        """Where to fetch it."""
        return Source(f"http://127.0.0.1:{self.port}/net-{self.digits}.pth", self.digits)


PORTAL = b"<!DOCTYPE html><html>Please log in to the guest network</html>"


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.requests += 1
            fault = server.faults.pop(0) if server.faults else ""
            body, length, status = server.data, len(server.data), 200
            server.asked.append(self.headers["Range"])
            first = self.first_byte()
            if first >= len(body):
                body, length, status = b"", 0, 416
            elif first:
                body, length, status = body[first:], len(body) - first, 206
            if fault == "404":
                body, length, status = b"gone", 4, 404
            elif fault == "portal":
                body, length = PORTAL, len(PORTAL)
            elif fault == "cut":
                body = body[: length // 2]
            elif fault == "cut, no length":
                body, length = body[: length // 2], 0
            elif fault == "flipped":
                body = body[:100] + bytes([body[100] ^ 1]) + body[101:]
            elif fault == "stall":
                server.release.wait(20)
            self.send_response(status)
            if server.ranges:
                self.send_header("ETag", server.mark)
            if status == 206:
                begin = first + (fault == "wrong part")
                self.send_header("Content-Range", f"bytes {begin}-{len(server.data) - 1}/{len(server.data)}")
            if fault.startswith("length "):
                length = 0
                self.send_header("Content-Length", fault.removeprefix("length ").encode().decode("latin-1"))
            if length:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def first_byte(self) -> int:
            """Where the asked part begins; 0 where ranges are not served or another version is meant."""
            asked = self.headers["Range"]
            if not server.ranges or asked is None or self.headers["If-Range"] != server.mark:
                return 0
            return int(asked.removeprefix("bytes=").removesuffix("-"))

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextlib.contextmanager
def serving(data: bytes, *faults: str, ranges: bool = False) -> Iterator[Server]:
    """Serve `data` with these faults while the block runs."""
    server = Server(data, list(faults), ranges=ranges)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        http.shutdown()
        http.server_close()
