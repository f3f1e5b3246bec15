"""Max unpooling: values go back to where the maxima stood, by the indices that pooling left."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.max_pooling import MaxPooling
from explainer.operators.notation import Sizes, aligned, arguments, axis_names, literal, program
from explainer.operators.record import Record, last_axes
from explainer.operators.weights import Nested
from explainer.threads import one_thread


@dataclass(frozen=True)
class MaxUnpooling(Record):
    """Put each value back where its maximum stood, zeros elsewhere (`F.max_unpool1d/2d`).

    `indices` has the input's shape (with or without the channel axis): flat positions in one output channel. For
    given indices the operator is linear. Where an index repeats, one writer wins: torch never adds, and documents the
    winner as not guaranteed, since threads share the work. Such a map is unpooled by one thread here, so that the last
    value in reading order wins every time and there is a matrix to speak of.
    """

    grids: ClassVar = ("indices",)

    indices: Nested
    kernel_size: Size = 2
    stride: Size | None = None
    padding: Size = 0
    output_size: Size | None = None

    def __post_init__(self) -> None:
        at_least("kernel_size", self.kernel_size, 1)
        at_least("padding", self.padding, 0)
        if self.stride is not None:
            at_least("stride", self.stride, 1)
        if self.output_size is not None:
            at_least("output_size", self.output_size, 1)

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """Indices with a batch of one in front lose it; `output_size` may be one number or the whole shape."""
        fields, indices = dict(params), params["indices"]
        depth, inner = 0, indices
        while isinstance(inner, tuple) and inner:
            depth, inner = depth + 1, inner[0]
        if depth == axes + 2 and len(indices) == 1:
            fields["indices"] = indices[0]
        if fields.get("output_size") is not None:
            fields["output_size"] = last_axes("output_size", fields["output_size"], axes)
        return fields

    def axes(self, dims: int) -> list[tuple[int, int, int]]:
        """(k, s, p) for each axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        columns = (("kernel_size", self.kernel_size), ("stride", stride), ("padding", self.padding))
        return list(zip(*(per_axis(name, value, dims) for name, value in columns), strict=True))

    def default_size(self, pooled: tuple[int, ...]) -> tuple[int, ...]:
        """The size torch assumes without `output_size`: (i-1)s - 2p + k per axis."""
        return tuple((i - 1) * s - 2 * p + k for i, (k, s, p) in zip(pooled, self.axes(len(pooled)), strict=True))

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        index = torch.tensor(self.indices, dtype=torch.int64)
        if index.ndim == x.ndim - 2:
            index = index.unsqueeze(0)
        if index.shape != x.shape[1:]:
            given, wanted = tuple(index.shape), tuple(x.shape[1:])
            raise ValueError(f"indices have shape {given}; they must have the input's shape {wanted}.")
        size = self.checked_size(tuple(x.shape[2:]))
        pixels = torch.Size(size).numel()
        if int(index.min()) < 0 or int(index.max()) >= pixels:
            worst = int(index.max()) if int(index.max()) >= pixels else int(index.min())
            shape = " x ".join(map(str, size))
            raise ValueError(
                f"index {worst} does not fit the output of {shape}: allowed are 0 to {pixels - 1}. "
                "Indices taken from a larger map need its size as output_size."
            )
        unpool = F.max_unpool1d if x.ndim == 3 else F.max_unpool2d
        kernel, step, padding = (list(column) for column in zip(*self.axes(x.ndim - 2), strict=True))
        repeated = any(len(channel.unique()) < channel.numel() for channel in index)
        index = index.expand(len(x), *index.shape).to(x.device)
        with one_thread() if repeated else nullcontext():
            return unpool(x, index, kernel, step, padding, list(size))

    def checked_size(self, pooled: tuple[int, ...]) -> tuple[int, ...]:
        """The output size, checked as torch does: less than one stride away from the default."""
        default = self.default_size(pooled)
        if min(default) < 1:
            raise ValueError(f"the output would be {' x '.join(map(str, default))}: nothing is left.")
        if self.output_size is None:
            return default
        size = per_axis("output_size", self.output_size, len(pooled))
        stride = per_axis("stride", self.kernel_size if self.stride is None else self.stride, len(pooled))
        if len(size) != len(pooled):
            raise ValueError(f"output_size has {len(size)} numbers; this map has {len(pooled)} axes.")
        for o, d, s in zip(size, default, stride, strict=True):
            if not d - s < o < d + s or o < 1:
                allowed = f"{max(1, d - s + 1)} to {d + s - 1}"
                raise ValueError(f"output_size is {o}; with stride {s} it can be {allowed}.")
        return size

    def size_formula(self, size: Sizes) -> list[str]:
        """(i-1)s - 2p + k, unless output_size says otherwise."""
        lines = [
            aligned(name, "(i-1)s - 2p + k", rf"({i}-1)\cdot{s} - 2\cdot{p} + {k}", (i - 1) * s - 2 * p + k)
            for name, i, (k, s, p) in zip(axis_names(size), size, self.axes(len(size)), strict=True)
        ]
        if self.output_size is not None:
            given = r" \times ".join(str(n) for n in per_axis("output_size", self.output_size, len(size)))
            lines.append(rf"\text{{output\_size}} = {given}\ \text{{was asked for}}")
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.max_unpool1d/2d` with the indices written out."""
        index = torch.tensor(self.indices, dtype=torch.int64).view(1, *x.shape)
        return [f"indices = {literal(index, 'torch.int64')}", self.call("x", x.ndim - 1)]

    def call(self, values: str, dims: int) -> str:
        """The one line that puts the variable `values` back by the variable `indices`."""
        size = None if self.output_size is None else per_axis("output_size", self.output_size, dims)
        rest = arguments(stride=self.stride, padding=self.padding, output_size=size)
        return f"output = F.max_unpool{dims}d({values}, indices, {self.kernel_size}{rest})"

    def story(self, pool: MaxPooling, x: Tensor, values: Tensor) -> str:
        """Pool `x` (C, *spatial), remember, go on with `values`, put back: one program that ends in `output`."""
        down = pool.code(x)[0].replace("output, indices", "pooled, indices")
        found = f"values = {literal(values[None])}  # what the network made of `pooled`"
        return program(x, [down, found, self.call("values", x.ndim - 1)])
