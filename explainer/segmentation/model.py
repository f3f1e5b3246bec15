"""FCN-32s, FCN-16s and FCN-8s on a MobileNetV2 trunk: the bundled network.

After Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation" (2015): 1x1 convolutions
score the maps of stride 32, 16 and 8; the coarse scores grow by *transposed convolutions that start as bilinear
interpolation and learn from there*, and each finer score map is added on the way up (a skip, zero at the start).

Geometry. Every side of the input is 32n+1 pixels. Then the maps of stride 32, 16 and 8 have n+1, 2n+1 and 4n+1
pixels a side (513 -> 17, 33, 65), their corner pixels sit on the corners of the photo, and growing a map by the
factor s is a transposed convolution with kernel 2s-1, stride s, padding s-1: (17-1)*2 - 2*1 + 3 = 33, 33 -> 65, and
(65-1)*8 - 2*7 + 15 = 513. With the kernel 1 - |t|/s in each direction that is exactly `F.interpolate(...,
mode="bilinear", align_corners=True)`; with the more usual kernel 2s the grids lie half a pixel apart, which costs
this network seven points of mean IoU before any training.

The two upscores by 2 are *dense*, as in the paper: every class's new scores hear every class's old ones, through a
3x3 kernel each (28 x 28 of them), started as bilinear on the diagonal and zero elsewhere. The last upscores (x8, x16,
x32) are per class (groups=28): one kernel per class to look at, at 1/28 of the cost where cost matters. Before them,
objects that the network is nowhere in the photo sure of are left out.

The trunk's batch norm is folded into its convolutions: it stays frozen in training, so it is a constant. Its ReLU6 is
part of them, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple, get_args

import torch
import torchvision
from torch import Tensor, nn

from explainer.segmentation.classes import CLASS_COUNT
from explainer.segmentation.doubt import without_doubted
from explainer.segmentation.folding import folded
from explainer.segmentation.skips import ContextHead, Skip

Head = Literal["fcn32s", "fcn16s", "fcn8s"]
HEADS: tuple[Head, ...] = get_args(Head)

LEAVES_STRIDE8, LEAVES_STRIDE16, TRUNK_END = 7, 14, 18
"""MobileNetV2 blocks 0..6 work down to stride 8, block 7 leaves it for 16, block 14 leaves 16 for 32."""
STRIDE8_CHANNELS, STRIDE16_CHANNELS, STRIDE32_CHANNELS = 192, 576, 320
"""Channels that are scored: at stride 8 and 16 the widened map at the entrance of blocks 7 and 14."""


Finer = Callable[[Tensor], Tensor]
"""A finer map's own scores (N, 28, h, w), given the coarser ones grown to its size."""


class ScoreMaps(NamedTuple):
    """What the network says at each stride; all (N, 28, h, w), sides n+1, 2n+1 or 4n+1 for an input of 32n+1.

    `grown16` is the upscored `score32`, `fused16 = grown16 + score16`, `grown8` the upscored `fused16`,
    `fused8 = grown8 + score8`.
    """

    score32: Tensor
    score16: Tensor
    score8: Tensor
    grown16: Tensor
    fused16: Tensor
    grown8: Tensor
    fused8: Tensor


class Scores(NamedTuple):
    """The full answer: score maps at each stride, and the three networks' scores (N, 28, H, W) at input size."""

    maps: ScoreMaps
    fcn32s: Tensor
    fcn16s: Tensor
    fcn8s: Tensor


def bilinear_kernel(factor: int) -> Tensor:
    """The (2s-1, 2s-1) kernel whose transposed convolution (stride s, padding s-1) is aligned-corner bilinear.

    >>> bilinear_kernel(2)[1].tolist()
    [0.5, 1.0, 0.5]
    """
    line = 1 - (torch.arange(1 - factor, factor).abs() / factor)
    return torch.outer(line, line)


def upscore(factor: int, *, dense: bool = False) -> nn.ConvTranspose2d:
    """A learnable upsampling by `factor`, started as bilinear interpolation: side m -> factor*(m-1) + 1.

    Per class (28, 1, k, k), or from every class to every class (28, 28, k, k) if `dense`.
    """
    layer = nn.ConvTranspose2d(
        CLASS_COUNT,
        CLASS_COUNT,
        2 * factor - 1,
        stride=factor,
        padding=factor - 1,
        groups=1 if dense else CLASS_COUNT,
        bias=False,
    )
    between = torch.eye(CLASS_COUNT) if dense else torch.ones(CLASS_COUNT, 1)
    with torch.no_grad():
        layer.weight.copy_(between[..., None, None] * bilinear_kernel(factor))
    return layer


class FCN(nn.Module):
    """One network that answers as FCN-32s, FCN-16s and FCN-8s.

    Input: (N, 3, H, W) RGB, `x / 127.5 - 1`, H and W of the form 32n+1 (ValueError otherwise).
    Nothing is stored on the module during a forward pass, so one instance may serve many callers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = folded(torchvision.models.mobilenet_v2(weights=None).features[:TRUNK_END])
        self.head = ContextHead(STRIDE32_CHANNELS)
        self.skip16 = Skip(STRIDE16_CHANNELS, 96)
        self.skip8 = Skip(STRIDE8_CHANNELS, 64)
        self.upscore32_to_16 = upscore(2, dense=True)
        self.upscore16_to_8 = upscore(2, dense=True)
        self.grow32 = upscore(32)
        self.grow16 = upscore(16)
        self.grow8 = upscore(8)

    def trunk(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The maps that are scored, at stride 8 (192 channels), 16 (576) and 32 (320)."""
        check_sides(x.shape[-2], x.shape[-1])
        x = self.features[:LEAVES_STRIDE8](x)
        at8, x = enter(self.features[LEAVES_STRIDE8], x)
        x = self.features[LEAVES_STRIDE8 + 1 : LEAVES_STRIDE16](x)
        at16, x = enter(self.features[LEAVES_STRIDE16], x)
        return at8, at16, self.features[LEAVES_STRIDE16 + 1 :](x)

    def fuse(self, at8: Tensor, at16: Tensor, at32: Tensor) -> ScoreMaps:
        """Score each feature map and add the skips on the way up."""
        return self.way_up(self.head(at32), partial(self.skip16, at16), partial(self.skip8, at8))

    def way_up(self, score32: Tensor, score16: Finer, score8: Finer) -> ScoreMaps:
        """From the scores at stride 32: each map grown by 2, and added to what the next finer one says to it."""
        grown16 = self.upscore32_to_16(score32)
        own16 = score16(grown16)
        fused16 = grown16 + own16
        grown8 = self.upscore16_to_8(fused16)
        own8 = score8(grown8)
        return ScoreMaps(score32, own16, own8, grown16, fused16, grown8, grown8 + own8)

    def score_maps(self, x: Tensor) -> ScoreMaps:
        """The score maps at stride 32, 16 and 8, before the last upsampling to the input's size."""
        return self.fuse(*self.trunk(x))

    def grow(self, maps: ScoreMaps, head: Head, *, every_class: bool = False) -> Tensor:
        """The scores (N, 28, H, W) of one of the three networks at the input's size.

        Objects that it is nowhere sure of are left out (`explainer.segmentation.doubt`), unless `every_class` counts:
        training asks for that, as a window of a photo says little about the whole.
        """
        layer, scores = self.last_upscore(maps, head)
        grown: Tensor = layer(scores if every_class else without_doubted(scores))
        return grown

    def last_upscore(self, maps: ScoreMaps, head: Head) -> tuple[nn.ConvTranspose2d, Tensor]:
        """The transposed convolution that grows one network's scores to the input's size, and those scores."""
        if head == "fcn32s":
            return self.grow32, maps.score32
        if head == "fcn16s":
            return self.grow16, maps.fused16
        if head == "fcn8s":
            return self.grow8, maps.fused8
        raise ValueError(f"got head {head!r}; allowed are {', '.join(HEADS)}")

    def forward(self, x: Tensor) -> Scores:
        """Everything at once; callers that want one network's scores use `score_maps` and `grow`."""
        maps = self.score_maps(x)
        return Scores(maps, *(self.grow(maps, head) for head in HEADS))


def enter(block: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """Run an inverted residual block that halves the map; also return its widened map, still at the old stride."""
    layers = block.conv
    assert isinstance(layers, nn.Sequential)
    wide = layers[0](x)
    return wide, layers[1:](wide)


def check_sides(height: int, width: int) -> None:
    """Raise ValueError unless both sides are 32n+1 with n >= 1: only then do the grids' corners coincide."""
    if min(height, width) < 33 or height % 32 != 1 or width % 32 != 1:
        raise ValueError(f"got an input of {height} x {width} pixels; each side must be 32n+1 (33, 65, ..., 513)")
