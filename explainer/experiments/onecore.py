"""Many small tensors are computed fastest on one core.

Torch splits every layer over all cores and waits for the slowest. For small maps the waiting costs more than the work,
and where other programs use the processor too it can cost fifty times as much. How many threads torch uses is a
property of the calling thread, so such work runs in a thread of its own, and nobody else is slowed down.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import torch

T = TypeVar("T")


@cache
def _pool() -> ThreadPoolExecutor:
    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(1, "one-core", initializer=torch.set_num_threads, initargs=(1,))
    pool.submit(torch.get_num_threads).result()
    # The new thread's setting also became the default of threads to come; put that back.
    torch.set_num_threads(threads)
    return pool


def on_one_core(work: Callable[[], T]) -> T:
    """Run `work` on one core and wait for its result; errors come through."""
    return _pool().submit(work).result()
