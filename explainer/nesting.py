"""Nested lists and tuples, the way JSON and torch write grids. Pure Python."""

from __future__ import annotations

from typing import Any


def tuples_of(value: Any) -> Any:
    """Lists as tuples, all the way down, so that they can be hashed and compared.

    >>> tuples_of([[1, 2], [3, 4]])
    ((1, 2), (3, 4))
    """
    return tuple(map(tuples_of, value)) if isinstance(value, list | tuple) else value


def shape_of(value: Any) -> tuple[int, ...]:
    """The sizes of a full grid; () for a number. Whether it is full is not looked at.

    >>> shape_of([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    return (len(value), *shape_of(value[0])) if isinstance(value, list | tuple) and value else ()


def leaves(value: Any) -> list[Any]:
    """What stands at the ends of the nesting, in reading order.

    >>> leaves([[1, 2], 3])
    [1, 2, 3]
    """
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list | tuple) else [value]


def zeros_like(value: Any) -> Any:
    """The same nesting, every leaf 0.

    >>> zeros_like([["a", "b"], ["c", "d"]])
    [[0, 0], [0, 0]]
    """
    return [zeros_like(part) for part in value] if isinstance(value, list | tuple) else 0
