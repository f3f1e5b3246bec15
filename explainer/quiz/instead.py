"""The maps that people compute instead of an operator: mirrored, overwritten, tiled ... Each can be run.

A function here gives the map for one operator, or None where the operator leaves no room for the mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.operators import (
    AveragePooling,
    BedOfNails,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis
from explainer.operators.weights import full_weight, to_nested

Map = Callable[[Tensor], Tensor]


def changed(op: Any, **other: Any) -> Map | None:
    """The operator with other parameters; None if they are the same ones, or torch refuses them."""
    try:
        made: Map = replace(op, **other)
    except ValueError:
        return None
    return None if made == op else made


def mirrored(op: Any) -> Map | None:
    """The kernel turned by 180 degrees."""
    return changed(op, weight=to_nested(torch.tensor(op.weight).flip(tuple(range(-op.dims, 0)))))


def kernel_on_its_side(op: Any) -> Map | None:
    """The kernel's rows and columns exchanged (2D)."""
    return changed(op, weight=to_nested(torch.tensor(op.weight).transpose(-1, -2))) if op.dims == 2 else None


def overwritten(op: TransposedConvolution) -> Map | None:
    """Stamps that overwrite each other instead of adding up."""
    steps = [(s, d) for _, s, _, d in op.axes()]
    if all(d * (k - 1) < s for (k, s, _, d) in op.axes()):
        return None

    def stamp(x: Tensor) -> Tensor:
        whole, weight = op.uncropped(), full_weight(op.weight)[0, 0].to(x)
        canvas = torch.zeros_like(whole(x))
        for place in x[0, 0].nonzero().tolist():
            spans = zip(place, steps, weight.shape, strict=True)
            window = tuple(slice(at * s, at * s + d * (k - 1) + 1, d) for at, (s, d), k in spans)
            canvas[0, 0][window] = weight * x[0, 0][tuple(place)]
        return cropped(canvas, op, x)

    return stamp


def cropped(canvas: Tensor, op: TransposedConvolution, x: Tensor) -> Tensor:
    """The part of the uncropped output that `op` keeps."""
    sizes = op.output_size(tuple(x.shape[2:]))
    window = tuple(slice(p, p + o) for (_, _, p, _), o in zip(op.axes(), sizes, strict=True))
    every = slice(None)
    return canvas[(every, every, *window)]


def grown(op: TransposedConvolution) -> Map | None:
    """Padding as a border of zeros around the output instead of a crop."""
    pads = [p for _, _, p, _ in op.axes()]
    if not any(pads):
        return None
    border = [n for p in reversed(pads) for n in (p, p)]
    return lambda x: F.pad(replace(op, padding=0)(x), border)


def zeros_appended(op: TransposedConvolution) -> Map | None:
    """output_padding as zeros behind the output."""
    extra = op.extra()
    if not any(extra):
        return None
    behind = [n for a in reversed(extra) for n in (0, a)]
    return lambda x: F.pad(replace(op, output_padding=0)(x), behind)


def factor(op: Any, axes: int) -> tuple[int, ...] | None:
    """By how much an upsampler enlarges each axis, if that is a whole number."""
    given = op.stride if isinstance(op, BedOfNails) else op.scale_factor
    if given is None:
        return None
    factors = per_axis("factor", given, axes)
    return tuple(int(n) for n in factors) if all(n == int(n) for n in factors) else None


def nails(op: Any) -> Map | None:
    """Zeros between the pixels instead of copies."""
    factors = factor(op, 1) if isinstance(op.scale_factor, float | int) else None
    return BedOfNails(factors[0]) if factors else None


def copies(op: Any) -> Map | None:
    """Copies of the pixels instead of zeros or means."""
    given = op.stride if isinstance(op, BedOfNails) else op.scale_factor
    factors = factor(op, 1) if isinstance(given, float | int) else None
    return NearestNeighbor(float(factors[0])) if factors else None


def tiled(op: Any) -> Map | None:
    """The whole map repeated instead of each pixel."""
    return lambda x: x.repeat(1, 1, *(factor(op, x.ndim - 2) or (2,)))


def columns_first(op: PixelShuffle) -> Map | None:
    """Channels that fill each block column by column."""
    if not isinstance(op.upscale_factor, int):
        return None
    r = op.upscale_factor

    def shuffle(x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        turned = x.view(n, c // r**2, r, r, h, w).transpose(2, 3).reshape(n, c, h, w)
        return op(turned)

    return shuffle if r > 1 else None


def quadrants(op: PixelShuffle) -> Map | None:
    """Each channel as a part of the output of its own, beside the others."""
    if not isinstance(op.upscale_factor, int):
        return None
    r = op.upscale_factor

    def lay_out(x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        return x.view(n, c // r**2, r, r, h, w).permute(0, 1, 2, 4, 3, 5).reshape(n, c // r**2, r * h, r * w)

    return lay_out if r > 1 else None


def averaged(op: MaxPooling) -> Map | None:
    """The mean of each window instead of the largest value."""
    if op.padding or op.dilation != 1:
        return None
    return AveragePooling(op.kernel_size, op.stride, 0, op.ceil_mode)


def at_corners(op: MaxUnpooling) -> Map | None:
    """Every value in the corner of its window, the indices ignored."""

    def put(x: Tensor) -> Tensor:
        out = op(x)
        wide = BedOfNails(per_axis("kernel_size", op.kernel_size, x.ndim - 2))(x)
        return wide if wide.shape == out.shape else torch.zeros_like(out)

    return put


def read_by_columns(op: MaxUnpooling) -> Map | None:
    """Flat indices counted down the columns instead of along the rows."""

    def put(x: Tensor) -> Tensor:
        out = op(x)
        return out if x.ndim == 3 else out.view(*out.shape[:2], out.shape[3], out.shape[2]).transpose(2, 3)

    return put
