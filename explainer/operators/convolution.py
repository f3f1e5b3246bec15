"""Convolution, 1D and 2D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators.checks import Size, require_input
from explainer.operators.notation import Sizes, aligned, arguments, axis_names, literal
from explainer.operators.weights import (
    Nested,
    check_kernel,
    full_weight,
    kernel_axes,
    kernel_dims,
    to_nested,
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

    def size_formula(self, size: Sizes) -> list[str]:
        """Relationship 6 of Dumoulin & Visin, with dilation."""
        lines = []
        for name, i, (k, s, p, d) in zip(axis_names(size), size, self.axes(), strict=True):
            formula = r"\left\lfloor\frac{i + 2p - d(k-1) - 1}{s}\right\rfloor + 1"
            filled = rf"\left\lfloor\frac{{{i} + 2\cdot{p} - {d}({k}-1) - 1}}{{{s}}}\right\rfloor + 1"
            lines.append(aligned(name, formula, filled, geometry.convolution_size(i, k, s, p, d)))
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.conv1d/2d`."""
        rest = arguments(stride=self.stride, padding=self.padding, dilation=self.dilation, groups=self.groups)
        return [
            f"weight = {literal(full_weight(self.weight))}  # (C_out, C_in / groups, ...)",
            f"output = F.conv{self.dims}d(x, weight{rest})",
        ]
