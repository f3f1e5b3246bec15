"""Convolution and transposed convolution, 1D and 2D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.weights import (
    Nested,
    check_kernel,
    full_weight,
    kernel_axes,
    kernel_dims,
    to_nested,
    transposed,
)


@dataclass(frozen=True)
class Convolution:
    """`F.conv1d` / `F.conv2d`, which is cross-correlation: the kernel is not flipped.

    `weight` is nested as torch has it, (C_out, C_in / groups, *k), or just (*k) for one channel in and out.
    """

    weight: Nested
    stride: Size = 1
    padding: Size = 0
    dilation: Size = 1
    groups: int = 1

    def __post_init__(self) -> None:
        check_kernel(self.weight, self.stride, self.padding, self.dilation, self.groups)

    @property
    def dims(self) -> int:
        """1 or 2 spatial axes."""
        return kernel_dims(self.weight)

    def axes(self) -> list[tuple[int, int, int, int]]:
        """(k, s, p, d) for each axis, rows first."""
        return kernel_axes(self.weight, self.stride, self.padding, self.dilation)

    def with_weight(self, weight: Tensor) -> Self:
        """The same operator with other numbers in the kernel."""
        return replace(self, weight=to_nested(weight))

    def output_size(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Spatial output size for a spatial input size."""
        pairs = zip(size, self.axes(), strict=True)
        return tuple(geometry.convolution_size(i, k, s, p, d) for i, (k, s, p, d) in pairs)

    def __call__(self, x: Tensor) -> Tensor:
        weight = full_weight(self.weight).to(x)
        require_input(x, (self.dims + 2,), channels=weight.shape[1] * self.groups)
        sizes = self.output_size(tuple(x.shape[2:]))
        for i, o, (k, _, p, d) in zip(x.shape[2:], sizes, self.axes(), strict=True):
            if o < 1:
                reach = geometry.reach(k, d)
                raise ValueError(
                    f"the output would be empty: the kernel reaches over {reach} pixels, "
                    f"the padded input has {i + 2 * p}. Make the input larger or the kernel smaller."
                )
        _, stride, padding, dilation = zip(*self.axes(), strict=True)
        convolve = F.conv1d if self.dims == 1 else F.conv2d
        return convolve(x, weight, None, stride, padding, dilation, self.groups)


@dataclass(frozen=True)
class TransposedConvolution:
    """`F.conv_transpose1d` / `F.conv_transpose2d`: multiply by the transposed matrix of a convolution.

    `stride`, `padding` and `dilation` are those of that convolution. `weight` is nested as torch has it,
    (C_in, C_out / groups, *k), axes swapped against `Convolution`, or just (*k) for one channel in and out. Stride
    enlarges, padding crops, and `output_padding` un-crops at the end of each axis.
    """

    weight: Nested
    stride: Size = 1
    padding: Size = 0
    output_padding: Size = 0
    dilation: Size = 1
    groups: int = 1

    def __post_init__(self) -> None:
        check_kernel(self.weight, self.stride, self.padding, self.dilation, self.groups)
        at_least("output_padding", self.output_padding, 0)
        for (_, s, _, d), a in zip(self.axes(), self.extra(), strict=True):
            if a >= max(s, d):
                raise ValueError(
                    f"output_padding is {a}; it must be smaller than stride ({s}) or dilation ({d}): "
                    f"allowed are 0 to {max(s, d) - 1}."
                )

    @property
    def dims(self) -> int:
        """1 or 2 spatial axes."""
        return kernel_dims(self.weight)

    def axes(self) -> list[tuple[int, int, int, int]]:
        """(k, s, p, d) for each axis, rows first."""
        return kernel_axes(self.weight, self.stride, self.padding, self.dilation)

    def extra(self) -> tuple[int, ...]:
        """Output padding per axis."""
        return per_axis("output_padding", self.output_padding, self.dims)

    def with_weight(self, weight: Tensor) -> Self:
        """The same operator with other numbers in the kernel."""
        return replace(self, weight=to_nested(weight))

    def output_size(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Spatial output size for a spatial input size."""
        triples = zip(size, self.axes(), self.extra(), strict=True)
        return tuple(geometry.transposed_convolution_size(i, k, s, p, a, d) for i, (k, s, p, d), a in triples)

    def uncropped(self) -> Self:
        """The same stamps on the whole canvas: no padding, and only the output padding that sticks out."""
        _, _, padding, _ = zip(*self.axes(), strict=True)
        beyond = tuple(max(0, a - p) for a, p in zip(self.extra(), padding, strict=True))
        return replace(self, padding=0, output_padding=beyond)

    def convolution(self) -> Convolution:
        """The convolution whose matrix, transposed, is this operator's."""
        return Convolution(self.weight, self.stride, self.padding, self.dilation, self.groups)

    def __call__(self, x: Tensor) -> Tensor:
        weight = full_weight(self.weight).to(x)
        require_input(x, (self.dims + 2,), channels=weight.shape[0])
        size = self.output_size(tuple(x.shape[2:]))
        if min(size) < 1:
            shape = " x ".join(str(max(0, n)) for n in size)
            raise ValueError(f"the output would be {shape}: padding crops everything away. Lower the padding.")
        _, stride, padding, dilation = zip(*self.axes(), strict=True)
        settings = (stride, padding, self.extra(), self.groups, dilation)
        return transposed(self.dims)(x, weight, None, *settings)
