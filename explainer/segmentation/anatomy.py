"""The bundled network's inside in numbers: sizes, multiply-adds and receptive fields of its stages, and its kernels.

Counted on a private copy without data (torch's meta device), so nothing is quoted and nothing is run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import cast

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
from explainer.work import multiply_adds

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
    """A learned transposed convolution.

    Attributes:
        learned: each class's kernel from its own scores to its own, (28, k, k). bilinear: what they began as, (k, k).
        between: where every class hears every other (the dense layers): the sum of the kernel from the row's class to
            the column's, (28, 28), minus what it was at the start, for which bilinear counts as 1; else None.
    """

    name: str
    factor: int
    learned: NDArray[np.float32]
    bilinear: NDArray[np.float32]
    between: NDArray[np.float32] | None

    def moved(self) -> NDArray[np.float32]:
        """How far each class's own kernel lies from bilinear: the largest change of a value, (28,)."""
        change: NDArray[np.float32] = np.abs(self.learned - self.bilinear).max((1, 2))
        return change


def upscores() -> tuple[Upscore, ...]:
    """The five upsampling layers of the bundled weights."""
    net = cast(FCN, load("fcn8s", "cpu"))
    return tuple(_upscore(name, cast(nn.ConvTranspose2d, getattr(net, name))) for name in UPSCORES)


def _upscore(name: str, layer: nn.ConvTranspose2d) -> Upscore:
    factor = int(layer.stride[0])
    weight, start = layer.weight.detach().numpy().copy(), bilinear_kernel(factor).numpy()
    if layer.groups > 1:
        return Upscore(name, factor, weight[:, 0], start, None)
    own = np.arange(len(weight))
    between = weight.sum((2, 3)) / start.sum() - np.eye(len(weight), dtype=np.float32)
    return Upscore(name, factor, weight[own, own], start, between)


@lru_cache(maxsize=32)
def stages(height: int, width: int) -> tuple[Stage, ...]:
    """The stages of the network for an input of height x width (each 32n+1), from the photo to the three answers.

    Raises:
        ValueError: a side is not 32n+1.
    """
    check_sides(height, width)
    with torch.device("meta"), torch.no_grad():
        net = FCN().eval()
        table = _Table()
        x = torch.empty(1, 3, height, width)
        for name, stride, first, last in (
            ("trunk to stride 8", 8, 0, LEAVES_STRIDE8),
            ("trunk to stride 16", 16, LEAVES_STRIDE8, LEAVES_STRIDE16),
            ("trunk to stride 32", 32, LEAVES_STRIDE16, len(net.features)),
        ):
            x = table.add(name, stride, partial(net.features[first:last], x), receptive_field(net, last))
        maps = _score_rows(net, net.trunk(torch.empty(1, 3, height, width)), table)
        for head in HEADS:
            table.add(f"grow to full size: {head}", 1, partial(net.grow, maps, head))
    return tuple(table.rows)


def _score_rows(net: FCN, trunk: tuple[Tensor, Tensor, Tensor], table: _Table) -> ScoreMaps:
    """Add a row for each score map and each upscore between them."""
    at8, at16, at32 = trunk
    fields = [receptive_field(net, blocks) for blocks in (LEAVES_STRIDE8, LEAVES_STRIDE16, len(net.features))]
    score32 = table.add("score at stride 32", 32, partial(net.head, at32), fields[2])
    grown16 = table.add("upscore 32 to 16", 16, partial(net.upscore32_to_16, score32))
    score16 = table.add("skip score at stride 16", 16, partial(net.skip16, at16, grown16), fields[1])
    grown8 = table.add("upscore 16 to 8", 8, partial(net.upscore16_to_8, grown16 + score16))
    score8 = table.add("skip score at stride 8", 8, partial(net.skip8, at8, grown8), fields[0])
    return ScoreMaps(score32, score16, score8, grown16, grown16 + score16, grown8, grown8 + score8)


class _Table:
    """The rows so far; adding one runs its stage."""

    def __init__(self) -> None:
        self.rows: list[Stage] = []

    def add(self, name: str, stride: int, work: Callable[[], Tensor], field: int = 0) -> Tensor:
        """Run a stage, count its work, note its row; what the stage gives."""
        found: list[Tensor] = []
        cost = multiply_adds(lambda: found.append(work()))
        channels, height, width = found[0].shape[1:]
        self.rows.append(Stage(name, stride, channels, height, width, cost, field))
        return found[0]


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
    window's center is input pixel (row * stride, column * stride).

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
