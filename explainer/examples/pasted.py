"""Grids as people have them: typed rows, spreadsheets, CSV, and what torch, numpy, TensorFlow and Python print.

`words_of` finds the words and how they are nested, and leaves it to others what a word is. Where a text can be read in
two ways (`0,5, 1,0`) it is refused with the reason: a wrong guess would answer another question.

>>> words_of("1 2; 3 4")
[[['1', '2'], ['3', '4']]]
>>> words_of("tensor([[1., 2.],\\n        [3., 4.]], device='cuda:0')")
[['1.', '2.'], ['3.', '4.']]
>>> words_of("0,5\\t1,5")
[[['0.5', '1.5']]]
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from explainer.examples.around import check_around, plain
from explainer.examples.tables import table

#: Characters of one grid, and how deep prints may be nested.
LONGEST, DEEPEST = 1_000_000, 6

_TOKEN = re.compile(r"[\[\](){},;]|[^\s\[\](){},;]+")
_PAIRS = {"[": "]", "(": ")", "{": "}"}
#: Characters from which on numpy may have broken a row; MATLAB's rows in brackets are a line each.
WRAPPED = 50


def words_of(text: str) -> list[Any]:
    """The words of a grid, nested as in the print; a table without brackets is blocks of rows of words.

    Raises:
        ValueError: for what is no grid or can be read in two ways, with the reason.
    """
    if len(text) > LONGEST:
        raise ValueError(f"the text has {len(text):,} characters; at most {LONGEST:,} are read.")
    grid = plain(text)
    if "..." in grid or "…" in grid:
        raise ValueError("the print is shortened (...); print the whole grid, or a smaller one.")
    return bracketed(grid) if has_brackets(grid) else table(grid)


def has_brackets(text: str) -> bool:
    """Whether a grid's nesting is told by brackets."""
    return re.search(r"[\[({]", text) is not None


def bracketed(text: str) -> list[Any]:
    """The nested lists of a print; the name, dtype and device around them do not count."""
    opened = re.search(r"[\[{]", text) or re.search(r"\(", text)
    assert opened is not None
    head, body = text[: opened.start()], text[opened.start() :]
    body = re.sub(r"\[[^\[\](){}]*\]", rows_of_lines, body)
    nested, end = nest(body)
    check_around(head, body[end:], opened.group())
    return channels_last_refused(nested) if re.search(r"\btf\.|EagerTensor|<tf", head) else nested


def rows_of_lines(found: re.Match[str]) -> str:
    """A list over several lines, its lines apart by `;`, as MATLAB means them; a row that a library broke stays."""
    lines = [line for line in found.group()[1:-1].split("\n") if line.strip()]
    broken = any(line.rstrip().endswith(",") for line in lines[:-1]) or any(
        len(line) >= WRAPPED and "," not in line for line in lines[:-1]
    )
    return found.group() if broken or len(lines) < 2 else "[" + ";".join(lines) + "]"


def nest(text: str) -> tuple[list[Any], int]:
    """The list that starts the text, and where it ends."""
    stack: list[tuple[str, list[Any]]] = []
    seen: list[str] = []
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token in _PAIRS:
            if len(stack) >= DEEPEST:
                raise ValueError(f"the brackets are nested deeper than {DEEPEST}.")
            stack.append((token, []))
        elif token in _PAIRS.values():
            kind, items = stack.pop()
            if _PAIRS[kind] != token:
                raise ValueError(f"{kind} is closed by {token}; the brackets do not match.")
            done = leaf(items)
            if not stack:
                return done, found.end()
            stack[-1][1].append(done)
        else:
            stack[-1][1].append(token)
        seen.append(token)
    raise ValueError("a bracket is not closed; copy the whole print.")


def leaf(items: list[Any]) -> list[Any]:
    """One list without its separators; `;` starts a new row, as in MATLAB."""
    if ";" in items:
        cuts = [-1, *(at for at, item in enumerate(items) if item == ";"), len(items)]
        rows = [items[a + 1 : b] for a, b in itertools.pairwise(cuts)]
        return [leaf(row) for row in rows if row]
    kept = items[:-1] if items and items[-1] == "," else items
    entries = [item for item in kept if item != ","]
    commas = len(kept) - len(entries)
    if kept[:1] == [","] or any(a == b == "," for a, b in itertools.pairwise(kept)):
        raise ValueError("between two commas an entry is missing.")
    if commas and commas != len(entries) - 1:
        shown = "".join(f"{item} " if isinstance(item, str) else "[...] " for item in kept[:7]).replace(" ,", ",")
        raise ValueError(
            f"in [{shown.strip()}] commas and spaces both separate; if the commas are decimal, write points."
        )
    return entries


def channels_last_refused(nested: list[Any]) -> list[Any]:
    """TensorFlow keeps channels on the last axis: one channel is dropped, several are refused."""
    sizes, level = [], nested
    while isinstance(level, list) and level:
        sizes.append(len(level))
        level = level[0]
    if len(sizes) < 3:
        return nested
    if sizes[-1] == 1:
        return [strip_last(part) for part in nested]
    raise ValueError(
        f"TensorFlow prints channels last, here {' x '.join(map(str, sizes))}; put them before rows and columns "
        "first: tf.transpose(x, [0, 3, 1, 2])."
    )


def strip_last(nested: Any) -> Any:
    """Without the last axis, which has one entry."""
    if isinstance(nested, list) and len(nested) == 1 and not isinstance(nested[0], list):
        return nested[0]
    return [strip_last(part) for part in nested]
