"""Whose turn it is: a process draws pages one after the other, however many visitors ask at once.

Python computes in one thread at a time. Thirty scripts that draw at once take its lock from one another and from the
loop that sends what they drew, at every message: together they need half as much processor again, and all of them end
late. One after the other, the first visitors have their page while the last ones wait. Measured by benchmarks/load.py.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds without any script after which those go on who stand back, and between two looks of theirs.
QUIET, LOOK_EVERY = 1.0, 0.1
#: Seconds that who stands back waits at most before the next piece of what it has begun.
MOST = 0.25
_turn = threading.Semaphore(1)
_mine = threading.local()
_scripts: set[int] = set()
"""Threads whose scripts run, be it their turn or not."""
_last = -QUIET
"""When the last one ended, by the monotonic clock."""


@contextmanager
def turn() -> Iterator[None]:
    """Wait for this script's turn, and have it until the block ends or `leave` is called.

    Inside another block of the same script it changes nothing.
    """
    if getattr(_mine, "turn", False):
        yield
        return
    global _last
    outermost = (thread := threading.get_ident()) not in _scripts
    _scripts.add(thread)
    try:
        _turn.acquire()
        _mine.turn = True
        yield
    finally:
        leave()
        if outermost:
            _last = time.monotonic()
            _scripts.remove(thread)


def leave() -> None:
    """Let others draw: what this script does next takes long, or waits for somebody else.

    It goes on beside the others, but for the parts of the page that it still draws: each has a turn of its own. Whoever
    holds the turn never waits for it, so nothing can lock up. Who stands back waits here for a quiet moment, but not
    for long: a visitor may be waiting for the very thing that it has half computed.
    """
    if getattr(_mine, "stands_back", False):
        wait_for_quiet(MOST)
    if getattr(_mine, "turn", False):
        _mine.turn = False
        _turn.release()


def wait_for_quiet(most: float = math.inf) -> None:
    """Wait until no script has run for a second, at most so many seconds."""
    until = time.monotonic() + most
    while not is_quiet() and time.monotonic() < until:
        time.sleep(LOOK_EVERY)


def is_quiet() -> bool:
    """Whether no script runs, and none has for a second."""
    return not _scripts and time.monotonic() >= _last + QUIET


def stand_back() -> None:
    """This thread works for nobody who waits: from now on it goes on beside no script."""
    _mine.stands_back = True
