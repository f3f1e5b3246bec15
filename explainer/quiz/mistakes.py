"""What people do instead of the operator: each mistake as a map that can be run, with the reason in a sentence.

A mistake is not described, it is computed: whoever forgets that stamps overlap gets exactly the numbers of the map that
overwrites. So a wrong answer is recognized by comparing it with what each mistake gives for the same question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from explainer.operators import (
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
from explainer.quiz.instead import (
    Map,
    at_corners,
    averaged,
    changed,
    columns_first,
    copies,
    grown,
    kernel_on_its_side,
    mirrored,
    nails,
    overwritten,
    quadrants,
    read_by_columns,
    tiled,
    zeros_appended,
)


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
