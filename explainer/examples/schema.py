"""The one door for numbers: what a case may contain, field by field, with one sentence for what it may not.

The types stand in the operators' records; msgspec checks values against them. The command line, the named examples and
everything else that reads a case come through here, so an operator that is added is checked without a further word.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from explainer.nesting import shape_of

#: Keys of a case beside the grids that its operator asks for.
KEYS = ("op", "params", "input", "weight", "weight_symbols", "indices")
#: Keys that describe a case and change nothing: published answers, sources, notes.
NOTES = (
    "slug", "title", "name", "note", "source", "provenance", "verified", "pages", "order", "kind", "expect", "now",
    "id", "output", "matrix", "map", "nearest_exact_output", "interpolate_output", "wrong_output", "one_hot_kernel",
    "after_layer_1", "after_layer_2",
)  # fmt: skip
#: Numbers in one grid, and how deep grids may be nested.
MOST_NUMBERS = 1_000_000
DEEPEST = 6


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, for `json.loads`, which would silently keep the last of two equal keys."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{short(twice)} is there twice; leave one of them")
    return found


def check_keys(case: Mapping[Any, Any], kind: type[Any]) -> None:
    """Refuse keys that a case does not have; one that belongs into `params` is told so.

    A grid that the operator would pass over is refused too: whoever sends a kernel to bilinear expects another answer.
    The indices of a pooling are its published answer, as `output` is.
    """
    for key in case:
        if key in ("weight", "weight_symbols", "indices") and case[key] is not None:
            grid = "indices" if key == "indices" else "weight"
            if grid not in kind.grids and not (grid == "indices" and "return_indices" in kind.extras):
                raise ValueError(f"{short(case.get('op'))} takes no {key}; leave {key} out.")
        if key in KEYS or key in NOTES:
            continue
        if key in parameters(kind):
            raise ValueError(f"{key} stands beside params; put it inside: {{'params': {{'{key}': ...}}}}.")
        raise ValueError(f"a case has no key {short(key)}{hint(key, KEYS)}; allowed are {', '.join(KEYS)}.")


def parameters(kind: type[Any]) -> tuple[str, ...]:
    """The words that `params` may use for an operator."""
    return (*(one.name for one in fields(kind) if one.name not in kind.grids), *kind.extras)


def checked_params(op: str, kind: type[Any], given: object) -> dict[str, Any]:
    """The parameters of a case, each of the type its record says; absent ones and nulls left out.

    Raises:
        ValueError: with what was given and what is allowed.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ValueError(f"params is {short(given)}; it must be an object such as {{'stride': 2}}.")
    allowed, types = parameters(kind), get_type_hints(kind)
    result = {}
    for name, value in given.items():
        if name not in allowed:
            raise ValueError(
                f"{op} has no parameter {short(name)}{hint(name, allowed)}; allowed are {', '.join(allowed)}."
            )
        if value is not None:
            result[str(name)] = checked(name, value, types.get(name, EXTRA_TYPES.get(name)))
    return result


#: Types of the words that are no fields.
EXTRA_TYPES: dict[str, Any] = {"output_size": int | tuple[int, ...], "return_indices": bool}


def checked(name: str, value: Any, kind: Any) -> Any:
    """One value, converted to its type (lists become tuples)."""
    try:
        result = msgspec.convert(value, type=kind, strict=True)
    except (msgspec.ValidationError, RecursionError, OverflowError):
        raise ValueError(f"{name} is {short(value)}; it must be {in_words(kind)}.") from None
    for number in result if isinstance(result, tuple) else (result,):
        if isinstance(number, float) and not math.isfinite(number):
            raise ValueError(f"{name} is {short(value)}; it must be finite.")
    if result == ():
        raise ValueError(f"{name} is an empty list; it must be {in_words(kind)}.")
    return result


def in_words(kind: Any) -> str:
    """A type as a person would say it."""
    simple = {int: "a whole number", float: "a number", bool: "true or false", str: "a word", NoneType: "nothing"}
    if kind in simple:
        return simple[kind]
    if get_origin(kind) is UnionType or str(get_origin(kind)) == "typing.Union":
        return " or ".join(in_words(one) for one in get_args(kind) if one is not NoneType)
    many = {int: "a list of whole numbers", float: "a list of numbers"}
    return many.get(get_args(kind)[0], "a list") if get_args(kind) else "something else"


def required(op: str, kind: type[Any], case: Mapping[str, Any]) -> None:
    """Refuse a case without a grid that its operator cannot do without."""
    needed = [one.name for one in fields(kind) if one.name in kind.grids and one.default is MISSING]
    for name in needed:
        if case.get(name) is None and not (name == "weight" and case.get("weight_symbols")):
            wanted = "the kernel" if name == "weight" else "where each value goes"
            raise ValueError(f"{op} needs {name}: {wanted}, as nested lists of numbers.")


def numbers(name: str, value: Any, whole: bool = False) -> Any:
    """A full grid of finite numbers, as nested lists of float (int where `whole`).

    Raises:
        ValueError: saying what stands where a number should, or which rows differ.
    """
    counted = [0]
    grid = _level(name, value, counted, 0, whole)
    return grid


def _level(name: str, value: Any, counted: list[int], depth: int, whole: bool) -> Any:
    if not isinstance(value, list | tuple):
        return _number(name, value, whole)
    if depth >= DEEPEST:
        raise ValueError(f"{name} is nested deeper than {DEEPEST} lists.")
    if not value:
        raise ValueError(f"{name} has an empty list in it; it must be a full grid of numbers.")
    counted[0] += len(value)
    if counted[0] > MOST_NUMBERS:
        raise ValueError(f"{name} has more than {MOST_NUMBERS:,} numbers, which is more than can be worked out here.")
    parts = [_level(name, part, counted, depth + 1, whole) for part in value]
    shapes = {shape_of(part) for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"{name} must be a full grid of numbers; its lists have different lengths.")
    return parts


def _number(name: str, value: Any, whole: bool) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a full grid of numbers; there is {short(value)} in it.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a full grid of finite numbers; there is {short(value)} in it.")
    if whole and (number != int(number) or abs(number) > 2**53):
        raise ValueError(f"{name} must be whole numbers; there is {short(value)} in it.")
    return int(number) if whole else number


def hint(word: object, allowed: Iterable[str]) -> str:
    """`(did you mean ...?)` where a word looks like an allowed one."""
    near = difflib.get_close_matches(str(word)[:40], list(allowed), 1, 0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def short(value: object) -> str:
    """A value as it was given, on one line and not too long."""
    try:
        text = " ".join(repr(value).split())
    except (RecursionError, ValueError):  # nested without end, or a number of thousands of digits
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= 40 else text[:40] + "…"
