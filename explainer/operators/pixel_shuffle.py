"""Pixel shuffle and its inverse: channels become pixels, pixels become channels."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from torch import Tensor, nn

from explainer.operators.checks import Size, at_least, one_of, per_axis, require_input
from explainer.operators.notation import Sizes, axis_names
from explainer.operators.record import Record

F = nn.functional  # torch comes as a whole first: tests/test_architecture.py says why

MODES = ("CRD", "DCR")


@dataclass(frozen=True)
class PixelShuffle(Record):
    """Rearrange (C r², H, W) into (C, H r, W r): channels become pixels (`F.pixel_shuffle`; Shi et al. 2016).

    `mode` "CRD" is torch's order (each output channel's pixels stand together), "DCR" TensorFlow's and the default of
    ONNX's DepthToSpace (each position's channels stand together). Also in 1D, and with a factor for each axis.
    """

    has_channels: ClassVar = True

    upscale_factor: Size = 2
    mode: str = "CRD"

    def __post_init__(self) -> None:
        at_least("upscale_factor", self.upscale_factor, 1)
        one_of("mode", self.mode, MODES)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        factors = per_axis("upscale_factor", self.upscale_factor, x.ndim - 2)
        if x.shape[1] % prod(factors):
            of = " x ".join(map(str, factors))
            why = "upscale_factor²" if len(set(factors)) == 1 and len(factors) == 2 else "the factors' product"
            raise ValueError(
                f"pixel shuffle by {of} needs channels in multiples of {prod(factors)} ({why}); "
                f"the input has {x.shape[1]}."
            )
        if self.mode == "CRD" and x.ndim == 4 and factors[0] == factors[1]:
            return F.pixel_shuffle(x, factors[0])
        return shuffled(x, factors, self.mode)

    def size_formula(self, size: Sizes) -> list[str]:
        """i times the upscale factor; the channels shrink by the product of the factors."""
        factors = per_axis("upscale_factor", self.upscale_factor, len(size))
        names = zip(axis_names(size), size, factors, strict=True)
        lines = [rf"{name}_{{out}} = i \cdot r = {i}\cdot{r} = {i * r}" for name, i, r in names]
        return [*lines, rf"C_{{out}} = C_{{in}} / {prod(factors)}"]

    def code(self, x: Tensor) -> list[str]:
        """`F.pixel_shuffle`, or the reshapes behind it."""
        factors = per_axis("upscale_factor", self.upscale_factor, x.ndim - 1)
        if self.mode == "CRD" and len(factors) == 2 and factors[0] == factors[1]:
            return [f"output = F.pixel_shuffle(x, {factors[0]})"]
        c, split, order = x.shape[0] // prod(factors), list(factors), shuffle_order(len(factors), self.mode)
        parts = [c, *split] if self.mode == "CRD" else [*split, c]
        size = [c, *(i * r for i, r in zip(x.shape[1:], factors, strict=True))]
        steps = f"x.reshape(1, {', '.join(map(str, [*parts, *x.shape[1:]]))}).permute({', '.join(map(str, order))})"
        return [f"output = {steps}.reshape(1, {', '.join(map(str, size))})"]


@dataclass(frozen=True)
class PixelUnshuffle(Record):
    """Rearrange (C, H r, W r) into (C r², H, W): pixels become channels (`F.pixel_unshuffle`), nothing is lost."""

    downscale_factor: Size = 2
    mode: str = "CRD"

    def __post_init__(self) -> None:
        at_least("downscale_factor", self.downscale_factor, 1)
        one_of("mode", self.mode, MODES)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        factors = per_axis("downscale_factor", self.downscale_factor, x.ndim - 2)
        for i, r in zip(x.shape[2:], factors, strict=True):
            if i % r:
                raise ValueError(f"pixel unshuffle by {r} needs sizes in multiples of {r}; the input has {i}.")
        if self.mode == "CRD" and x.ndim == 4 and factors[0] == factors[1]:
            return F.pixel_unshuffle(x, factors[0])
        return unshuffled(x, factors, self.mode)

    def size_formula(self, size: Sizes) -> list[str]:
        """i over the factor; the channels grow by the product of the factors."""
        factors = per_axis("downscale_factor", self.downscale_factor, len(size))
        names = zip(axis_names(size), size, factors, strict=True)
        lines = [rf"{name}_{{out}} = i / r = {i} / {r} = {i // r}" for name, i, r in names]
        return [*lines, rf"C_{{out}} = {prod(factors)} \cdot C_{{in}}"]

    def code(self, x: Tensor) -> list[str]:
        """`F.pixel_unshuffle`, or the reshapes behind it."""
        factors = per_axis("downscale_factor", self.downscale_factor, x.ndim - 1)
        if self.mode == "CRD" and len(factors) == 2 and factors[0] == factors[1]:
            return [f"output = F.pixel_unshuffle(x, {factors[0]})"]
        c, n = x.shape[0], len(factors)
        pairs = [part for i, r in zip(x.shape[1:], factors, strict=True) for part in (i // r, r)]
        inner = [3 + 2 * axis for axis in range(n)]
        order = [0, 1, *inner] if self.mode == "CRD" else [0, *inner, 1]
        order += [2 + 2 * axis for axis in range(n)]
        size = [c * prod(factors), *(i // r for i, r in zip(x.shape[1:], factors, strict=True))]
        steps = f"x.reshape(1, {', '.join(map(str, [c, *pairs]))}).permute({', '.join(map(str, order))})"
        return [f"output = {steps}.reshape(1, {', '.join(map(str, size))})"]


def shuffle_order(axes: int, mode: str) -> list[int]:
    """How (N, C, *r, *size) (CRD) or (N, *r, C, *size) (DCR) is permuted to (N, C, size, r, size, r)."""
    factors = [2 + n for n in range(axes)] if mode == "CRD" else [1 + n for n in range(axes)]
    channel = 1 if mode == "CRD" else axes + 1
    sizes = [2 + axes + n for n in range(axes)]
    return [0, channel, *(place for pair in zip(sizes, factors, strict=True) for place in pair)]


def shuffled(x: Tensor, factors: tuple[int, ...], mode: str) -> Tensor:
    """Channels to pixels, for any number of axes and either order."""
    n, c, *size = x.shape
    left = c // prod(factors)
    parts = (left, *factors) if mode == "CRD" else (*factors, left)
    apart = x.reshape(n, *parts, *size).permute(*shuffle_order(len(factors), mode))
    return apart.reshape(n, left, *(i * r for i, r in zip(size, factors, strict=True)))


def unshuffled(x: Tensor, factors: tuple[int, ...], mode: str) -> Tensor:
    """Pixels to channels, for any number of axes and either order."""
    n, c, *size = x.shape
    pairs = [part for i, r in zip(size, factors, strict=True) for part in (i // r, r)]
    axes = len(factors)
    inner, outer = [3 + 2 * axis for axis in range(axes)], [2 + 2 * axis for axis in range(axes)]
    order = [0, 1, *inner, *outer] if mode == "CRD" else [0, *inner, 1, *outer]
    return (
        x.reshape(n, c, *pairs)
        .permute(*order)
        .reshape(n, c * prod(factors), *(size[a] // factors[a] for a in range(axes)))
    )
