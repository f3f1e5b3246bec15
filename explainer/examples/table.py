"""The table of named examples: published cases that the pages show, `render` draws and the tests check.

The table is `table.json`, one example a line: a case (see `explainer.examples.cases`) with a slug, a title, the pages
that show it, the reading order, what to notice, its source and the published answer. To add an example, add a line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explainer.examples.cases import Problem, read_case
from explainer.operators import OPERATORS


@dataclass(frozen=True)
class Example:
    """One line of the table.

    Attributes:
        slug: short name for links and the command line.
        pages: stems of the pages that show it.
        order: the reading to start with, "gather" or "scatter".
        note: what to notice.
        case: the case itself, with the published answer under "output" (and more, where the source gives more).
    """

    slug: str
    title: str
    pages: tuple[str, ...]
    order: str
    note: str
    source: str
    case: Mapping[str, Any]

    @property
    def op(self) -> str:
        """The operator's name, or what else the case is: a sequence of operators, or "shape"."""
        return str(self.case["op"])

    @property
    def is_single(self) -> bool:
        """Whether the case is one operator (not a sequence, not a question of sizes)."""
        return self.op in OPERATORS

    @property
    def is_refused(self) -> bool:
        """Whether torch refuses the case; that is its lesson then."""
        return self.is_single and self.case.get("output") is None

    @property
    def has_letters(self) -> bool:
        """Whether the case is written in letters."""
        return "weight_symbols" in self.case

    def problem(self) -> Problem:
        """The operator and its input.

        Raises:
            ValueError: for a refused case, or one that is no single operator.
        """
        return read_case(self.case)


@cache
def examples() -> tuple[Example, ...]:
    """All examples in the order of the table."""
    rows = json.loads(Path(__file__).with_name("table.json").read_text(encoding="utf-8"))
    return tuple(to_example(row) for row in rows)


def to_example(row: dict[str, Any]) -> Example:
    """One line of the table."""
    own = ("slug", "title", "order", "note", "source")
    rest = {key: value for key, value in row.items() if key not in (*own, "pages")}
    return Example(**{key: row[key] for key in own}, pages=tuple(row["pages"]), case=rest)


def examples_of(page: str) -> list[Example]:
    """The examples of one page."""
    return [example for example in examples() if page in example.pages]


def find_example(slug: str) -> Example:
    """The example of that name.

    Raises:
        ValueError: naming the ones that exist.
    """
    for example in examples():
        if example.slug == slug:
            return example
    raise ValueError(f"there is no example {slug!r}; `python -m explainer list` prints them all.")
