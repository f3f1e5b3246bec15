"""What nearest neighbor and bilinear share: `F.interpolate` by a scale or to a size."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor

from explainer.operators.checks import Size, at_least, per_axis
from explainer.operators.notation import Sizes, arguments, axis_names


def interpolate(x: Tensor, scale_factor: Any, size: Size | None, mode: str, align_corners: bool | None) -> Tensor:
    """`F.interpolate` with the scale or the size given, after checking that something is left."""
    axes = x.ndim - 2
    if size is not None:
        return F.interpolate(x, size=per_axis("size", size, axes), mode=mode, align_corners=align_corners)
    scales = per_axis("scale_factor", scale_factor, axes)
    if any(int(i * s) < 1 for i, s in zip(x.shape[2:], scales, strict=True)):
        raise ValueError(f"scale_factor {scale_factor} leaves nothing of an input of {tuple(x.shape[2:])}.")
    return F.interpolate(x, scale_factor=scales, mode=mode, align_corners=align_corners)


def check_target(scale_factor: Any, size: Size | None) -> None:
    """Exactly one of `scale_factor` and `size`, and it is positive."""
    if (scale_factor is None) == (size is None):
        raise ValueError(f"give scale_factor or size, not both and not neither (got {scale_factor}, {size}).")
    if size is not None:
        at_least("size", size, 1)
    elif min(scale_factor if isinstance(scale_factor, tuple) else (scale_factor,)) <= 0:
        raise ValueError(f"scale_factor is {scale_factor}; it must be above 0.")


def resized_formula(scale_factor: Any, size: Size | None, sizes: Sizes) -> list[str]:
    """i times the scale, rounded down; or the size asked for."""
    names = axis_names(sizes)
    if size is not None:
        wanted = per_axis("size", size, len(sizes))
        return [rf"{name}_{{out}} = {o}\ (\text{{given}})" for name, o in zip(names, wanted, strict=True)]
    scales = per_axis("scale_factor", scale_factor, len(sizes))
    return [
        rf"{name}_{{out}} = \lfloor i \cdot r \rfloor = \lfloor {i}\cdot{scale:g} \rfloor = {int(i * scale)}"
        for name, i, scale in zip(names, sizes, scales, strict=True)
    ]


def target_argument(scale_factor: Any, size: Size | None) -> str:
    """The size or the scale as an argument in code."""
    return arguments(size=size) if size is not None else arguments(scale_factor=scale_factor)
