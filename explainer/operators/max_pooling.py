"""Max pooling: the largest value of each window, and where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from explainer import geometry
from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.notation import Sizes, aligned, arguments, axis_names
from explainer.operators.record import Record

F = nn.functional  # torch comes as a whole first: tests/test_architecture.py says why


@dataclass(frozen=True)
class MaxPooling(Record):
    """The largest value of each window, and where it stood (`F.max_pool1d/2d`); not linear.

    `indices` are flat positions in the unpadded map of one channel. `stride=None` means kernel_size, as in torch.
    """

    extras: ClassVar = ("return_indices",)
    is_linear: ClassVar = False

    kernel_size: Size = 2
    stride: Size | None = None
    padding: Size = 0
    dilation: Size = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        for name, value, lowest in (("kernel_size", self.kernel_size, 1), ("dilation", self.dilation, 1)):
            at_least(name, value, lowest)
        at_least("padding", self.padding, 0)
        if self.stride is not None:
            at_least("stride", self.stride, 1)

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """Whether indices are wanted concerns the answer, not the operator."""
        return {name: value for name, value in params.items() if name != "return_indices"}

    def axes(self, dims: int) -> list[tuple[int, int, int, int]]:
        """(k, s, p, d) for each axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        named = (("kernel_size", self.kernel_size), ("stride", stride))
        rest = (("padding", self.padding), ("dilation", self.dilation))
        return list(zip(*(per_axis(name, value, dims) for name, value in named + rest), strict=True))

    def __call__(self, x: Tensor) -> Tensor:
        return self.with_indices(x)[0]

    def with_indices(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Pooled values and flat indices, both (N, C, *pooled)."""
        require_input(x, (3, 4))
        axes = self.axes(x.ndim - 2)
        for i, (k, s, p, d) in zip(x.shape[2:], axes, strict=True):
            if p > k // 2:
                raise ValueError(f"padding is {p}; max pooling allows at most half the kernel size, {k // 2}.")
            if geometry.pooling_size(i, k, s, p, d, self.ceil_mode) < 1:
                raise ValueError(f"a window of {geometry.reach(k, d)} does not fit an input of {i + 2 * p}.")
        k_, s_, p_, d_ = (list(column) for column in zip(*axes, strict=True))
        pool = F.max_pool1d if x.ndim == 3 else F.max_pool2d
        values, indices = pool(x, k_, s_, p_, d_, self.ceil_mode, return_indices=True)
        return values, indices

    def size_formula(self, size: Sizes) -> list[str]:
        """Floor, or ceiling with ceil_mode."""
        left, right = (r"\left\lceil", r"\right\rceil") if self.ceil_mode else (r"\left\lfloor", r"\right\rfloor")
        lines = []
        for name, i, (k, s, p, d) in zip(axis_names(size), size, self.axes(len(size)), strict=True):
            o = geometry.pooling_size(i, k, s, p, d, self.ceil_mode)
            formula = rf"{left}\frac{{i + 2p - d(k-1) - 1}}{{s}}{right} + 1"
            filled = rf"{left}\frac{{{i} + 2\cdot{p} - {d}({k}-1) - 1}}{{{s}}}{right} + 1"
            lines.append(aligned(name, formula, filled, o))
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.max_pool1d/2d` with its indices."""
        rest = arguments(stride=self.stride, padding=self.padding, dilation=self.dilation, ceil_mode=self.ceil_mode)
        return [f"output, indices = F.max_pool{x.ndim - 1}d(x, {self.kernel_size}{rest}, return_indices=True)"]
