"""Bilinear, and its wider relative bicubic: every output pixel is a weighted mean of the nearest input pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from explainer.operators.resizing import Resizing


@dataclass(frozen=True)
class Bilinear(Resizing):
    """Weighted mean of the nearest pixels (`F.interpolate`, mode linear in 1D, bilinear in 2D).

    `align_corners=False` lines up pixel areas, `True` lines up the centres of the corner pixels. `antialias` widens
    the mean when the picture gets smaller, as Pillow does; in 2D only.
    """

    align_corners: bool = False
    antialias: bool = False

    def options(self, axes: int) -> dict[str, Any]:
        """Mode, corners and antialiasing."""
        if self.antialias and axes != 2:
            raise ValueError(f"antialias is for 2D maps; this one is {axes}D.")
        more = {"antialias": True} if self.antialias else {}
        return {"mode": "linear" if axes == 1 else "bilinear", "align_corners": self.align_corners, **more}


@dataclass(frozen=True)
class Bicubic(Bilinear):
    """Cubic mean of the nearest 4 x 4 pixels, with negative weights (`F.interpolate`, mode bicubic; a = -0.75).

    It overshoots at edges. With `antialias` torch uses a = -0.5, as Pillow does.
    """

    dims: ClassVar = (2,)

    def options(self, axes: int) -> dict[str, Any]:
        """As for bilinear."""
        return {**super().options(axes), "mode": "bicubic"}


@dataclass(frozen=True)
class Area(Resizing):
    """Mean over the area that an output pixel covers (`F.interpolate`, mode area): adaptive average pooling."""

    def options(self, axes: int) -> dict[str, Any]:
        """The mode."""
        return {"mode": "area"}
