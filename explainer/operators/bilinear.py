"""Bilinear: every output pixel is a weighted mean of the nearest input pixels."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from explainer.operators.checks import Size, require_input
from explainer.operators.notation import Sizes
from explainer.operators.resizing import check_target, interpolate, resized_formula, target_argument


@dataclass(frozen=True)
class Bilinear:
    """Weighted mean of the nearest pixels (`F.interpolate`, mode linear in 1D, bilinear in 2D).

    `align_corners=False` lines up pixel areas, `True` lines up the centres of the corner pixels.
    """

    scale_factor: float | tuple[float, ...] | None = 2
    size: Size | None = None
    align_corners: bool = False

    def __post_init__(self) -> None:
        check_target(self.scale_factor, self.size)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        mode = "linear" if x.ndim == 3 else "bilinear"
        return interpolate(x, self.scale_factor, self.size, mode, self.align_corners)

    def size_formula(self, size: Sizes) -> list[str]:
        """i times the scale, rounded down; or the size asked for."""
        return resized_formula(self.scale_factor, self.size, size)

    def code(self, x: Tensor) -> list[str]:
        """`F.interpolate`, linear or bilinear."""
        mode = "linear" if x.ndim == 2 else "bilinear"
        target = target_argument(self.scale_factor, self.size)
        return [f"output = F.interpolate(x{target}, mode={mode!r}, align_corners={self.align_corners})"]
