"""Convolution, 1D to 3D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators.checks import Size, one_of, per_axis, require_input
from explainer.operators.notation import Sizes, aligned, arguments, axis_names, literal
from explainer.operators.record import Record
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
    with_channel_axes,
)


@dataclass(frozen=True)
class Convolution(Record):
    """`F.conv1d` / `F.conv2d` / `F.conv3d`, which is cross-correlation: the kernel is not flipped.

    `weight` is nested as torch has it, (C_out, C_in / groups, *k), or just (*k) for one channel in and out.
    `padding` may be "same" or "valid"; `pads` pads each end by its own number (all begins, then all ends, as ONNX
    writes them); `padding_mode` says what stands in the border. With a `bias` the map is affine and has no matrix.
    """

    grids: ClassVar = ("weight",)
    takes_letters: ClassVar = True

    weight: Nested
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    groups: int = 1
    padding_mode: str = "zeros"
    pads: tuple[int, ...] | None = None
    bias: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_kernel(self.weight, self.stride, self.dilation, self.groups)
        check_padding(self.padding, self.pads, self.dims)
        one_of("padding_mode", self.padding_mode, ("zeros", "reflect", "replicate", "circular"))
        check_bias(self.bias, full_weight(self.weight).shape[0])
        if self.padding == "same" and any(s != 1 for _, s, _ in kernel_axes(self.weight, self.stride, self.dilation)):
            raise ValueError(f"padding is 'same' with stride {self.stride}; torch allows it with stride 1 only.")

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """A kernel of the right rank."""
        return {**params, "weight": with_channel_axes(params["weight"], axes)}

    def linear_part(self) -> Self:
        """Without the bias."""
        return replace(self, bias=None)

    def borders(self) -> list[tuple[int, int]]:
        """Padding (before, after) on each axis; with "same" the odd one stands behind, as in torch."""
        if self.pads is not None:
            return list(zip(self.pads[: self.dims], self.pads[self.dims :], strict=True))
        if self.padding == "same":
            total = [d * (k - 1) for k, _, d in kernel_axes(self.weight, self.stride, self.dilation)]
            return [(n // 2, n - n // 2) for n in total]
        return [(p, p) for p in per_axis("padding", 0 if self.padding == "valid" else self.padding, self.dims)]

    def padded(self, x: Tensor) -> Tensor:
        """`x` (C, *spatial) with its border, filled as `padding_mode` says."""
        around = [n for pair in reversed(self.borders()) for n in pair]
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        return F.pad(x[None], around, mode=mode)[0]

    def on_padded(self) -> Self:
        """The same convolution of an input that has its border already."""
        return replace(self, padding=0, pads=None, padding_mode="zeros")

    @property
    def dims(self) -> int:
        """1 to 3 spatial axes."""
        return kernel_dims(self.weight)

    def axes(self) -> list[tuple[int, int, int, int]]:
        """(k, s, p, d) for each axis, rows first; p is the padding before."""
        rest = zip(kernel_axes(self.weight, self.stride, self.dilation), self.borders(), strict=True)
        return [(k, s, before, d) for (k, s, d), (before, _) in rest]

    def with_weight(self, weight: Tensor) -> Self:
        """The same operator with other numbers in the kernel."""
        return replace(self, weight=to_nested(weight))

    def output_size(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Spatial output size for a spatial input size."""
        parts = zip(size, self.axes(), self.borders(), strict=True)
        return tuple(geometry.convolution_size(i + a + b, k, s, 0, d) for i, (k, s, _, d), (a, b) in parts)

    def __call__(self, x: Tensor) -> Tensor:
        weight = full_weight(self.weight).to(x)
        require_input(x, (self.dims + 2,), channels=weight.shape[1] * self.groups)
        sizes = self.output_size(tuple(x.shape[2:]))
        for i, o, (k, _, _, d), (a, b) in zip(x.shape[2:], sizes, self.axes(), self.borders(), strict=True):
            if o < 1:
                raise ValueError(
                    f"the output would be empty: the kernel reaches over {geometry.reach(k, d)} pixels, "
                    f"the padded input has {i + a + b}. Make the input larger or the kernel smaller."
                )
            most = {"reflect": i - 1, "circular": i}.get(self.padding_mode, max(a, b))
            if max(a, b) > most:
                raise ValueError(f"padding is {max(a, b)}; {self.padding_mode} allows at most {most} for {i} pixels.")
        bias = None if self.bias is None else torch.tensor(self.bias).to(x)
        if self.padding_mode != "zeros" or any(a != b for a, b in self.borders()):
            x = torch.stack([self.padded(one) for one in x])
            padding = (0,) * self.dims
        else:
            padding = tuple(a for a, _ in self.borders())
        _, stride, _, dilation = zip(*self.axes(), strict=True)
        convolve = (F.conv1d, F.conv2d, F.conv3d)[self.dims - 1]
        return convolve(x, weight, bias, stride, padding, dilation, self.groups)

    def size_formula(self, size: Sizes) -> list[str]:
        """Relationship 6 of Dumoulin & Visin, with dilation; both paddings where they differ."""
        lines = []
        for name, i, (k, s, _, d), (a, b) in zip(axis_names(size), size, self.axes(), self.borders(), strict=True):
            around, filled = ("2p", rf"2\cdot{a}") if a == b else ("p_{begin} + p_{end}", f"{a} + {b}")
            formula = rf"\left\lfloor\frac{{i + {around} - d(k-1) - 1}}{{s}}\right\rfloor + 1"
            filled = rf"\left\lfloor\frac{{{i} + {filled} - {d}({k}-1) - 1}}{{{s}}}\right\rfloor + 1"
            lines.append(aligned(name, formula, filled, geometry.convolution_size(i + a + b, k, s, 0, d)))
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.conv1d/2d/3d`, after `F.pad` where torch's own padding cannot say it."""
        lines = [f"weight = {literal(full_weight(self.weight))}  # (C_out, C_in / groups, ...)"]
        padding: Any = self.padding
        if self.padding_mode != "zeros" or self.pads is not None:
            around = tuple(n for pair in reversed(self.borders()) for n in pair)
            mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
            lines.append(f"x = F.pad(x, {around}, mode={mode!r})  # last axis first")
            padding = 0
        bias = "" if self.bias is None else f", bias={literal(torch.tensor(self.bias, dtype=torch.float64))}"
        rest = arguments(stride=self.stride, padding=padding, dilation=self.dilation, groups=self.groups)
        return [*lines, f"output = F.conv{self.dims}d(x, weight{bias}{rest})"]
