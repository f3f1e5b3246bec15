"""What the operators of `F.interpolate` share: by a scale or to a size."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from torch import Tensor, nn

from explainer.operators.checks import MOST, Size, at_least, per_axis, require_input
from explainer.operators.notation import Sizes, arguments, axis_names
from explainer.operators.record import Record

F = nn.functional  # torch comes as a whole first: tests/test_architecture.py says why


@dataclass(frozen=True)
class Resizing(Record, ABC):
    """`F.interpolate` by `scale_factor` or to `size`: give one of them.

    Sizes are rounded down. Between pixels torch goes by the scale that was given; with `recompute_scale_factor` by the
    ratio of the sizes, which differs where something was rounded.
    """

    scale_factor: float | tuple[float, ...] | None = 2
    size: Size | None = None
    recompute_scale_factor: bool = field(default=False, kw_only=True)

    #: Spatial axes this interpolation knows.
    dims: ClassVar[tuple[int, ...]] = (1, 2)

    def __post_init__(self) -> None:
        check_target(self.scale_factor, self.size)
        if self.recompute_scale_factor and self.size is not None:
            raise ValueError("recompute_scale_factor needs scale_factor; size was given.")

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """A size takes the default scale's place; a list of one number is that number, which `F.interpolate` wants."""
        plain = {
            name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in params.items()
        }
        return {"scale_factor": None, **plain} if plain.get("size") is not None else plain

    @abstractmethod
    def options(self, axes: int) -> dict[str, Any]:
        """Further arguments of `F.interpolate` for that many axes, `mode` among them."""

    def resized(self, size: Sizes) -> Sizes:
        """Spatial output size for a spatial input size. (torch's meta device takes seconds for bicubic.)"""
        if self.size is not None:
            return per_axis("size", self.size, len(size))
        scales = per_axis("scale_factor", self.scale_factor, len(size))
        for i, scale in zip(size, scales, strict=True):
            if i * scale < 1:
                raise ValueError(f"scale_factor {scale:g} leaves nothing of an input of {tuple(size)}.")
            if i * scale > MOST:
                raise ValueError(
                    f"scale_factor {scale:g} makes {i * scale:g} of {i} pixels; at most {MOST} are allowed."
                )
        return tuple(int(i * scale) for i, scale in zip(size, scales, strict=True))

    def planned(self, shape: Sizes) -> Sizes:
        """Shape of the answer to an input of `shape` (C, *spatial), everything but the numbers checked."""
        if len(shape) - 1 not in self.dims:
            allowed = " or ".join(f"{n}D" for n in self.dims)
            raise ValueError(f"the input is {len(shape) - 1}D with shape {tuple(shape)}; allowed is {allowed}.")
        self.options(len(shape) - 1)
        return (shape[0], *self.resized(shape[1:]))

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, tuple(n + 2 for n in self.dims))
        axes, out = x.ndim - 2, self.resized(tuple(x.shape[2:]))
        if self.size is not None:
            return F.interpolate(x, size=out, **self.options(axes))
        scales = per_axis("scale_factor", self.scale_factor, axes)
        again = self.recompute_scale_factor or None
        return F.interpolate(x, scale_factor=scales, recompute_scale_factor=again, **self.options(axes))

    def size_formula(self, size: Sizes) -> list[str]:
        """i times the scale, rounded down; or the size asked for."""
        return resized_formula(self.scale_factor, self.size, size)

    def code(self, x: Tensor) -> list[str]:
        """`F.interpolate`."""
        target = arguments(size=self.size) if self.size is not None else arguments(scale_factor=self.scale_factor)
        again = arguments(recompute_scale_factor=True) if self.recompute_scale_factor else ""
        return [f"output = F.interpolate(x{target}{again}{arguments(**self.options(x.ndim - 1))})"]


def check_target(scale_factor: Any, size: Size | None) -> None:
    """Exactly one of `scale_factor` and `size`, and it is positive."""
    if (scale_factor is None) == (size is None):
        raise ValueError(f"give scale_factor or size, not both and not neither (got {scale_factor}, {size}).")
    if size is not None:
        at_least("size", size, 1)
    elif not all(0 < scale <= MOST for scale in (scale_factor if isinstance(scale_factor, tuple) else (scale_factor,))):
        raise ValueError(f"scale_factor is {scale_factor}; it must be above 0 and at most {MOST}.")


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
