"""What people do instead of the operator: each mistake as a map that can be run, with the reason in a sentence.

A mistake is not described, it is computed: whoever forgets that stamps overlap gets exactly the numbers of the map that
overwrites. So a wrong answer is recognized by comparing it with what each mistake gives for the same question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.operators import (
    AveragePooling,
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis
from explainer.operators.weights import full_weight, to_nested

Map = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Mistake:
    """Something people do instead.

    Attributes:
        name: short, for tests and other tools.
        label: how a setting would be called that did this.
        reason: told to somebody whose answer it explains; never blaming.
        instead: the map that was computed instead, or None where this operator leaves no room for the mistake.
        setting: how the operator's own setting is called beside `label`, where both are settings of torch's; else None.
    """

    name: str
    label: str
    reason: str
    instead: Callable[[Any], Map | None]
    setting: Callable[[Any], str] | None = None


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


MIRRORED = Mistake(
    "kernel mirrored",
    "the kernel turned by 180°",
    "That is the answer with the kernel turned by 180°. Torch takes it as it is written.",
    mirrored,
    lambda op: "the kernel as it is written",
)
ON_ITS_SIDE = Mistake(
    "axes exchanged",
    "the kernel's rows and columns exchanged",
    "That is the answer with rows and columns of the kernel exchanged: rows come first.",
    kernel_on_its_side,
    lambda op: "the kernel as it is written",
)


def left_at(name: str, value: int, mistake: str, reason: str) -> Mistake:
    """A parameter that was left at the value which does nothing."""

    def instead(op: Any) -> Map | None:
        return changed(op, **{name: value})

    return Mistake(mistake, f"{name} {value}", reason, instead, lambda op: f"{name} {getattr(op, name)}")


def aligned(corners: bool) -> Mistake:
    """Bilinear with align_corners the other way round."""
    reason = f"That is the answer with align_corners={corners}."
    return Mistake("corners", f"align_corners={corners}", reason, lambda op: changed(op, align_corners=corners),
                   lambda op: f"align_corners={op.align_corners}")  # fmt: skip


NO_STRIDE = left_at("stride", 1, "stride ignored", "That is the answer for stride 1.")
NO_DILATION = left_at("dilation", 1, "dilation ignored", "That is the answer for dilation 1.")
NO_PADDING = left_at("padding", 0, "padding forgotten", "That is the answer without padding.")

#: Operator -> the mistakes that people make with it.
MISTAKES: dict[type[Operator], tuple[Mistake, ...]] = {
    Convolution: (MIRRORED, ON_ITS_SIDE, NO_STRIDE, NO_DILATION, NO_PADDING),
    TransposedConvolution: (
        MIRRORED,
        ON_ITS_SIDE,
        Mistake("overlap forgotten", "stamps that overwrite",
                "That is one stamp alone. Where stamps overlap, they add up.", overwritten),
        NO_STRIDE,
        NO_DILATION,
        Mistake("padding taken as growth", "a border of zeros",
                "That is the answer if padding added a border. In a transposed convolution it crops.", grown),
        NO_PADDING,
        Mistake("output_padding as zeros", "zeros appended",
                "That is the answer if output_padding appended zeros. It un-crops: what was stamped there stays.",
                zeros_appended),
        left_at("output_padding", 0, "output_padding forgotten", "That is the answer without output_padding."),
    ),
    NearestNeighbor: (
        Mistake("zeros between", "bed of nails",
                "That is a bed of nails. Nearest neighbor fills the block with copies.", nails,
                lambda op: "nearest neighbor"),
        Mistake("map tiled", "the whole map repeated",
                "That repeats the whole map. Nearest neighbor repeats each pixel.", tiled),
    ),
    BedOfNails: (
        Mistake("copied", "nearest neighbor",
                "That is nearest neighbor. In a bed of nails the rest of a block is zero.", copies,
                lambda op: "bed of nails"),
        Mistake("map tiled", "the whole map repeated", "That repeats the whole map; nails spread it.", tiled),
    ),
    Bilinear: (
        aligned(True),
        aligned(False),
        Mistake("copied", "nearest neighbor", "That is nearest neighbor. Bilinear takes a weighted mean.", copies,
                lambda op: "bilinear"),
    ),
    PixelShuffle: (
        Mistake("axes exchanged", "column by column",
                "That fills each block column by column. Torch fills it row by row.", columns_first),
        Mistake("quadrants", "each channel as a quadrant",
                "That lays the channels beside each other. Pixel shuffle takes one pixel of each for every block.",
                quadrants),
    ),
    MaxPooling: (
        Mistake("mean", "average pooling", "That is the window's mean. Max pooling takes its largest value.", averaged,
                lambda op: "max pooling"),
        left_at("stride", 1, "stride 1", "That is the answer for stride 1."),
    ),
    MaxUnpooling: (
        Mistake("corner", "the windows' corners",
                "That puts every value into its window's corner. The index says where it goes.", at_corners),
        Mistake("flat index misread", "indices down the columns",
                "That counts the indices down the columns. They count along the rows.", read_by_columns),
    ),
}  # fmt: skip


def outcomes(op: Operator, x: Tensor) -> list[tuple[Mistake, Map, Tensor]]:
    """Every mistake that is possible here, its map, and the output (C, *spatial) that it gives for `x`."""
    found = []
    for mistake in MISTAKES[type(op)]:
        instead = mistake.instead(op)
        if instead is None:
            continue
        try:
            found.append((mistake, instead, instead(x[None])[0]))
        except (ValueError, RuntimeError):
            continue  # torch refuses what the mistake asks for, so nobody can have computed it
    return found
