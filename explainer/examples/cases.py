"""Cases: one operator, its parameters and an input, written as JSON. What `trace -` reads and the examples are.

    {"op": "conv_transpose2d", "params": {"stride": 2}, "input": [[1, 2], [3, 4]], "weight": [[1, 1], [1, 1]]}

`input` is one map: spatial axes only, or with channels in front, or with a batch of one before those. `weight` is
spatial axes only, or all of torch's axes. Letters in `input` (with `weight_symbols`) are worked out symbolically. A
grid may also be text, as people type and paste it (`explainer.examples.grids`).
Nothing here knows an operator: each record says what it takes (`explainer.operators.record`), and the size of the
answer is asked of torch on its meta device, where nothing is computed, before any work begins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from explainer.examples import schema
from explainer.examples.grids import is_number, number, read_nested
from explainer.nesting import leaves, tuples_of, zeros_like
from explainer.operators import OPERATORS, Operator
from explainer.scene.letters import Symbols

Case = Mapping[str, Any]

#: Outputs of one case (32 MB); and of a case in letters, where each is a word.
MOST_OUTPUTS = 4_000_000
MOST_LETTERS = 4_096
#: What may stand in a product as it is, in any script: a, w12, α, w_{1,2}.
WORD = re.compile(r"(?!(?i:nan|inf|infinity)$)[^\W\d_][\w'′^{},]{0,15}")


@dataclass(frozen=True)
class Problem:
    """A case, read: the operator, its input (C, *spatial) in float64, and the letters if it has any.

    `leading` counts the axes that the input had before its spatial ones (0 to 2); an answer has as many.
    `indices`: max pooling was asked to return them.
    """

    op: Operator
    input: Tensor
    leading: int
    symbols: Symbols | None = None
    indices: bool = False


def read_case(case: object) -> Problem:
    """Turn a case into an operator and its input.

    Raises:
        ValueError: with what was given and what is allowed.
    """
    if not isinstance(case, Mapping):
        raise ValueError(f"a case is a JSON object with op, params and input; got {type(case).__name__}.")
    name = case.get("op")
    if not isinstance(name, str) or name not in OPERATORS:
        raise ValueError(
            f"op is {schema.short(name)}{schema.hint(name, OPERATORS)}; allowed are {', '.join(OPERATORS)}."
        )
    kind, allowed = OPERATORS[name]
    schema.check_keys(case, kind)
    case = {**case, **spelled(case, allowed[-1])}
    params = schema.checked_params(name, kind, case.get("params"))
    schema.required(name, kind, case)
    values, symbols = read_numbers(case, kind)
    x, leading = with_channels(values, allowed, kind.has_channels)
    op = make_operator(kind, case, params, x, symbols)
    check_size(op, x, symbols)
    return Problem(op, x, leading, symbols, bool(params.get("return_indices")))


def spelled(case: Case, axes: int) -> dict[str, Any]:
    """The grids that were given as text, as nested lists."""
    found = {}
    for name in ("input", "weight", "weight_symbols", "indices"):
        if isinstance(case.get(name), str):
            try:
                found[name] = read_nested(case[name], axes)
            except ValueError as problem:
                raise ValueError(f"{name}: {problem}") from None
    return found


def read_numbers(case: Case, kind: type[Any]) -> tuple[Tensor, Symbols | None]:
    """The input as a tensor; letters become Symbols, and the tensor is filled with zeros."""
    given = case.get("input")
    if given is None:
        raise ValueError("the case has no input; it must be a full grid of numbers.")
    taps = case.get("weight_symbols") if case.get("weight_symbols") is not None else case.get("weight")
    grids = (given, taps) if case.get("weight") is None else (given,)
    if not any(is_word(item) for one in grids if isinstance(one, list | tuple) for item in leaves(one)):
        return grid("input", given), None
    if not kind.takes_letters:
        able = [name for name, (other, _) in OPERATORS.items() if other.takes_letters]
        raise ValueError(f"letters are worked out for {', '.join(able)}; op is {case['op']!r}.")
    shape = torch.tensor(schema.numbers("input", zeros_like(given))).shape
    if not isinstance(taps, list | tuple) or not taps:
        raise ValueError("an input of letters needs weight_symbols, one letter for each tap of the kernel.")
    schema.numbers("weight_symbols", zeros_like(taps))
    count = len(leaves(given)) + len(leaves(taps))
    if count > MOST_LETTERS:
        raise ValueError(f"letters must be at most {MOST_LETTERS} words in a full grid; there are {count} of them.")
    return torch.zeros(shape, dtype=torch.float64), Symbols(
        tuple(map(in_letters, leaves(given))), tuple(map(in_letters, leaves(taps)))
    )


def is_word(value: Any) -> bool:
    """Whether an entry is text that is no number: what makes a case one in letters."""
    return isinstance(value, str) and value != "" and not is_number(value)


def in_letters(value: Any) -> str:
    """A letter as it is, a number among letters in its shortest form.

    Raises:
        ValueError: for what is neither. `a+b` times x would be written `a+bx`.
    """
    if isinstance(value, str) and WORD.fullmatch(value):
        return value
    if isinstance(value, str) and is_number(value):
        value = number(value)
    with suppress(OverflowError):  # a whole number of hundreds of digits
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return f"{value:.10g}" if isinstance(value, float) else str(value)
    raise ValueError(
        "among letters each entry must be a letter, a short word such as w12, or a finite number; "
        f"there is {schema.short(value)}."
    )


def with_channels(values: Tensor, allowed: tuple[int, ...], channels: bool) -> tuple[Tensor, int]:
    """The input as (C, *spatial), and how many axes stood before the spatial ones."""
    axes = values.ndim - 1 if channels else min(values.ndim, allowed[-1])
    axes = min(axes, allowed[-1])
    leading = values.ndim - axes
    if axes not in allowed or leading > 2 or (leading == 2 and values.shape[0] != 1):
        wanted = " or ".join(f"{n}D" for n in allowed)
        hint = " Give one map at a time." if leading == 2 and values.shape[0] > 1 else ""
        raise ValueError(
            f"the input has shape {tuple(values.shape)}; allowed is one {wanted} map, "
            f"with channels and a batch of one in front{'' if channels else ' if you like'}.{hint}"
        )
    return (values if leading == 1 else values[None] if leading == 0 else values[0]), leading


def make_operator(kind: type[Any], case: Case, params: dict[str, Any], x: Tensor, symbols: Symbols | None) -> Operator:
    """The operator record of a case: its parameters, and the grids it asks for."""
    given = dict(params)
    for name in kind.grids:
        if name == "weight" and symbols is not None:
            shape = torch.tensor(zeros_like(case.get("weight_symbols") or case["weight"])).shape
            counting = torch.arange(1, len(symbols.taps) + 1, dtype=torch.float64).view(shape)
            given[name] = tuples_of(counting.tolist())
        else:
            given[name] = tuples_of(schema.numbers(name, case[name], whole=name == "indices"))
            if not isinstance(given[name], tuple):
                raise ValueError(f"{name} is a single number; it must be a grid of numbers.")
    if symbols is not None and given.pop("bias", None):
        raise ValueError("letters are worked out without a bias; leave it out, or write numbers.")
    op: Operator = kind(**kind.from_case(given, x, x.ndim - 1))
    return op


def check_size(op: Operator, x: Tensor, symbols: Symbols | None) -> None:
    """Refuse what would be too large; the size comes from the record or torch's meta device: nothing is computed.

    Raises:
        ValueError: with the size there would be and the size that is allowed; or in the operator's own words.
    """
    most = MOST_OUTPUTS if symbols is None else MOST_LETTERS
    planned = getattr(op, "planned", None)
    try:
        if planned is not None:
            shape = planned(tuple(x.shape))
        else:
            shape = tuple(op(torch.empty(1, *x.shape, dtype=torch.float64, device="meta")).shape[1:])
    except (RuntimeError, TypeError, OverflowError) as problem:
        raise ValueError(f"torch refuses this: {str(problem).splitlines()[0][:200]}") from None
    if prod(shape) > most:
        size = " x ".join(map(str, shape))
        raise ValueError(f"the output would be {size}, {prod(shape):,} numbers; at most {most:,} are worked out here.")


def grid(name: str, value: Any) -> Tensor:
    """Nested lists as a float64 tensor."""
    found = schema.numbers(name, value)
    if not isinstance(found, list):
        raise ValueError(f"{name} is a single number; it must be a grid of numbers.")
    return torch.tensor(found, dtype=torch.float64)
