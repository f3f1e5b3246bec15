"""Whether a network should run in bfloat16 here: only if that is measurably faster and the labels stay the same.

On processors with bfloat16 units the large networks run 2 to 2.6 times faster; on others 3 to 20 times slower. What
a processor claims is no guide, so two short runs decide, once, when the network is loaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor

MIN_GAIN = 1.25
"""bfloat16 must be at least this much faster: less is noise."""
MIN_AGREEMENT = 0.995
"""At least this share of the labels must stay those of float32."""

Run = Callable[[bool], Tensor]
"""Runs a network on a photo, in bfloat16 if true; returns scores (1, C, h, w)."""


def timed(run: Run, half: bool) -> tuple[float, Tensor]:
    """The shorter of two runs in seconds (after one to warm up), and the labels."""
    run(half)
    times = []
    for _ in range(2):
        start = time.perf_counter()
        labels = run(half).argmax(1)
        if labels.device.type != "cpu":
            torch.accelerator.synchronize(labels.device)
        times.append(time.perf_counter() - start)
    return min(times), labels


def half_pays(run: Run, measure: Callable[[Run, bool], tuple[float, Tensor]] = timed) -> bool:
    """Whether bfloat16 is faster by `MIN_GAIN` and agrees on `MIN_AGREEMENT` of the labels."""
    try:
        half_time, half_labels = measure(run, True)
    except RuntimeError:  # this device has no bfloat16 for some layer: float32 it is
        return False
    full_time, full_labels = measure(run, False)
    agreement = float((half_labels == full_labels).float().mean())
    return full_time >= MIN_GAIN * half_time and agreement >= MIN_AGREEMENT
