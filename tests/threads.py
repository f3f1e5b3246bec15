"""torch on one thread: small networks lose most of their time to waiting for a second core that is busy elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import torch


def one_thread() -> Iterator[None]:
    """Body of a fixture that restores the number of threads afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
