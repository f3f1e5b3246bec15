"""Whether a network should run in bfloat16 here: only if that is measurably faster and the labels stay the same.

On processors with bfloat16 units networks run 1.5 to 2.6 times faster, the large ones most; on others 3 to 20 times
slower. What a processor claims is no guide, so short runs decide, once, before the network labels its first photo.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from explainer.threads import one_thread

MIN_GAIN = 1.1
"""bfloat16 must be at least this much faster. Where it pays it is by half and more, but a loud moment hides that."""
MIN_AGREEMENT = 0.98
"""At least this share of the labels must stay those of float32; others may change where two classes are level."""
SECONDS = 0.4
"""For so long small networks are tried: each run takes some 50 ms, and another program may run just then."""
HOPELESS = 4.0
"""Where the first run in bfloat16 takes this many times as long, it is the last."""

Run = Callable[[bool], Tensor]
"""Runs a network on a photo, in bfloat16 if true; returns scores (1, C, h, w)."""


def timed(run: Run, half: bool) -> tuple[float, Tensor]:
    """How long one run takes, in seconds, and the labels."""
    start = time.perf_counter()
    labels = run(half).argmax(1)
    if labels.device.type != "cpu":
        torch.accelerator.synchronize(labels.device)
    return time.perf_counter() - start, labels


def half_pays(run: Run, measure: Callable[[Run, bool], tuple[float, Tensor]] = timed) -> bool:
    """Whether bfloat16 is faster by `MIN_GAIN` and agrees on `MIN_AGREEMENT` of the labels.

    On one core, whatever the network will have: a run on several also waits for a core that another program holds, and
    its time tells of that program.
    """
    with one_thread():
        full_time, full_labels = measure(run, False)
        try:
            half_time, half_labels = measure(run, True)
        except RuntimeError:  # this device has no bfloat16 for some layer: float32 it is
            return False
        agreement = float((half_labels == full_labels).float().mean())
        if half_time > HOPELESS * full_time or agreement < MIN_AGREEMENT:
            return False
        half_time, full_time = _shortest(run, measure)
    return full_time >= MIN_GAIN * half_time


def _shortest(run: Run, measure: Callable[[Run, bool], tuple[float, Tensor]]) -> tuple[float, float]:
    """The shortest run in bfloat16 and the shortest in float32, of several in turn: two each at least."""
    half_time = full_time = math.inf
    rounds, spent = 0, 0.0
    while rounds < 2 or spent < SECONDS:
        one, other = measure(run, True)[0], measure(run, False)[0]
        half_time, full_time = min(half_time, one), min(full_time, other)
        rounds, spent = rounds + 1, spent + one + other
    return half_time, full_time
