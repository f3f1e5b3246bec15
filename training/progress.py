"""A progress bar on standard error, one line that rewrites itself (or a line now and then where it is no terminal)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield the items and show how many are done, and the time that is left."""
    count = total if total is not None else len(items) if isinstance(items, Sized) else 0
    started = shown = time.monotonic()
    terminal = sys.stderr.isatty()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if done == count or now - shown > (0.5 if terminal else 30):
            shown = now
            _show(what, done, count, now - started, terminal)
    if terminal:
        print(file=sys.stderr)


def _show(what: str, done: int, count: int, seconds: float, terminal: bool) -> None:
    left = seconds / done * (count - done)
    bar = "#" * (20 * done // count) if count else ""
    text = f"{what} [{bar:<20}] {done}/{count}, {seconds:.0f} s, {left:.0f} s left"
    print(f"\r{text}" if terminal else text, end="" if terminal else "\n", file=sys.stderr, flush=True)
