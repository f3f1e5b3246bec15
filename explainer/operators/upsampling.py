"""Operators without a kernel to learn: nearest neighbor, bilinear, bed of nails, pixel shuffle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from explainer.operators.checks import Size, at_least, one_of, per_axis, require_input
from explainer.operators.weights import transposed


@dataclass(frozen=True)
class NearestNeighbor:
    """Copy every pixel into a block (`F.interpolate`, mode nearest). Give `scale_factor` or `size`, not both."""

    scale_factor: float | tuple[float, ...] | None = 2
    size: Size | None = None
    mode: str = "nearest"

    def __post_init__(self) -> None:
        one_of("mode", self.mode, ("nearest", "nearest-exact"))
        check_target(self.scale_factor, self.size)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        return interpolate(x, self.scale_factor, self.size, self.mode, None)


@dataclass(frozen=True)
class Bilinear:
    """Weighted mean of the nearest pixels (`F.interpolate`, mode linear in 1D, bilinear in 2D).

    `align_corners=False` lines up pixel areas, `True` lines up the centres of the corner pixels.
    """

    scale_factor: float | tuple[float, ...] | None = 2
    size: Size | None = None
    align_corners: bool = False

    def __post_init__(self) -> None:
        check_target(self.scale_factor, self.size)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        mode = "linear" if x.ndim == 3 else "bilinear"
        return interpolate(x, self.scale_factor, self.size, mode, self.align_corners)


@dataclass(frozen=True)
class BedOfNails:
    """Put each pixel in the top left corner of a block of zeros.

    Torch has no operator of this name: it is the transposed convolution with a 1 x 1 kernel of one and
    `output_padding` of stride - 1 (each channel on its own).
    """

    stride: Size = 2

    def __post_init__(self) -> None:
        at_least("stride", self.stride, 1)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        stride = per_axis("stride", self.stride, x.ndim - 2)
        nail = x.new_ones(x.shape[1], 1, *[1] * (x.ndim - 2))
        gap = tuple(s - 1 for s in stride)
        return transposed(x.ndim - 2)(x, nail, None, stride, 0, gap, x.shape[1])


@dataclass(frozen=True)
class PixelShuffle:
    """Rearrange (C r², H, W) into (C, H r, W r): channels become pixels (`F.pixel_shuffle`; Shi et al. 2016)."""

    upscale_factor: int = 2

    def __post_init__(self) -> None:
        at_least("upscale_factor", self.upscale_factor, 1)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (4,))
        r = self.upscale_factor
        if x.shape[1] % (r * r):
            raise ValueError(
                f"pixel shuffle by {r} needs channels in multiples of {r * r} (upscale_factor²); "
                f"the input has {x.shape[1]}."
            )
        return F.pixel_shuffle(x, r)


def interpolate(x: Tensor, scale_factor: Any, size: Size | None, mode: str, align_corners: bool | None) -> Tensor:
    """`F.interpolate` with the scale or the size given, after checking that something is left."""
    axes = x.ndim - 2
    if size is not None:
        return F.interpolate(x, size=per_axis("size", size, axes), mode=mode, align_corners=align_corners)
    scales = per_axis("scale_factor", scale_factor, axes)
    if any(int(i * s) < 1 for i, s in zip(x.shape[2:], scales, strict=True)):
        raise ValueError(f"scale_factor {scale_factor} leaves nothing of an input of {tuple(x.shape[2:])}.")
    return F.interpolate(x, scale_factor=scales, mode=mode, align_corners=align_corners)


def check_target(scale_factor: Any, size: Size | None) -> None:
    """Exactly one of `scale_factor` and `size`, and it is positive."""
    if (scale_factor is None) == (size is None):
        raise ValueError(f"give scale_factor or size, not both and not neither (got {scale_factor}, {size}).")
    if size is not None:
        at_least("size", size, 1)
    elif min(scale_factor if isinstance(scale_factor, tuple) else (scale_factor,)) <= 0:
        raise ValueError(f"scale_factor is {scale_factor}; it must be above 0.")
