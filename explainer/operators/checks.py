"""Checks that several operators share; each failure says what was given and what is allowed."""

from __future__ import annotations

from typing import Any

from torch import Tensor

Size = int | tuple[int, ...]
#: Beyond this no parameter makes sense, and 64 bits would not hold the sizes that follow from it.
MOST = 1_000_000


def per_axis(name: str, value: Any, axes: int) -> tuple[Any, ...]:
    """One number for each axis; a single number counts for all of them."""
    if not isinstance(value, tuple | list):
        return (value,) * axes
    if len(value) == 1:
        return tuple(value) * axes
    if len(value) != axes:
        has, give = ("1 axis", "1") if axes == 1 else (f"{axes} axes", f"1 or {axes}")
        raise ValueError(f"{name} has {len(value)} numbers; this map has {has}, so give {give}.")
    return tuple(value)


def at_least(name: str, value: Size, lowest: int) -> None:
    """Whole numbers, none below `lowest` or above a million."""
    for number in value if isinstance(value, tuple | list) else (value,):
        if isinstance(number, bool) or not isinstance(number, int):
            raise ValueError(f"{name} is {number!r}; it must be a whole number.")
        if number < lowest:
            raise ValueError(f"{name} is {number}; it must be at least {lowest}.")
        if number > MOST:
            raise ValueError(f"{name} is {number:.3g}; it can be at most {MOST}.")


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """A word from a list."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")


def require_input(x: Tensor, ndims: tuple[int, ...], channels: int | None = None) -> None:
    """A batched map (N, C, *spatial) that is not empty, with the channels the kernel expects."""
    if x.ndim not in ndims:
        allowed = " or ".join(f"{n - 2}D" for n in ndims)
        raise ValueError(f"the input is {x.ndim - 2}D with shape {tuple(x.shape)}; allowed is {allowed}.")
    if min(x.shape[1:]) < 1:
        raise ValueError(f"the input has shape {tuple(x.shape)}; no axis may be empty.")
    if channels is not None and x.shape[1] != channels:
        hint = ""
        if x.shape[-1] == channels:
            hint = (
                " Its last axis has that many: is it channels last, as TensorFlow prints? Torch's order is (N, C, ...)."
            )
        raise ValueError(f"the input has {x.shape[1]} channels; this kernel expects {channels}.{hint}")
