"""Arithmetic on plain values, as the arguments of layers have it: `64 * 2`, `k // 2`. Bounded, so that no text costs
more than it is long.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

MOST_VALUE, MOST_ITEMS, MOST_POWER = 10**9, 1000, 32
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.RShift: operator.rshift, ast.LShift: operator.lshift,
}  # fmt: skip
SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip


def worked_out(op: ast.operator, left: Any, right: Any) -> Any:
    """Two numbers put together, two lists (tuples) joined, or a list repeated.

    Raises:
        ValueError: the operator is not known, or the result is too large.
        TypeError, ArithmeticError: as Python has it.

    >>> worked_out(ast.Mult(), 64, 2)
    128
    """
    if type(op) not in OPERATORS:
        raise ValueError("this operator is not read")
    kinds = {int if isinstance(one, int | float) else type(one) for one in (left, right)}
    if kinds == {int}:
        if isinstance(op, ast.Pow | ast.LShift) and not (0 <= right <= MOST_POWER and abs(left) <= MOST_VALUE):
            raise ValueError(f"powers from 0 to {MOST_POWER} are read")
    elif isinstance(op, ast.Mult) and kinds in ({int, list}, {int, tuple}):
        if len(left if isinstance(right, int) else right) * (right if isinstance(right, int) else left) > MOST_ITEMS:
            raise ValueError(f"more than {MOST_ITEMS:,} items")
    elif not (isinstance(op, ast.Add) and kinds in ({list}, {tuple}, {str})):
        raise TypeError(f"{type(left).__name__} and {type(right).__name__} are not put together so")
    return bounded(OPERATORS[type(op)](left, right))


def compared(op: ast.cmpop, left: Any, right: Any) -> bool:
    """Whether a comparison of plain values holds; `is` and `is not` of anything.

    Raises:
        ValueError: lists in lists, which could cost more than the text is long.
    """
    if not isinstance(op, ast.Is | ast.IsNot) and not (flat(left) and flat(right)):
        raise ValueError("only numbers, words, and lists of these are compared")
    return COMPARISONS[type(op)](left, right)


def flat(value: Any) -> bool:
    """Whether a value is a number, a word, nothing, or a list of these."""
    return all(
        isinstance(one, int | float | str | None) for one in (value if isinstance(value, list | tuple) else (value,))
    )


def bounded(value: Any) -> Any:
    """The value. Raises ValueError if it is a larger number, or a longer list, than a layer could want."""
    if isinstance(value, int | float) and not abs(value) <= MOST_VALUE:
        raise ValueError(f"numbers up to {MOST_VALUE:,} are read")
    if isinstance(value, list | tuple | str) and len(value) > MOST_ITEMS:
        raise ValueError(f"more than {MOST_ITEMS:,} items")
    return value
