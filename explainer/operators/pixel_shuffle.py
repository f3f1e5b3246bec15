"""Pixel shuffle: channels become pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from explainer.operators.checks import at_least, require_input
from explainer.operators.notation import Sizes, axis_names


@dataclass(frozen=True)
class PixelShuffle:
    """Rearrange (C r², H, W) into (C, H r, W r): channels become pixels (`F.pixel_shuffle`; Shi et al. 2016)."""

    upscale_factor: int = 2

    def __post_init__(self) -> None:
        at_least("upscale_factor", self.upscale_factor, 1)

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (4,))
        r = self.upscale_factor
        if x.shape[1] % (r * r):
            raise ValueError(
                f"pixel shuffle by {r} needs channels in multiples of {r * r} (upscale_factor²); "
                f"the input has {x.shape[1]}."
            )
        return F.pixel_shuffle(x, r)

    def size_formula(self, size: Sizes) -> list[str]:
        """i times the upscale factor; the channels shrink by its square."""
        r = self.upscale_factor
        names = zip(axis_names(size), size, strict=True)
        lines = [rf"{name}_{{out}} = i \cdot r = {i}\cdot{r} = {i * r}" for name, i in names]
        return [*lines, rf"C_{{out}} = C_{{in}} / r^2 = C_{{in}} / {r * r}"]

    def code(self, x: Tensor) -> list[str]:
        """`F.pixel_shuffle`."""
        return [f"output = F.pixel_shuffle(x, {self.upscale_factor})"]
