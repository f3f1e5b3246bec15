"""Cases: one operator, its parameters and an input, written as JSON. What `trace -` reads and the examples are.

    {"op": "conv_transpose2d", "params": {"stride": 2}, "input": [[1, 2], [3, 4]], "weight": [[1, 1], [1, 1]]}

`input` is one map: spatial axes only, or with channels in front, or with a batch of one before those. `weight` is
spatial axes only, or all of torch's axes. Letters in `input` (with `weight_symbols`) are worked out symbolically.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from explainer import geometry
from explainer.nesting import leaves, tuples_of, zeros_like
from explainer.operators import (
    OPERATORS,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis
from explainer.scene.letters import Symbols

Case = Mapping[str, Any]

SYMBOLIC = ("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d")


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
    if name not in OPERATORS:
        raise ValueError(f"op is {name!r}; allowed are {', '.join(OPERATORS)}.")
    kind, allowed = OPERATORS[str(name)]
    values, symbols = read_numbers(case)
    x, leading = with_channels(values, allowed, kind is PixelShuffle)
    op = make_operator(kind, case, x, symbols)
    indices = kind is MaxPooling and bool((case.get("params") or {}).get("return_indices"))
    return Problem(op, x, leading, symbols, indices)


def read_numbers(case: Case) -> tuple[Tensor, Symbols | None]:
    """The input as a tensor; letters become Symbols, and the tensor is filled with zeros."""
    given = case.get("input")
    letters = [item for item in leaves(given) if isinstance(item, str)]
    if not letters:
        return grid("input", given), None
    if case["op"] not in SYMBOLIC:
        raise ValueError(f"letters are worked out for {', '.join(SYMBOLIC)}; op is {case['op']!r}.")
    taps = tuple(str(item) for item in leaves(case.get("weight_symbols") or []))
    if not taps:
        raise ValueError("an input of letters needs weight_symbols, one letter for each tap of the kernel.")
    shape = torch.tensor(zeros_like(given)).shape
    return torch.zeros(shape, dtype=torch.float64), Symbols(tuple(map(str, leaves(given))), taps)


def with_channels(values: Tensor, allowed: tuple[int, ...], channels: bool) -> tuple[Tensor, int]:
    """The input as (C, *spatial), and how many axes stood before the spatial ones."""
    axes = values.ndim - 1 if channels else min(values.ndim, allowed[-1])
    axes = min(axes, allowed[-1])
    leading = values.ndim - axes
    if axes not in allowed or leading > 2 or (leading == 2 and values.shape[0] != 1):
        wanted = " or ".join(f"{n}D" for n in allowed)
        raise ValueError(
            f"the input has shape {tuple(values.shape)}; allowed is one {wanted} map, "
            "with channels and a batch of one in front if you like."
        )
    return (values if leading == 1 else values[None] if leading == 0 else values[0]), leading


def make_operator(kind: Any, case: Case, x: Tensor, symbols: Symbols | None) -> Operator:
    """The operator record of a case; parameters it does not have are refused by name."""
    given = case.get("params") or {}
    if not isinstance(given, Mapping):
        raise ValueError(f"params is {given!r}; it must be an object such as {{'stride': 2}}.")
    params = {str(key): tuple(v) if isinstance(v, list) else v for key, v in given.items() if v is not None}
    if kind is MaxPooling:
        params.pop("return_indices", None)
    if kind in (NearestNeighbor, Bilinear) and "size" in params:
        params.setdefault("scale_factor", None)
    if kind in (Convolution, TransposedConvolution):
        params["weight"] = tuples_of(case_weight(case, x, symbols))
    if kind is MaxUnpooling:
        params["indices"] = tuples_of(case.get("indices"))
    if kind is TransposedConvolution and "output_size" in params:
        params["output_padding"] = output_padding(params, x)
    names = [field.name for field in fields(kind)]
    unknown = [key for key in params if key not in names]
    if unknown:
        shown = ", ".join(name for name in names if name not in ("weight", "indices"))
        raise ValueError(f"{case['op']} has no parameter {unknown[0]!r}; allowed are {shown}.")
    try:
        op: Operator = kind(**params)
    except TypeError as problem:
        raise ValueError(f"{case['op']}: a parameter has the wrong type ({problem}).") from None
    return op


def case_weight(case: Case, x: Tensor, symbols: Symbols | None) -> Any:
    """The kernel's numbers; for letters a counting kernel of as many taps."""
    if symbols is None:
        if case.get("weight") is None:
            raise ValueError(f"{case['op']} needs a weight: the kernel as nested lists of numbers.")
        return grid("weight", case["weight"]).tolist()
    taps = torch.tensor(zeros_like(case["weight_symbols"])).shape
    return torch.arange(1, len(symbols.taps) + 1, dtype=torch.float64).view(taps).tolist()


def output_padding(params: dict[str, Any], x: Tensor) -> tuple[int, ...]:
    """The output padding that reaches `output_size`, which is taken out of the parameters."""
    wanted = params.pop("output_size")
    op = TransposedConvolution(**params)
    sizes = per_axis("output_size", wanted, op.dims)
    triples = zip(x.shape[1:], sizes, op.axes(), strict=True)
    return tuple(geometry.output_padding_for(i, o, k, s, p, d) for i, o, (k, s, p, d) in triples)


def grid(name: str, value: Any) -> Tensor:
    """Nested lists as a float64 tensor."""
    try:
        tensor = torch.tensor(value, dtype=torch.float64)
    except (ValueError, TypeError, RuntimeError) as problem:
        raise ValueError(f"{name} must be a full grid of numbers ({problem}).") from None
    if tensor.numel() == 0 or not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"{name} must be a full grid of finite numbers.")
    return tensor
