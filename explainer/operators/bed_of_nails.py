"""Bed of nails: every pixel in the corner of a block of zeros."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.notation import Sizes, axis_names
from explainer.operators.record import Record
from explainer.operators.weights import transposed


@dataclass(frozen=True)
class BedOfNails(Record):
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

    def size_formula(self, size: Sizes) -> list[str]:
        """i times the stride."""
        strides = per_axis("stride", self.stride, len(size))
        return [
            rf"{name}_{{out}} = i \cdot s = {i}\cdot{s} = {i * s}"
            for name, i, s in zip(axis_names(size), size, strides, strict=True)
        ]

    def code(self, x: Tensor) -> list[str]:
        """A 1 x 1 kernel of one for each channel."""
        axes = x.ndim - 1
        stride = per_axis("stride", self.stride, axes)
        gap = tuple(s - 1 for s in stride)
        ones = ", ".join(["1"] * axes)
        return [
            f"nail = torch.ones({x.shape[0]}, 1, {ones}, dtype=torch.float64)",
            f"output = F.conv_transpose{axes}d(x, nail, stride={stride}, output_padding={gap}, groups={x.shape[0]})",
        ]
