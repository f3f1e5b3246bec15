"""How much a network computes, counted by torch while it runs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode


@torch.no_grad()
def multiply_adds(work: Callable[[], object]) -> int:
    """Multiply-adds of the convolutions and matrix products that `work` runs; tensors on the meta device cost nothing.

    >>> conv = torch.nn.Conv2d(3, 4, 3, device="meta")
    >>> multiply_adds(lambda: conv(torch.empty(1, 3, 5, 5, device="meta")))
    972
    """
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops()) // 2
