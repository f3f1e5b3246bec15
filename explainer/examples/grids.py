"""Grids as text: one row a line (or `;`), entries apart by spaces, channels apart by an empty line (or `|`).

>>> read_grid("1 2; 3 4")
(((1.0, 2.0), (3.0, 4.0)),)
>>> write_grid(((1.0, 0.5), (3.0, 4.0)))
'1 0.5\\n3 4'
>>> read_letters("a b c")
('a', 'b', 'c')
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

Row = tuple[float, ...]
Channels = tuple[tuple[Row, ...], ...]

#: Beyond this digits do not fit into a cell any more.
LARGEST = 1e6


def read_grid(text: str, rows: int = 16, columns: int = 16, channels: int = 1) -> Channels:
    """Channels of rows of numbers; fractions such as 1/3 are allowed.

    Raises:
        ValueError: saying what was given and what is allowed (at most `rows`, `columns`, `channels`).
    """
    blocks = [[entries(line) for line in block] for block in split_channels(text)]
    if not blocks:
        raise ValueError("the grid is empty; type numbers, one row a line.")
    lengths = {len(row) for block in blocks for row in block}
    if len(lengths) > 1:
        raise ValueError(f"the rows have {' and '.join(map(str, sorted(lengths)))} numbers; all need the same.")
    if len({len(block) for block in blocks}) > 1:
        raise ValueError("the channels differ in their number of rows; all need the same.")
    for name, given, most in (
        ("rows", len(blocks[0]), rows),
        ("columns", lengths.pop(), columns),
        ("channels", len(blocks), channels),
    ):
        if given > most:
            raise ValueError(f"the grid has {given} {name}; at most {most} fit here.")
    return tuple(tuple(tuple(number(item) for item in row) for row in block) for block in blocks)


def read_letters(text: str) -> tuple[str, ...] | None:
    """The entries of a one-row grid of letters, or None where there is any number in it."""
    found = entries(text)
    return tuple(found) if found and all(re.fullmatch(r"[A-Za-z]\w?", item) for item in found) else None


def write_grid(values: object) -> str:
    """Nested tuples (W), (H, W) or (C, H, W) as text."""
    if not isinstance(values, tuple | list):
        return values if isinstance(values, str) else f"{values:.10g}"
    if not values or not isinstance(values[0], tuple | list):
        return " ".join(write_grid(value) for value in values)
    deep = isinstance(values[0][0], tuple | list)
    return ("\n\n" if deep else "\n").join(write_grid(part) for part in values)


def split_channels(text: str) -> list[list[str]]:
    """Blocks of lines that are not empty."""
    plain = text.replace("\r", "").replace(";", "\n").replace("|", "\n\n")
    blocks = re.split(r"\n\s*\n", plain.strip())
    return [lines for block in blocks if (lines := [line for line in block.split("\n") if line.strip()])]


def entries(line: str) -> list[str]:
    """The words of one row; commas count as spaces, typographic minus signs as minus."""
    return line.replace(",", " ").replace("−", "-").split()


def number(text: str) -> float:
    """One number."""
    try:
        value = float(Fraction(text)) if "/" in text else float(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{text[:20]!r} is not a number.") from None
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"{text[:20]} is out of range; allowed are numbers from -{LARGEST:.0f} to {LARGEST:.0f}.")
    return value
