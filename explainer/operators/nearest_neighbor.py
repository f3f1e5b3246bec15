"""Nearest neighbor: every pixel becomes a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explainer.operators.checks import one_of
from explainer.operators.resizing import Resizing


@dataclass(frozen=True)
class NearestNeighbor(Resizing):
    """Copy every pixel into a block (`F.interpolate`, mode nearest). Give `scale_factor` or `size`, not both.

    `nearest` takes the pixel at floor(o / scale), as OpenCV does; `nearest-exact` the one whose area the output
    pixel's center lies in, as Pillow does.
    """

    mode: str = "nearest"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("mode", self.mode, ("nearest", "nearest-exact"))

    def options(self, axes: int) -> dict[str, Any]:
        """The mode."""
        return {"mode": self.mode}
