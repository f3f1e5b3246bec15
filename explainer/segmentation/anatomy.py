"""The bundled network's inside in numbers: sizes, multiply-adds and receptive fields of its stages, and its kernels.

Counted on a private copy without data (torch's meta device), so nothing is quoted and nothing is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explainer.segmentation.model import (
    FCN,
    HEADS,
    LEAVES_STRIDE8,
    LEAVES_STRIDE16,
    Head,
    ScoreMaps,
    bilinear_kernel,
    check_sides,
)
from explainer.segmentation.networks import load

UPSCORES = ("upscore32_to_16", "upscore16_to_8", "grow32", "grow16", "grow8")


@dataclass(frozen=True)
class Stage:
    """One stage: what it is, its output's stride, channels, height, width, its cost, and how far one pixel of it sees.

    `multiply_adds` counts this stage alone. `receptive_field` is a side in input pixels (0 where the stage adds
    nothing of its own to it); the stride-32 score also sees the mean of the whole photo.
    """

    name: str
    stride: int
    channels: int
    height: int
    width: int
    multiply_adds: int
    receptive_field: int


@dataclass(frozen=True)
class Upscore:
    """A learned transposed convolution: a kernel per class (21, k, k) beside the bilinear (k, k) it began as."""

    name: str
    factor: int
    learned: NDArray[np.float32]
    bilinear: NDArray[np.float32]

    def moved(self) -> NDArray[np.float32]:
        """How far each class's kernel lies from bilinear: the largest change of a value, (21,)."""
        change: NDArray[np.float32] = np.abs(self.learned - self.bilinear).max((1, 2))
        return change


def upscores() -> tuple[Upscore, ...]:
    """The five upsampling layers of the bundled weights."""
    net = cast(FCN, load("fcn8s", "cpu"))
    found = []
    for name in UPSCORES:
        layer = cast(nn.ConvTranspose2d, getattr(net, name))
        factor = int(layer.stride[0])
        kernel = layer.weight.detach()[:, 0].numpy().copy()
        found.append(Upscore(name, factor, kernel, bilinear_kernel(factor).numpy()))
    return tuple(found)


@lru_cache(maxsize=32)
def stages(height: int, width: int) -> tuple[Stage, ...]:
    """The stages of the network for an input of height x width (each 32n+1), from the photo to the three answers.

    Raises:
        ValueError: a side is not 32n+1.
    """
    check_sides(height, width)
    with torch.device("meta"), torch.no_grad():
        net = FCN().eval()
        counter = _Counter(net)
        features: list[Tensor] = [torch.empty(1, 3, height, width)]
        rows = []
        for name, stride, first, last in (
            ("trunk to stride 8", 8, 0, LEAVES_STRIDE8),
            ("trunk to stride 16", 16, LEAVES_STRIDE8, LEAVES_STRIDE16),
            ("trunk to stride 32", 32, LEAVES_STRIDE16, len(net.features)),
        ):
            features.append(net.features[first:last](features[-1]))
            rows.append(_stage(name, stride, features[-1], counter.take(), receptive_field(net, last)))
        maps = _score_rows(net, height, width, counter, rows)
        for head in HEADS:
            rows.append(_stage(f"grow to full size: {head}", 1, net.grow(maps, head), counter.take(), 0))
    return tuple(rows)


def _score_rows(net: FCN, height: int, width: int, counter: _Counter, rows: list[Stage]) -> ScoreMaps:
    """Add a row for each score map and each upscore between them."""
    at8, at16, at32 = net.trunk(torch.empty(1, 3, height, width))
    counter.take()
    score32 = net.head(at32)
    rows.append(_stage("score at stride 32", 32, score32, counter.take(), receptive_field(net, len(net.features))))
    score16 = net.score16(at16)
    rows.append(_stage("skip score at stride 16", 16, score16, counter.take(), receptive_field(net, LEAVES_STRIDE16)))
    grown16 = net.upscore32_to_16(score32)
    rows.append(_stage("upscore 32 to 16", 16, grown16, counter.take(), 0))
    score8 = net.score8(at8)
    rows.append(_stage("skip score at stride 8", 8, score8, counter.take(), receptive_field(net, LEAVES_STRIDE8)))
    grown8 = net.upscore16_to_8(grown16 + score16)
    rows.append(_stage("upscore 16 to 8", 8, grown8, counter.take(), 0))
    return ScoreMaps(score32, score16, score8, grown16, grown16 + score16, grown8, grown8 + score8)


def _stage(name: str, stride: int, out: Tensor, cost: int, field: int) -> Stage:
    return Stage(name, stride, out.shape[1], out.shape[2], out.shape[3], cost, field)


def receptive_field(net: FCN, blocks: int) -> int:
    """The side, in input pixels, of what one pixel behind the first `blocks` blocks of the trunk sees."""
    side, jump = 1, 1
    for layer in net.features[:blocks].modules():
        if isinstance(layer, nn.Conv2d):
            side += (layer.kernel_size[0] - 1) * layer.dilation[0] * jump
            jump *= layer.stride[0]
    return side


def field_of_pixel(row: int, column: int, stride: int, head: Head = "fcn8s") -> tuple[int, int, int, int]:
    """The window (top, left, bottom, right) of the input that pixel (row, column) of a skip's score map sees.

    It may reach beyond the photo: there the network saw zeros. `stride` is 8, 16 or 32; corners are aligned, so the
    window's centre is input pixel (row * stride, column * stride).

    Raises:
        ValueError: another stride, or one that the head does not use.
    """
    used = {"fcn32s": (32,), "fcn16s": (32, 16), "fcn8s": (32, 16, 8)}[head]
    if stride not in used:
        raise ValueError(f"got stride {stride}; {head} has maps of stride {', '.join(map(str, used))}")
    net = cast(FCN, load("fcn8s", "cpu"))
    blocks = {8: LEAVES_STRIDE8, 16: LEAVES_STRIDE16, 32: len(net.features)}[stride]
    reach = receptive_field(net, blocks) // 2
    top, left = row * stride, column * stride
    return top - reach, left - reach, top + reach + 1, left + reach + 1


class _Counter:
    """Counts the multiply-adds of convolutions of a private network, plain and transposed."""

    def __init__(self, net: nn.Module) -> None:
        self._total = 0
        for layer in net.modules():
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                layer.register_forward_hook(self._count)

    def _count(self, layer: nn.Module, inputs: Any, output: Tensor) -> None:
        side = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        weight = cast(Tensor, layer.weight)
        self._total += int(weight.numel() * side.shape[-2] * side.shape[-1])

    def take(self) -> int:
        """What was counted since the last call."""
        total, self._total = self._total, 0
        return total
