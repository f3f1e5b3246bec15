"""One answer of a server into one file: checked for pace and length, and joined to what an earlier try has left."""

from __future__ import annotations

import http
import http.client
import os
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from explainer.segmentation.weights import Progress, WeightsError

MOST_SECONDS = 1800.0
"""A download that takes longer is given up."""
LEAST_SPEED, SPEED_AFTER = 8_000, 30.0
"""Bytes a second, on average, below which a download is given up, once it has run for so many seconds."""
KEPT = "the bundled network works without it."
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Source:
    """A file to fetch; `digits` are the first hex digits of its SHA-256."""

    url: str
    digits: str

    @property
    def file_name(self) -> str:
        """The last part of the address."""
        return Path(urlsplit(self.url).path).name

    @property
    def host(self) -> str:
        """The server, for messages."""
        return urlsplit(self.url).hostname or self.url


class Damaged(Exception):
    """What arrived is not the file; worth one more try."""


def _mark_of(part: Path) -> Path:
    """Where the server's mark (`ETag`) of a half-fetched file is kept."""
    return part.with_name(part.name + ".etag")


def forget(part: Path) -> None:
    """Drop a half-fetched file and its mark."""
    for path in (part, _mark_of(part)):
        path.unlink(missing_ok=True)


def begun(part: Path) -> tuple[int, str]:
    """Bytes there already and the mark of their version; nothing counts without a mark, which is discarded."""
    if part.is_file() and _mark_of(part).is_file():
        return part.stat().st_size, _mark_of(part).read_text(encoding="utf-8")
    forget(part)
    return 0, ""


def receive(source: Source, part: Path, lock: Path, progress: Progress | None, timeout: float) -> None:
    """Copy the answer to `part`, behind what is there if the server sends the rest of the same version."""
    done, mark = begun(part)
    headers = {"User-Agent": "upsampling-explainer"}
    if done:
        headers |= {"Range": f"bytes={done}-", "If-Range": mark}
    request = urllib.request.Request(source.url, headers=headers)
    came, start = 0, time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            if answer.status != http.HTTPStatus.PARTIAL_CONTENT or _first_byte(answer) != done:
                done = 0
                _keep_mark(part, answer.headers.get("ETag") or "")
            length = _length(answer)
            total = done + length if length else 0
            with part.open("ab" if done else "wb") as file:
                while piece := answer.read1(_CHUNK):
                    file.write(piece)
                    came += len(piece)
                    os.utime(lock)
                    require_pace(source, came, time.monotonic() - start)
                    if progress is not None:
                        progress(done + came, total)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # all of it is there, or too much
            forget(part)
            raise Damaged(f"The download of {source.file_name} was cut off") from error
        raise
    except http.client.HTTPException as error:
        raise Damaged(f"The download of {source.file_name} was cut off") from error
    if done + came < total:
        raise Damaged(f"The download of {source.file_name} was cut off")


def _keep_mark(part: Path, mark: str) -> None:
    """Note the version that begins to arrive; a weak mark (`W/`) promises too little to join pieces."""
    forget(part)
    if mark.startswith('"'):
        _mark_of(part).write_text(mark, encoding="utf-8")


def _first_byte(answer: http.client.HTTPResponse) -> int:
    """Where a part begins, by its `Content-Range`; -1 if it does not say."""
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "", re.ASCII)
    return int(found[1]) if found else -1


def _length(answer: http.client.HTTPResponse) -> int:
    """The answer's length; 0 where it does not say, or nothing that makes sense."""
    length = answer.headers.get("Content-Length") or ""
    return int(length) if length.isascii() and length.isdigit() else 0


def require_pace(source: Source, done: int, seconds: float) -> None:
    """Raise WeightsError for a download that takes too long; nobody should wait for it."""
    if seconds > MOST_SECONDS:
        raise WeightsError(f"{source.file_name} took longer than {MOST_SECONDS / 60:.0f} minutes; {KEPT}")
    if seconds > SPEED_AFTER and done / seconds < LEAST_SPEED:
        raise WeightsError(f"{source.host} sends only {done / seconds / 1000:.1f} kB a second; {KEPT}")
