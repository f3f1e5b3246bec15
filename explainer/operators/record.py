"""What a case may say to an operator: every record declares it itself, so that nobody else has to know operators."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from torch import Tensor


class Record:
    """Base of the operator records: what a case brings beside `params`, and how its wording becomes fields.

    Attributes:
        grids: fields that stand beside `params` in a case, as nested lists: "weight", "indices".
        extras: words of a case's `params` that are no fields; `from_case` turns them into fields or drops them.
        has_channels: the input always has a channel axis (channels are what the operator moves).
        takes_letters: input and kernel may be written in letters.
        is_linear: whether there is a matrix that holds for every input.
    """

    grids: ClassVar[tuple[str, ...]] = ()
    extras: ClassVar[tuple[str, ...]] = ()
    has_channels: ClassVar[bool] = False
    takes_letters: ClassVar[bool] = False
    is_linear: ClassVar[bool] = True

    @classmethod
    def from_case(cls, params: dict[str, Any], x: Tensor, axes: int) -> dict[str, Any]:
        """Fields from a case's parameters, each checked already; `x` is (C, *spatial), `axes` of them spatial."""
        return params

    def linear_part(self) -> Self:
        """The operator without its bias, if it has one: what a matrix can say of it."""
        return self


def last_axes(name: str, value: Any, axes: int) -> tuple[int, ...]:
    """A size for each axis: one number, a number an axis, or the whole shape with channels (and a batch) in front."""
    sizes = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if not axes <= len(sizes) <= axes + 2:
        raise ValueError(f"{name} has {len(sizes)} numbers; give {axes}, or the whole shape.")
    return sizes[len(sizes) - axes :]
