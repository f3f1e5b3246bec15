"""How many threads torch uses: one for small maps, where waiting for a busy second core costs more than the work.

The number is a property of the calling thread, and setting it also makes it the default of threads that start later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

import torch

T = TypeVar("T")


@contextmanager
def one_thread() -> Iterator[None]:
    """torch's calls of this thread on one core; afterwards as before. Threads that start meanwhile or later get the
    number that they would have got anyway."""
    own, others = torch.get_num_threads(), _in_a_new_thread(torch.get_num_threads)
    _use(1, others)
    try:
        yield
    finally:
        _use(own, others)


def _use(own: int, others: int) -> None:
    """So many threads for the caller, and so many for each thread to come."""
    torch.set_num_threads(own)
    if own != others:
        _in_a_new_thread(lambda: torch.set_num_threads(others))


def _in_a_new_thread(ask: Callable[[], T]) -> T:
    found: list[T] = []
    thread = Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()
    return found[0]
