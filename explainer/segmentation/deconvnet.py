"""DeconvNet (Noh, Hong and Han 2015) in small: down by max pooling, up by max unpooling with the indices it kept.

The paper's network is VGG-16 down to one pixel and its mirror image up again. Here the way down is MobileNetV2, as in
the bundled FCN, with every stride of 2 replaced by a stride of 1 and a max pooling by 2 x 2 that keeps its indices;
a batch norm gives the pooled maps back the mean and spread that the strided ones had. At the bottom, where the paper
has its fully connected layers, stands the FCN's look around. The way up has, for each of the five poolings, a max
unpooling with the very same indices and transposed convolutions (3 x 3, stride 1) with batch norm and ReLU; a 1 x 1
convolution scores nine answers at full size. Nothing else crosses from one side to the other: no map is added or
concatenated. What the bottom, at a 32nd of the size, cannot say about places comes up through the indices alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torchvision
from torch import Tensor, nn

from explainer.segmentation.folding import folded
from explainer.segmentation.groups import GROUP_COUNT
from explainer.segmentation.model import TRUNK_END
from explainer.segmentation.skips import FEATURES, Context

POOLINGS = 5
SIDE_UNIT = 2**POOLINGS
"""Sides must be multiples of 32: then every map that is pooled has even sides, and unpooling gives them back."""
STAGES = ((0, 1), (1, 3), (3, 5), (5, 8), (8, 15), (15, TRUNK_END))
"""Blocks of MobileNetV2 before the first pooling, between the poolings, and after the last."""
POOLED_CHANNELS = (32, 24, 32, 64, 160)
TRUNK_CHANNELS = 320
UP_CHANNELS = ((160,), (96, 64), (64, 32), (32, 24), (32,), (16,))
"""Channels after each transposed convolution: at the bottom, then after each unpooling on the way up.

The last of each row is what the map had that the next unpooling mirrors: an index belongs to one channel's map.
"""

Indices = tuple[Tensor, ...]


@dataclass(frozen=True)
class Down:
    """The way down: `maps` before each pooling, the finest first, their `indices` (flat per map, as torch gives
    them), the `pooled` maps, and the `bottom` (N, 256, H/32, W/32)."""

    maps: tuple[Tensor, ...]
    indices: Indices
    pooled: tuple[Tensor, ...]
    bottom: Tensor


@dataclass(frozen=True)
class Rise:
    """One stage of the way up: what the unpooling put where, and what the transposed convolutions made of it."""

    unpooled: Tensor
    grown: Tensor


@dataclass(frozen=True)
class Up:
    """The way up: `start` at the bottom, a `Rise` for each unpooling, the coarsest first, and scores (N, 9, H, W)."""

    start: Tensor
    rises: tuple[Rise, ...]
    scores: Tensor


class DeconvNet(nn.Module):
    """Input (N, 3, H, W) RGB, `x / 127.5 - 1`, H and W multiples of 32 (ValueError otherwise).

    Nothing is stored on the module during a forward pass, so one instance may serve many callers.
    """

    def __init__(self) -> None:
        super().__init__()
        blocks = folded(torchvision.models.mobilenet_v2(weights=None).features[:TRUNK_END])
        for layer in blocks.modules():
            if isinstance(layer, nn.Conv2d):
                layer.stride = (1, 1)
        self.encoder = nn.ModuleList(blocks[start:stop] for start, stop in STAGES)
        self.rescale = nn.ModuleList(nn.BatchNorm2d(count) for count in POOLED_CHANNELS)
        self.context = Context(TRUNK_CHANNELS)
        before = FEATURES
        rows = []
        for channels in UP_CHANNELS:
            rows.append(growing(before, channels))
            before = channels[-1]
        self.decoder = nn.ModuleList(rows)
        self.score = nn.Conv2d(before, GROUP_COUNT, 1)

    def down(self, x: Tensor) -> Down:
        """Encode; every pooling keeps which of its four pixels was the largest."""
        check_sides(x.shape[-2], x.shape[-1])
        maps, indices, pooled = [], [], []
        for stage, rescale in zip(self.encoder, self.rescale, strict=False):
            x = stage(x)
            maps.append(x)
            x, places = nn.functional.max_pool2d(x, 2, return_indices=True)
            indices.append(places)
            pooled.append(x)
            x = rescale(x)
        return Down(tuple(maps), tuple(indices), tuple(pooled), self.context(self.encoder[-1](x)))

    def up(self, bottom: Tensor, indices: tuple[Tensor | None, ...]) -> Up:
        """Decode with the indices of each pooling, the finest first; None puts a value into all four of its pixels."""
        start = x = self.decoder[0](bottom)
        rises = []
        for stage, places in zip(self.decoder[1:], reversed(indices), strict=True):
            unpooled = unpool(x, places)
            x = stage(unpooled)
            rises.append(Rise(unpooled, x))
        return Up(start, tuple(rises), self.score(x))

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, 9, H, W)."""
        down = self.down(x)
        return self.up(down.bottom, down.indices).scores


def growing(channels: int, outputs: tuple[int, ...]) -> nn.Sequential:
    """Transposed convolutions of 3 x 3 and stride 1, each with batch norm and ReLU: they fill in, sizes stay."""
    layers: list[nn.Module] = []
    for count in outputs:
        layers += [nn.ConvTranspose2d(channels, count, 3, padding=1, bias=False), nn.BatchNorm2d(count), nn.ReLU()]
        channels = count
    return nn.Sequential(*layers)


def unpool(x: Tensor, indices: Tensor | None) -> Tensor:
    """Double the sides: each value to the pixel that its index names, or to all four of its pixels (None)."""
    if indices is None:
        return nn.functional.interpolate(x, scale_factor=2, mode="nearest")
    return nn.functional.max_unpool2d(x, indices, [2, 2])


def check_sides(height: int, width: int) -> None:
    """Raise ValueError unless both sides are multiples of 32: only then does every pooling halve an even side."""
    if min(height, width) < SIDE_UNIT or height % SIDE_UNIT or width % SIDE_UNIT:
        raise ValueError(f"got an input of {height} x {width} pixels; each side must be a multiple of {SIDE_UNIT}")
