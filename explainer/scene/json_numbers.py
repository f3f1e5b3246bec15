"""Tensors as plain JSON numbers: whole numbers without a point, rounding noise removed."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def numbers(values: Tensor) -> list[float | int | None]:
    """A flat list for JSON: whole numbers without a point, minus infinity as None, rounding noise removed."""
    return [plain(value) for value in values.flatten().tolist()]


def plain(value: float) -> float | int | None:
    """One number for JSON; twelve significant digits, as -0.0 and 0.30000000000000004 help nobody."""
    if value == float("-inf"):
        return None
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def nested_numbers(values: Tensor) -> Any:
    """Nested lists of plain numbers."""

    def convert(item: Any) -> Any:
        return [convert(part) for part in item] if isinstance(item, list) else plain(item)

    return convert(values.tolist())
