"""Tables as text: typed rows, spreadsheets and CSV, with points or decimal commas."""

from __future__ import annotations

import re
from typing import Any

Table = list[list[list[str]]]

_DECIMAL = re.compile(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?")


def table(text: str) -> Table:
    """Blocks (apart by an empty line or `|`) of rows (a line or `;` each) of words."""
    blocks = [block for block in re.split(r"\n[ \t]*\n|\|", unbarred(text).strip("\n ")) if block.strip()]
    lines = [[line for line in block.split("\n") if line.strip()] for block in blocks]
    flat = [line for block in lines for line in block]
    if not flat:
        raise ValueError("the grid is empty; type numbers, one row a line.")
    for separator in ("\t", ";"):
        if in_columns(flat, separator):
            return [[[point(word) for word in cells(line, separator)] for line in block] for block in lines]
    rows = [[row for line in block for row in line.split(";") if row.strip()] for block in lines]
    split = comma_rule([row for block in rows for row in block])
    return [[split(row) for row in block] for block in rows]


def unbarred(text: str) -> str:
    """A Markdown table, every row between bars, with its cells apart by tabs; any other text as it is.

    Raises:
        ValueError: it has a heading, which may be a first row of numbers or the columns' names.
    """
    lines = [line.strip() for line in text.split("\n")]
    rows = [line for line in lines if line]
    if not rows or not all(row[0] == row[-1] == "|" and len(row) > 2 for row in rows):
        return text
    kept: list[str] = []
    for line in lines:
        if "-" in line and set(line) <= set("|:- \t"):
            if kept and kept[-1].strip():
                raise ValueError("the table has a heading; give the rows of numbers below it only.")
            continue
        kept.append("\t".join(cell.strip() for cell in line.strip("|").split("|")))
    return "\n".join(kept)


def in_columns(lines: list[str], separator: str) -> bool:
    """Whether a separator stands between columns: in every line, with one word at most on each side.

    A single line of `1; 2` stays what it always was here: two rows.
    """
    if separator == ";" and len(lines) == 1:
        return False
    return all(
        separator in line.strip(" ").rstrip(separator) and all(len(part.split()) <= 1 for part in line.split(separator))
        for line in lines
    )


def cells(line: str, separator: str) -> list[str]:
    """The cells of one line of a spreadsheet or CSV file."""
    parts = [part.strip().strip("\"'") for part in line.strip(" ").rstrip(separator).split(separator)]
    if "" in parts:
        raise ValueError(f"cell {parts.index('') + 1} of a row is empty; every place needs a number.")
    return parts


def point(word: str) -> str:
    """A decimal comma as a point."""
    return word.replace(",", ".") if _DECIMAL.fullmatch(word) else word


def comma_rule(rows: list[str]) -> Any:
    """How the rows are split: what their commas mean is decided for all of them together.

    Raises:
        ValueError: where `0,5` may be one number or two.
    """
    spaced = any(re.search(r"\s,|,\s|,$", row.strip()) for row in rows)
    words = [word for row in rows for word in row.split() if "," in word.strip(",")]
    if len(rows) == 1 and re.fullmatch(r"[-+]?0,\d+", rows[0].strip()):
        raise ValueError(f"{rows[0].strip()[:20]!r} can be one number or two; write 0.5, or 0 5 with a space.")
    if not any(len(row.split()) > 1 for row in rows):  # CSV: no spaces at all
        return lambda row: cells(row.strip(), ",")
    if not words:
        return lambda row: row.replace(",", " ").split()
    if spaced or not all(_DECIMAL.fullmatch(word) for word in words):
        raise ValueError(
            f"{words[0][:20]!r} can be one number or several; write decimals with a point, "
            "and a space after a comma that separates."
        )
    return lambda row: [point(word) for word in row.split()]
