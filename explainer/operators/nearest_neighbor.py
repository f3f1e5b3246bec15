"""Nearest neighbor: every pixel becomes a block."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from explainer.operators.checks import Size, one_of, require_input
from explainer.operators.notation import Sizes
from explainer.operators.resizing import check_target, interpolate, resized_formula, target_argument


@dataclass(frozen=True)
class NearestNeighbor:
    """Copy every pixel into a block (`F.interpolate`, mode nearest). Give `scale_factor` or `size`, not both."""

    scale_factor: float | tuple[float, ...] | None = 2
    size: Size | None = None
    mode: str = "nearest"

    def __post_init__(self) -> None:
        one_of("mode", self.mode, ("nearest", "nearest-exact"))
        check_target(self.scale_factor, self.size)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        return interpolate(x, self.scale_factor, self.size, self.mode, None)

    def size_formula(self, size: Sizes) -> list[str]:
        """i times the scale, rounded down; or the size asked for."""
        return resized_formula(self.scale_factor, self.size, size)

    def code(self, x: Tensor) -> list[str]:
        """`F.interpolate`, nearest."""
        return [f"output = F.interpolate(x{target_argument(self.scale_factor, self.size)}, mode={self.mode!r})"]
