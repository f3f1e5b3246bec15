"""One after the other: long work that many visitors ask for at once, in the order in which they came. No Streamlit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK = 0.2
"""Seconds between two looks at the line: so soon a visitor hears of a better place, and one who left is missed."""


class Turns:
    """A line in which the first works and the others wait."""

    def __init__(self) -> None:
        self._line: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def taken(self, told: Callable[[int], None]) -> Iterator[None]:
        """Wait for one's turn, and have it until the block ends.

        `told` is called with one's place (1: the next) at every look; whatever it raises leaves the line, as
        Streamlit's way of stopping the script of a visitor who has gone.
        """
        ticket = object()
        with self._moved:
            self._line.append(ticket)
        try:
            while place := self._place(ticket):
                told(place)
                with self._moved:
                    self._moved.wait_for(lambda: self._line[0] is ticket, LOOK)
            yield
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _place(self, ticket: object) -> int:
        with self._moved:
            return self._line.index(ticket)
