"""Average pooling and adaptive pooling: the mean of each window, and windows that follow from the output's size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from explainer import geometry
from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.notation import Sizes, aligned, arguments, axis_names
from explainer.operators.record import Record, last_axes

F = nn.functional  # torch comes as a whole first: tests/test_architecture.py says why


@dataclass(frozen=True)
class AveragePooling(Record):
    """The mean of each window (`F.avg_pool1d/2d`): a convolution with equal weights, each channel on its own.

    With `count_include_pad` (torch's default) the zeros of the padding count; `stride=None` means kernel_size.
    """

    kernel_size: Size = 2
    stride: Size | None = None
    padding: Size = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        at_least("kernel_size", self.kernel_size, 1)
        at_least("padding", self.padding, 0)
        if self.stride is not None:
            at_least("stride", self.stride, 1)

    def axes(self, dims: int) -> list[tuple[int, int, int]]:
        """(k, s, p) for each axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        named = (("kernel_size", self.kernel_size), ("stride", stride), ("padding", self.padding))
        return list(zip(*(per_axis(name, value, dims) for name, value in named), strict=True))

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        for i, (k, s, p) in zip(x.shape[2:], self.axes(x.ndim - 2), strict=True):
            if p > k // 2:
                raise ValueError(f"padding is {p}; pooling allows at most half the kernel size, {k // 2}.")
            if geometry.pooling_size(i, k, s, p, 1, self.ceil_mode) < 1:
                raise ValueError(f"a window of {k} does not fit an input of {i + 2 * p}.")
        kernel, stride, padding = (list(column) for column in zip(*self.axes(x.ndim - 2), strict=True))
        pool: Any = F.avg_pool1d if x.ndim == 3 else F.avg_pool2d
        answer: Tensor = pool(x, kernel, stride, padding, self.ceil_mode, self.count_include_pad)
        return answer

    def size_formula(self, size: Sizes) -> list[str]:
        """Floor, or ceiling with ceil_mode."""
        left, right = (r"\left\lceil", r"\right\rceil") if self.ceil_mode else (r"\left\lfloor", r"\right\rfloor")
        lines = []
        for name, i, (k, s, p) in zip(axis_names(size), size, self.axes(len(size)), strict=True):
            o = geometry.pooling_size(i, k, s, p, 1, self.ceil_mode)
            filled = rf"{left}\frac{{{i} + 2\cdot{p} - {k}}}{{{s}}}{right} + 1"
            lines.append(aligned(name, rf"{left}\frac{{i + 2p - k}}{{s}}{right} + 1", filled, o))
        return lines

    def code(self, x: Tensor) -> list[str]:
        """`F.avg_pool1d/2d`."""
        rest = arguments(stride=self.stride, padding=self.padding, ceil_mode=self.ceil_mode)
        more = arguments(count_include_pad=self.count_include_pad)
        return [f"output = F.avg_pool{x.ndim - 1}d(x, {self.kernel_size}{rest}{more})"]


@dataclass(frozen=True)
class AdaptiveAveragePooling(Record):
    """The mean of windows that cover the input for a wanted `output_size` (`F.adaptive_avg_pool1d/2d`).

    Window n goes from floor(n i / o) to ceil((n + 1) i / o): windows differ in size and may share pixels.
    """

    output_size: Size = 1

    #: The name in torch.
    kind: ClassVar[str] = "avg"

    def __post_init__(self) -> None:
        at_least("output_size", self.output_size, 1)

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """The whole shape will do as output_size."""
        wanted = params.get("output_size")
        return params if wanted is None else {**params, "output_size": last_axes("output_size", wanted, axes)}

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        size = per_axis("output_size", self.output_size, x.ndim - 2)
        pool: Any = getattr(F, f"adaptive_{self.kind}_pool{x.ndim - 2}d")
        answer: Tensor = pool(x, size)
        return answer

    def size_formula(self, size: Sizes) -> list[str]:
        """The size asked for."""
        wanted = per_axis("output_size", self.output_size, len(size))
        return [rf"{name}_{{out}} = {o}\ (\text{{given}})" for name, o in zip(axis_names(size), wanted, strict=True)]

    def code(self, x: Tensor) -> list[str]:
        """`F.adaptive_avg_pool1d/2d`."""
        return [f"output = F.adaptive_{self.kind}_pool{x.ndim - 1}d(x, {self.output_size})"]


@dataclass(frozen=True)
class AdaptiveMaxPooling(AdaptiveAveragePooling):
    """The largest value of windows that cover the input for a wanted `output_size`; not linear."""

    is_linear: ClassVar = False
    kind: ClassVar = "max"
