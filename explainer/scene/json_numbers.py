"""Tensors as plain JSON numbers: whole numbers without a point, rounding noise removed."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor


def numbers(values: Tensor, gaps: bool = False) -> list[float | int | None]:
    """A flat list for JSON: whole numbers without a point, rounding noise removed; `gaps` as in `plain`."""
    return [plain(value, gaps) for value in values.flatten().tolist()]


def plain(value: float, gaps: bool = False) -> float | int | None:
    """One number for JSON; twelve significant digits, as -0.0 and 0.30000000000000004 help nobody.

    With `gaps` minus infinity is None: max pooling's padding. Anywhere else it is a sum that became too large, and JSON
    has no word for that.

    Raises:
        ValueError: for what is not finite.
    """
    if gaps and value == -math.inf:
        return None
    if not math.isfinite(value):
        raise ValueError("a result is larger than float64 can hold (about 1.8e308); give smaller numbers.")
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def nested_numbers(values: Tensor, gaps: bool = False) -> Any:
    """Nested lists of plain numbers."""

    def convert(item: Any) -> Any:
        return [convert(part) for part in item] if isinstance(item, list) else plain(item, gaps)

    return convert(values.tolist())
