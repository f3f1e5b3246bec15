"""Grids as text: rows of numbers or letters, channels apart by an empty line (or `|`), and every print people paste.

>>> read_grid("1 2; 3 4")
(((1.0, 2.0), (3.0, 4.0)),)
>>> write_grid(((1.0, 0.5), (3.0, 4.0)))
'1 0.5\\n3 4'
>>> read_letters("a b; c 1")
((2, 2), ('a', 'b', 'c', '1'))
>>> read_nested("array([1., 2.])"), read_nested("1/2 3"), read_nested("a b")
([1.0, 2.0], [0.5, 3.0], ['a', 'b'])
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

from explainer.examples.around import plain
from explainer.examples.pasted import has_brackets, words_of

Row = tuple[float, ...]
Channels = tuple[tuple[Row, ...], ...]

#: Beyond this digits do not fit into a cell any more.
LARGEST = 1e6
#: A letter or a short word that fits a cell: a, xy, w12.
LETTER = re.compile(r"[A-Za-z](?:\w?|_?\d{1,2})")


def read_grid(text: str, rows: int = 16, columns: int = 16, channels: int = 1) -> Channels:
    """Channels of rows of numbers; fractions such as 1/3 are allowed.

    Raises:
        ValueError: saying what was given and what is allowed (at most `rows`, `columns`, `channels`).
    """
    blocks = read_blocks(text, rows, columns, channels)
    return tuple(tuple(tuple(within(number(word)) for word in row) for row in block) for block in blocks)


def read_kernels(text: str, rows: int, columns: int, grids: int) -> tuple[Channels, ...]:
    """A kernel with both channel axes: `---` (or `||`) between entries of the first, an empty line (`|`) of the second.

    Raises:
        ValueError: saying what was given and what is allowed (at most `grids` grids).
    """
    nested = words_of(text) if re.search(r"[\[{(]", text) else []
    if depth_of(nested) == 4:
        parts = ["\n\n".join("\n".join(" ".join(row) for row in grid) for grid in part) for part in nested]
    else:
        parts = [part for part in re.split(r"^\s*-{3,}\s*$|\|\|", text, flags=re.MULTILINE) if part.strip()]
    kernels = tuple(read_grid(part, rows, columns, grids) for part in parts or [text])
    sizes = {(len(one), len(one[0]), len(one[0][0])) for one in kernels}
    if len(sizes) > 1:
        raise ValueError("the parts between the lines --- differ in size; all need the same.")
    if len(kernels) * len(kernels[0]) > grids:
        raise ValueError(f"the kernel has {len(kernels) * len(kernels[0])} grids; at most {grids} fit here.")
    return kernels


def read_letters(text: str, rows: int = 16, columns: int = 32) -> tuple[tuple[int, int], tuple[str, ...]] | None:
    """(rows, columns) and the words of a grid with letters in it, numbers among them kept; None without a letter.

    Raises:
        ValueError: for a grid that is not full or too large, or a word that is neither.
    """
    if not re.search(r"[A-Za-z]", text):
        return None
    (block, *more) = read_blocks(text, rows, columns, 1)
    words = [word for row in block for word in row]
    if more or not any(LETTER.fullmatch(word) for word in words):
        return None
    for word in words:
        if not LETTER.fullmatch(word):
            within(number(word))
    return (len(block), len(block[0])), tuple(words)


def read_nested(text: str, axes: int = 2) -> Any:
    """A grid for a case: nested lists of numbers and letters, with as many axes as the text shows.

    One row has one axis; blocks of one row each are channels of a 1D map where `axes` is 1.

    Raises:
        ValueError: where it is no grid, or a word is neither a number nor a letter.
    """
    nested = words_of(text)
    if not has_brackets(plain(text)):
        if axes == 1 and all(len(block) == 1 for block in nested):
            nested = [block[0] for block in nested]
        while len(nested) == 1 and isinstance(nested[0], list):
            nested = nested[0]
    return converted(nested)


def converted(nested: Any) -> Any:
    """Words as numbers where they are, as letters otherwise."""
    if isinstance(nested, list):
        return [converted(part) for part in nested]
    return nested if LETTER.fullmatch(nested) else number(nested)


def write_grid(values: object) -> str:
    """Nested tuples (W), (H, W), (C, H, W) or, for kernels, (A, B, H, W) as text."""
    if not isinstance(values, tuple | list):
        return values if isinstance(values, str) else f"{values:.10g}"
    if not values or not isinstance(values[0], tuple | list):
        return " ".join(write_grid(value) for value in values)
    between = {2: "\n", 3: "\n\n"}.get(depth_of(listed(values)), "\n---\n")
    return between.join(write_grid(part) for part in values)


def listed(values: Any) -> Any:
    """Nested tuples as nested lists."""
    return [listed(part) for part in values] if isinstance(values, tuple | list) else values


def read_blocks(text: str, rows: int, columns: int, channels: int) -> list[list[list[str]]]:
    """The words as channels of rows, all of one size and none too large."""
    blocks = as_blocks(words_of(text))
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
    return blocks


def as_blocks(nested: list[Any]) -> list[list[list[str]]]:
    """Nested lists as channels of rows: a row is a 1D map, axes before the last three are laid in one."""
    depth = depth_of(nested)
    if depth == 0:
        raise ValueError("the grid is empty or its lists are not nested alike; type numbers, one row a line.")
    for _ in range(3 - depth):
        nested = [nested]
    for _ in range(depth - 3):
        nested = [part for outer in nested for part in outer]
    return nested


def depth_of(nested: Any) -> int:
    """How deep lists are nested, the same everywhere; 0 where they are not, or where one is empty."""
    if not isinstance(nested, list) or not nested:
        return 0
    inner = {depth_of(part) if isinstance(part, list) else -1 for part in nested}
    if inner == {-1}:
        return 1
    return 1 + inner.pop() if len(inner) == 1 and not inner & {0, -1} else 0


def number(text: str) -> float:
    """One number.

    Raises:
        ValueError: for anything else, and for what is not finite.
    """
    try:
        value = float(Fraction(text)) if "/" in text else float(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{text[:20]!r} is not a number.") from None
    if not math.isfinite(value):
        raise ValueError(f"there is {text[:20]} in the grid; allowed are finite numbers.")
    return value


def is_number(text: str) -> bool:
    """Whether a word is a finite number."""
    try:
        number(text)
    except ValueError:
        return False
    return True


def within(value: float) -> float:
    """A number whose digits fit into a cell."""
    if abs(value) > LARGEST:
        raise ValueError(f"{value:g} is out of range; allowed are numbers from -{LARGEST:.0f} to {LARGEST:.0f}.")
    return value
