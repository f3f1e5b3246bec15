"""Whose turn it is: a process draws pages one after the other, however many visitors ask at once.

Python computes in one thread at a time. Thirty scripts that draw at once take its lock from one another and from the
loop that sends what they drew, at every message: together they need half as much processor again, and all of them end
late. One after the other, the first visitors have their page while the last ones wait. Measured by benchmarks/load.py.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Semaphore(1)
_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for this script's turn, and have it until the block ends or `leave` is called.

    Inside another block of the same script it changes nothing.
    """
    if getattr(_mine, "turn", False):
        yield
        return
    _turn.acquire()
    _mine.turn = True
    try:
        yield
    finally:
        leave()


def leave() -> None:
    """Let others draw: what this script does next takes long, or waits for somebody else.

    It goes on beside the others, but for the parts of the page that it still draws: each has a turn of its own. Whoever
    holds the turn never waits for it, so nothing can lock up.
    """
    if getattr(_mine, "turn", False):
        _mine.turn = False
        _turn.release()
