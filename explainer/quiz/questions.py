"""Questions about a case: a cell's value, the output's size, which inputs reach a pixel, where a value lands, and
which of two settings made the output.

The same seed, number, level and operators give the same question everywhere. A question is asked only if every mistake
that could be made gives an answer of its own: then a wrong answer has one reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor

from explainer.examples.cases import Problem, read_case
from explainer.matrix import matrix_of
from explainer.operators import OPERATORS, MaxPooling, Operator
from explainer.quiz.cases import DRAWN, HARDEST, Case, integer
from explainer.quiz.instead import Map
from explainer.quiz.mistakes import Mistake, outcomes
from explainer.quiz.settings import Choice, choice, has_settings

VALUE, SIZE, REACH, LANDS, SETTING = "value", "size", "reach", "lands", "setting"
KINDS = (VALUE, SIZE, REACH, LANDS, SETTING)
#: A seed and a number become one of torch's seeds, which have 64 bits.
LARGEST_SEED = 10**13
#: How many cases are drawn before a question with fewer mistakes of its own is taken.
PATIENCE = 40

#: A number, a size, the flat positions of cells, or the name of a setting.
Answer = float | tuple[int, ...] | str


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        seed, number, level: what it was drawn from.
        kind: "value", "size", "reach", "lands" or "setting".
        case: operator, parameters and input, as `explainer.examples.cases` reads them.
        cell: (channel, row, column) that it asks about; of the output, for "lands" of the input; None for a size and
            for settings.
        answer: a number, the size (rows, columns), or flat positions: of the input for "reach", the output for "lands";
            for "setting" one of the two names.
        wrong: what each mistake gives instead, with the mistake.
        choice: the two settings that are asked about.
    """

    seed: int
    number: int
    level: int
    kind: str
    case: Case
    cell: tuple[int, int, int] | None
    answer: Answer
    wrong: tuple[tuple[Answer, Mistake], ...]
    choice: Choice | None = None

    @cached_property
    def problem(self) -> Problem:
        """The case, read once: a page asks for it at every cell."""
        return read_case(self.case)

    @property
    def op(self) -> Operator:
        """The operator; of two settings the one that made the output."""
        return self.choice.made if self.choice else self.problem.op

    @cached_property
    def output(self) -> Tensor:
        """(C, *spatial), float64. Not to be changed by the caller."""
        return self.op(self.input[None])[0]

    @property
    def input(self) -> Tensor:
        """(C, *spatial), float64. Not to be changed by the caller."""
        return self.problem.input

    @property
    def text(self) -> str:
        """The question in words."""
        if self.kind == SIZE:
            return "How large is the output?"
        if self.kind == SETTING:
            return "Which of the two made this output?"
        name = "in" if self.kind == LANDS else "out"
        where = self.place_text(name)
        asked = {
            VALUE: f"Which number stands at {where}?",
            REACH: f"Which input pixels reach {where}?",
            LANDS: f"Which output pixels does {where} reach?",
        }
        return asked[self.kind]

    def place_text(self, name: str) -> str:
        """out[1,2], or out[2] in 1D; with the channel in front where there are several."""
        assert self.cell is not None
        channel, row, column = self.cell
        spatial = f"{column}" if self.input.ndim == 2 else f"{row},{column}"
        several = name == "in" and self.input.shape[0] > 1
        return f"{name}[{channel},{spatial}]" if several else f"{name}[{spatial}]"


def question(seed: int, number: int, level: int = 1, ops: Sequence[str] = (), kinds: Sequence[str] = ()) -> Question:
    """The `number`-th question of a seed (from 0), about one of `ops` (all if empty) and of one of `kinds`.

    Raises:
        ValueError: an operator or a kind that nothing is asked about, or a level below 1.
    """
    names, wanted = tuple(ops) or tuple(DRAWN), tuple(kinds) or KINDS
    for one, known, what in [*((op, DRAWN, "operator") for op in names), *((kind, KINDS, "kind") for kind in wanted)]:
        if one not in known:
            raise ValueError(f"there are no questions about {what} {one!r}; allowed are {', '.join(known)}.")
    if level < 1 or seed < 0 or number < 0:
        raise ValueError(f"got seed {seed}, number {number}, level {level}; allowed are 0 and more, levels from 1 on.")
    random = torch.Generator().manual_seed(seed * 1_000_003 + number)
    op = names[integer(random, 0, len(names) - 1)]
    possible = [kind for kind in wanted if is_asked(kind, OPERATORS[op][0])] or [VALUE]
    kind = possible[integer(random, 0, len(possible) - 1)]
    best: Question | None = None
    for attempt in range(2 * PATIENCE):
        # A kind that this operator's cases do not give at this level makes room for the one that they always give.
        asked = kind if best is not None or attempt < PATIENCE else VALUE
        found = drawn(random, seed, number, min(level, HARDEST), op, asked)
        if found is not None and (best is None or len(found.wrong) > len(best.wrong)):
            best = found
        if best is not None and (len(best.wrong) >= 2 or best.kind == SETTING or attempt >= PATIENCE):
            break
    assert best is not None, f"no question about {op}"
    return best


def quiz(seed: int, count: int, level: int = 1, ops: Sequence[str] = (), kinds: Sequence[str] = ()) -> list[Question]:
    """The first `count` questions of a seed."""
    return [question(seed, number, level, ops, kinds) for number in range(count)]


def drawn(random: Generator, seed: int, number: int, level: int, op: str, kind: str) -> Question | None:
    """One try: a question whose right and wrong answers are all different; None if this case has none."""
    case = DRAWN[op](random, level)
    problem = read_case(case)
    if kind == SETTING:
        two = choice(random, problem.op, problem.input)
        known = two and (two.answer, ((two.other, two.mistake),))
        return Question(seed, number, level, kind, case, None, *known, two) if known else None
    output = problem.op(problem.input[None])[0]
    cell = None if kind == SIZE else some_cell(random, problem.input if kind == LANDS else output)
    right = answer_of(problem.op, problem.input, output, kind, cell)
    if right is None or right == ():
        return None
    wrong: dict[Answer, Mistake] = {}
    for mistake, instead, result in outcomes(problem.op, problem.input):
        given = answer_of(instead, problem.input, result, kind, cell)
        if given is None or given == right:
            continue
        if given in wrong:
            return None
        wrong[given] = mistake
    return Question(seed, number, level, kind, case, cell, right, tuple(wrong.items()))


def is_asked(kind: str, operator: type[Any]) -> bool:
    """Whether a kind of question is asked about an operator: of a maximum nobody knows where it came from."""
    if kind == SETTING:
        return has_settings(operator)
    return not (operator is MaxPooling and kind in (REACH, LANDS))


def some_cell(random: Generator, values: Tensor) -> tuple[int, int, int]:
    """(channel, row, column) of a random pixel of (C, *spatial)."""
    channels, rows, columns = values.shape[0], (values.shape[1] if values.ndim == 3 else 1), values.shape[-1]
    return integer(random, 0, channels - 1), integer(random, 0, rows - 1), integer(random, 0, columns - 1)


def answer_of(op: Map, x: Tensor, output: Tensor, kind: str, cell: tuple[int, int, int] | None) -> Answer | None:
    """What a map answers to a question; None where the asked pixel does not exist in its output."""
    if kind == SIZE:
        return tuple(output.shape[1:])
    assert cell is not None
    if kind == LANDS:
        column = matrix_of(op, tuple(x.shape)).to_dense()[:, flat(cell, x)]
        return tuple(column.nonzero().flatten().tolist())
    at = flat(cell, output)
    if at is None:
        return None
    if kind == VALUE:
        return round(float(output.flatten()[at]), 9)
    return tuple(matrix_of(op, tuple(x.shape)).to_dense()[at].nonzero().flatten().tolist())


def flat(cell: tuple[int, int, int], values: Tensor) -> int | None:
    """The flat position of a pixel of (C, *spatial), or None outside of it."""
    rows = values.shape[1] if values.ndim == 3 else 1
    channel, row, column = cell
    if channel >= values.shape[0] or row >= rows or column >= values.shape[-1]:
        return None
    return int((channel * rows + row) * values.shape[-1] + column)


def as_json(one: Question) -> dict[str, Any]:
    """A question for other tools: the case, what is asked, the answer, and what each mistake would answer."""
    return {
        "number": one.number,
        "level": one.level,
        "kind": one.kind,
        "question": one.text,
        "case": one.case,
        "cell": list(one.cell) if one.cell else None,
        **({"options": list(one.choice.options), "output": one.output.tolist()} if one.choice else {}),
        "answer": listed(one.answer),
        "mistakes": [
            {"answer": listed(given), "name": mistake.name, "reason": mistake.reason} for given, mistake in one.wrong
        ],
    }


def listed(answer: Answer) -> float | str | list[int]:
    """An answer as JSON."""
    return list(answer) if isinstance(answer, tuple) else answer
