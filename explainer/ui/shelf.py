"""A small memory that forgets what was used longest ago. No Streamlit here.

What is the same for every visitor (a scene, its proofs, a program) is made once and kept on a shelf of the process, by
everything that it depends on. A visitor's own things lie on a shelf of the visitor's session.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """At most `room` things, by key; safe to share between threads."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """The thing under a key, which counts as used now; None if there is none."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: Hashable, thing: T) -> None:
        """Keep a thing; the one used longest ago makes room."""
        with self._lock:
            self._things[key] = thing
            self._things.move_to_end(key)
            while len(self._things) > self.room:
                self._things.popitem(last=False)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing under a key, made if it is not there; two who ask at once may both make it. Not to be changed."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        made = make()
        self.put(key, made)
        return made

    def drop(self, first: Hashable) -> None:
        """Forget everything whose key is a tuple that begins so."""
        with self._lock:
            for key in [key for key in self._things if isinstance(key, tuple) and key[0] == first]:
                del self._things[key]

    def held(self) -> list[Hashable]:
        """All keys, the one used longest ago first."""
        with self._lock:
            return list(self._things)

    def __len__(self) -> int:
        return len(self._things)
