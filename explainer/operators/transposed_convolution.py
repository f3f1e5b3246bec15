"""Transposed convolution, 1D and 2D, and what it is related to: its convolution, its equivalent direct convolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.convolution import Convolution
from explainer.operators.notation import Sizes, aligned, arguments, axis_names, literal
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

    def size_formula(self, size: Sizes) -> list[str]:
        """Relationship 14 of Dumoulin & Visin, with dilation."""
        lines = []
        for name, i, (k, s, p, d), a in zip(axis_names(size), size, self.axes(), self.extra(), strict=True):
            o = geometry.transposed_convolution_size(i, k, s, p, a, d)
            filled = rf"({i}-1)\cdot{s} - 2\cdot{p} + {d}({k}-1) + {a} + 1"
            lines.append(aligned(name, "(i-1)s - 2p + d(k-1) + a + 1", filled, o))
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.conv_transpose1d/2d`."""
        rest = arguments(stride=self.stride, padding=self.padding, output_padding=self.output_padding)
        more = arguments(dilation=self.dilation, groups=self.groups)
        return [
            f"weight = {literal(full_weight(self.weight))}  # (C_in, C_out / groups, ...)",
            f"output = F.conv_transpose{self.dims}d(x, weight{rest}{more})",
        ]


def partner(op: Convolution, size: Sizes) -> TransposedConvolution:
    """The transposed convolution whose matrix is Cᵀ: it leads from the output's size back to `size` (spatial)."""
    back = zip(size, op.output_size(size), op.axes(), strict=True)
    extra = tuple(geometry.output_padding_for(o, i, k, s, p, d) for i, o, (k, s, p, d) in back)
    return TransposedConvolution(op.weight, op.stride, op.padding, extra, op.dilation, op.groups)


def stretch(op: TransposedConvolution, x: Tensor) -> Tensor:
    """The stretched input of the equivalent direct convolution, for `x` (C, *spatial).

    s - 1 zeros between neighbours, a border of d(k-1) - p zeros (cropped where negative), and output_padding more
    zeros at the end of each axis (Dumoulin & Visin 2016, relationship 14).
    """
    sizes = [geometry.stretched_size(i, s) for i, (_, s, _, _) in zip(x.shape[1:], op.axes(), strict=True)]
    spread = x.new_zeros(x.shape[0], *sizes)
    spread[(slice(None), *(slice(None, None, s) for _, s, _, _ in op.axes()))] = x
    pads: list[int] = []
    for (k, _, p, d), a in reversed(list(zip(op.axes(), op.extra(), strict=True))):
        border = geometry.direct_border(k, p, d)
        pads += [border, border + a]
    return F.pad(spread, pads)


def direct_weight(op: TransposedConvolution, weight: Tensor | None = None) -> Tensor:
    """The kernel of the equivalent direct convolution: turned by 180 degrees, channel axes swapped in each group."""
    full = full_weight(op.weight) if weight is None else weight
    c_in, c_out, *k = full.shape
    per_group = full.view(op.groups, c_in // op.groups, c_out, *k).transpose(1, 2)
    return per_group.reshape(op.groups * c_out, c_in // op.groups, *k).flip(tuple(range(2, 2 + op.dims)))


def direct(op: TransposedConvolution, weight: Tensor | None = None) -> Convolution:
    """The direct convolution (stride 1) that gives `op`'s output on the stretched input."""
    dilation = tuple(d for _, _, _, d in op.axes())
    return Convolution(to_nested(direct_weight(op, weight)), dilation=dilation, groups=op.groups)
