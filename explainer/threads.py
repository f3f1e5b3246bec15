"""How many threads torch uses: one for small maps, where waiting for a busy second core costs more than the work.

The number is a property of the calling thread, and becomes the default of threads that start later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """torch's calls of this thread on one core; afterwards as before."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
