"""DeconvNet beside FCN-8s on one photo: what they weigh, what they compute, how long they take, where they differ.

Nobody drew the right answer for a visitor's photo. So the outlines are compared with those of FCN-8s at its own working
size: the share of pixels named alike in a band around them, and away from them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explainer.segmentation.deconvnet import DeconvNet
from explainer.segmentation.groups import grouped
from explainer.segmentation.label_maps import trimap
from explainer.segmentation.model import FCN
from explainer.segmentation.networks import load
from explainer.segmentation.remembered import LONG_SIDE, sides, to_input
from explainer.segmentation.resize import labels_at, network_sides
from explainer.segmentation.resize import to_input as fcn_input
from explainer.segmentation.weights import DEFAULT_SIDE
from explainer.work import multiply_adds

Pixels = NDArray[np.uint8]
FCN_SIDES = (LONG_SIDE + 1, DEFAULT_SIDE)
"""FCN-8s at DeconvNet's size (its sides are 32n+1), and at its own."""
REPEATS = 3


@dataclass(frozen=True)
class Contestant:
    """A network on a photo: its input's `height` and `width`, `parameters`, `multiply_adds`, `milliseconds` (median),
    the `labels` (H, W) of groups at the photo's size, and the shares of pixels named as by the reference, in the band
    `near` its outlines and `away` from them."""

    name: str
    height: int
    width: int
    parameters: int
    multiply_adds: int
    milliseconds: float
    labels: Pixels
    near: float
    away: float

    @property
    def pixels(self) -> int:
        """How many pixels the network sees."""
        return self.height * self.width


@torch.inference_mode()
def compare(net: DeconvNet, rgb: Pixels) -> tuple[Contestant, ...]:
    """DeconvNet, FCN-8s at its size, and FCN-8s at its default size, which is the reference."""
    shape = rgb.shape[0], rgb.shape[1]
    fcn = load("fcn8s", "cpu")
    seen = {side: fcn_input(rgb, side) for side in FCN_SIDES}
    said = {side: grouped(labels_at(eight(fcn, x), *shape)) for side, x in seen.items()}
    reference = said[FCN_SIDES[-1]]
    band = trimap(reference)
    size = sides(*shape)
    x = to_input(rgb, size)
    own = labels_at(net(x), *shape)
    rows = [row("DeconvNet", DeconvNet, size, own, timed(lambda: net(x)), reference, band)]
    for side, x in seen.items():
        spent = timed(partial(eight, fcn, x))
        rows.append(row("FCN-8s", FCN, network_sides(*shape, side), said[side], spent, reference, band))
    return tuple(rows)


def eight(net: nn.Module, x: Tensor) -> Tensor:
    """FCN-8s alone, by one look at the photo: without the other two heads, the mirror image and the CRF."""
    assert isinstance(net, FCN)
    return net.grow(net.score_maps(x), "fcn8s")


def row(
    name: str,
    kind: type[nn.Module],
    size: tuple[int, int],
    labels: Pixels,
    spent: float,
    reference: Pixels,
    band: NDArray[np.bool_],
) -> Contestant:
    """One network's line."""
    parameters, work = weight_and_work(kind.__name__, size)
    alike = labels == reference
    near = float(alike[band].mean()) if band.any() else 1.0
    return Contestant(name, *size, parameters, work, spent, labels, near, float(alike[~band].mean()))


@lru_cache(maxsize=64)
def weight_and_work(kind: str, size: tuple[int, int]) -> tuple[int, int]:
    """Parameters and multiply-adds for an input of (height, width), counted without data; FCN as FCN-8s alone."""
    with torch.device("meta"), torch.no_grad():
        net = (FCN() if kind == FCN.__name__ else DeconvNet()).eval()
        x = torch.empty(1, 3, *size)
        work = multiply_adds(lambda: eight(net, x) if isinstance(net, FCN) else net(x))
    unused = ("grow32", "grow16")
    return sum(p.numel() for name, p in net.named_parameters() if not name.startswith(unused)), work


def timed(work: Callable[[], object]) -> float:
    """The median time of a few runs, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)
