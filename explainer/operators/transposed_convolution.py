"""Transposed convolution, 1D to 3D, and what it is related to: its convolution, its equivalent direct convolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.convolution import Convolution
from explainer.operators.notation import Sizes, aligned, arguments, axis_names, literal
from explainer.operators.record import Record, last_axes
from explainer.operators.weights import (
    Nested,
    Padding,
    check_bias,
    check_kernel,
    check_padding,
    full_weight,
    kernel_axes,
    kernel_dims,
    to_nested,
    transposed,
    with_channel_axes,
)


@dataclass(frozen=True)
class TransposedConvolution(Record):
    """`F.conv_transpose1d` / `2d` / `3d`: multiply by the transposed matrix of a convolution.

    `stride`, `padding` and `dilation` are those of that convolution. `weight` is nested as torch has it,
    (C_in, C_out / groups, *k), axes swapped against `Convolution`, or just (*k) for one channel in and out. Stride
    enlarges, padding crops, and `output_padding` un-crops at the end of each axis.

    Torch has no `padding="same"` here; this one is Keras's and ONNX's (SAME_UPPER): the output has i times the stride,
    an odd crop takes one more at the end. `padding=1, output_padding=1` has that size too, and other numbers. "valid"
    is Keras's: nothing is cropped, and a kernel shorter than the stride is followed by zeros. `pads` crops each end by
    its own number (all begins, then all ends, as ONNX writes them).
    """

    grids: ClassVar = ("weight",)
    extras: ClassVar = ("output_size",)
    takes_letters: ClassVar = True

    weight: Nested
    stride: Size = 1
    padding: Padding = 0
    output_padding: Size = 0
    dilation: Size = 1
    groups: int = 1
    pads: tuple[int, ...] | None = None
    bias: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_kernel(self.weight, self.stride, self.dilation, self.groups)
        check_padding(self.padding, self.pads, self.dims)
        check_bias(self.bias, full_weight(self.weight).shape[1] * self.groups)
        at_least("output_padding", self.output_padding, 0)
        if isinstance(self.padding, str) and any(per_axis("output_padding", self.output_padding, self.dims)):
            raise ValueError(f"padding {self.padding!r} settles the output's size; leave output_padding at 0.")
        if isinstance(self.padding, str):
            return
        for (_, s, _, d), a in zip(self.axes(), self.extra(), strict=True):
            if a >= max(s, d):
                raise ValueError(
                    f"output_padding is {a}; it must be smaller than stride ({s}) or dilation ({d}): "
                    f"allowed are 0 to {max(s, d) - 1}."
                )

    @property
    def dims(self) -> int:
        """1 to 3 spatial axes."""
        return kernel_dims(self.weight)

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """A kernel of the right rank; an `output_size` becomes the output padding that reaches it."""
        fields = {**params, "weight": with_channel_axes(params["weight"], axes)}
        wanted = fields.pop("output_size", None)
        if wanted is None:
            return fields
        op = cls(**{**fields, "output_padding": 0})
        if isinstance(op.padding, str):
            raise ValueError(f"padding {op.padding!r} settles the output's size; leave out output_size.")
        extra = []
        for i, o, (k, s, _, d), (a, b) in zip(
            x.shape[1:], last_axes("output_size", wanted, axes), op.axes(), op.crops(), strict=True
        ):
            extra.append(geometry.output_padding_for(i, o + a + b, k, s, 0, d))
        return {**fields, "output_padding": tuple(extra)}

    def linear_part(self) -> Self:
        """Without the bias."""
        return replace(self, bias=None)

    def axes(self) -> list[tuple[int, int, int, int]]:
        """(k, s, p, d) for each axis, rows first; p is what is cropped before."""
        rest = zip(kernel_axes(self.weight, self.stride, self.dilation), self.crops(), strict=True)
        return [(k, s, before, d) for (k, s, d), (before, _) in rest]

    def crops(self) -> list[tuple[int, int]]:
        """What padding crops (before, after) from the stamped canvas on each axis, output padding aside."""
        if self.pads is not None:
            return list(zip(self.pads[: self.dims], self.pads[self.dims :], strict=True))
        if self.padding == "same":
            total = [max(0, n) for n in self.beyond_stride()]
            return [(n // 2, n - n // 2) for n in total]
        return [(p, p) for p in per_axis("padding", 0 if self.padding == "valid" else self.padding, self.dims)]

    def beyond_stride(self) -> list[int]:
        """By how much the kernel reaches over one stride, on each axis."""
        kernels = kernel_axes(self.weight, self.stride, self.dilation)
        return [geometry.reach(k, d) - s for k, s, d in kernels]

    def extra(self) -> tuple[int, ...]:
        """Output padding per axis; with a padding in words, what a kernel shorter than the stride lacks."""
        if isinstance(self.padding, str):
            return tuple(max(0, -n) for n in self.beyond_stride())
        return per_axis("output_padding", self.output_padding, self.dims)

    def is_even(self) -> bool:
        """Whether torch's own arguments can say the crop: the same before and after."""
        return self.pads is None and all(a == b for a, b in self.crops())

    def with_weight(self, weight: Tensor) -> Self:
        """The same operator with other numbers in the kernel."""
        return replace(self, weight=to_nested(weight))

    def output_size(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Spatial output size for a spatial input size."""
        return tuple(
            geometry.transposed_convolution_size(i, k, s, 0, e, d) - a - b
            for i, (k, s, _, d), (a, b), e in zip(size, self.axes(), self.crops(), self.extra(), strict=True)
        )

    def uncropped(self) -> Self:
        """The same stamps on the whole canvas: no padding, and only the output padding that sticks out."""
        beyond = tuple(max(0, e - b) for e, (_, b) in zip(self.extra(), self.crops(), strict=True))
        return replace(self, padding=0, pads=None, output_padding=beyond)

    def convolution(self) -> Convolution:
        """The convolution whose matrix, transposed, is this operator's."""
        before, after = zip(*self.crops(), strict=True)
        if before == after:
            return Convolution(self.weight, self.stride, before, self.dilation, self.groups)
        pads = (*before, *after)
        return Convolution(self.weight, self.stride, dilation=self.dilation, groups=self.groups, pads=pads)

    def __call__(self, x: Tensor) -> Tensor:
        weight = full_weight(self.weight).to(x)
        require_input(x, (self.dims + 2,), channels=weight.shape[0])
        size = self.output_size(tuple(x.shape[2:]))
        if min(size) < 1:
            shape = " x ".join(str(max(0, n)) for n in size)
            raise ValueError(f"the output would be {shape}: padding crops everything away. Lower the padding.")
        bias = None if self.bias is None else torch.tensor(self.bias).to(x)
        _, stride, padding, dilation = zip(*self.axes(), strict=True)
        if self.is_even():
            return transposed(self.dims)(x, weight, bias, stride, padding, self.extra(), self.groups, dilation)
        canvas = transposed(self.dims)(x, weight, bias, stride, 0, self.uncropped().extra(), self.groups, dilation)
        for axis, (before, o) in enumerate(zip(padding, size, strict=True), 2):
            canvas = canvas.narrow(axis, before, o)
        return canvas

    def size_formula(self, size: Sizes) -> list[str]:
        """Relationship 14 of Dumoulin & Visin, with dilation."""
        lines = []
        for name, i, (k, s, _, d), (a, b), e in zip(
            axis_names(size), size, self.axes(), self.crops(), self.extra(), strict=True
        ):
            o = geometry.transposed_convolution_size(i, k, s, 0, e, d) - a - b
            crop, cropped = ("2p", rf"2\cdot{a}") if a == b else ("(p_{begin} + p_{end})", f"({a} + {b})")
            filled = rf"({i}-1)\cdot{s} - {cropped} + {d}({k}-1) + {e} + 1"
            lines.append(aligned(name, f"(i-1)s - {crop} + d(k-1) + a + 1", filled, o))
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.conv_transpose1d/2d/3d`; where the two ends are cropped differently, the whole canvas and a slice."""
        bias = "" if self.bias is None else f", bias={literal(torch.tensor(self.bias, dtype=torch.float64))}"
        even = self.is_even()
        shown = self if even else self.uncropped()
        padding: Any = self.padding if not isinstance(self.padding, str) else tuple(a for a, _ in self.crops())
        extra: Any = shown.extra() if isinstance(self.padding, str) or not even else self.output_padding
        rest = arguments(stride=self.stride, padding=padding if even else 0, output_padding=extra)
        more = arguments(dilation=self.dilation, groups=self.groups)
        lines = [
            f"weight = {literal(full_weight(self.weight))}  # (C_in, C_out / groups, ...)",
            f"output = F.conv_transpose{self.dims}d(x, weight{bias}{rest}{more})",
        ]
        if even:
            return lines
        size = self.output_size(tuple(x.shape[1:]))
        cut = ", ".join(f"{a} : {a + o}" for (a, _), o in zip(self.crops(), size, strict=True))
        return [*lines, f"output = output[..., {cut}]  # torch crops both ends alike"]


def partner(op: Convolution, size: Sizes) -> TransposedConvolution:
    """The transposed convolution whose matrix is Cᵀ: it leads from the output's size back to `size` (spatial)."""
    back = zip(size, op.output_size(size), op.axes(), op.borders(), strict=True)
    extra = tuple(geometry.output_padding_for(o, i + a + b, k, s, 0, d) for i, o, (k, s, _, d), (a, b) in back)
    before, after = zip(*op.borders(), strict=True)
    if before == after:
        return TransposedConvolution(op.weight, op.stride, before, extra, op.dilation, op.groups)
    pads = (*before, *after)
    return TransposedConvolution(op.weight, op.stride, 0, extra, op.dilation, op.groups, pads)


def stretch(op: TransposedConvolution, x: Tensor) -> Tensor:
    """The stretched input of the equivalent direct convolution, for `x` (C, *spatial).

    s - 1 zeros between neighbours, a border of d(k-1) - p zeros (cropped where negative), and output_padding more
    zeros at the end of each axis (Dumoulin & Visin 2016, relationship 14).
    """
    sizes = [geometry.stretched_size(i, s) for i, (_, s, _, _) in zip(x.shape[1:], op.axes(), strict=True)]
    spread = x.new_zeros(x.shape[0], *sizes)
    spread[(slice(None), *(slice(None, None, s) for _, s, _, _ in op.axes()))] = x
    pads: list[int] = []
    for (k, _, _, d), (a, b), e in reversed(list(zip(op.axes(), op.crops(), op.extra(), strict=True))):
        pads += [geometry.direct_border(k, a, d), geometry.direct_border(k, b, d) + e]
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
