"""Judging an answer: right, or wrong with the reason that fits, recognized by computing what mistakes would give."""

from __future__ import annotations

import re
from dataclasses import dataclass

from explainer.operators import Convolution, MaxPooling, Operator, TransposedConvolution
from explainer.quiz.questions import LANDS, REACH, SETTING, SIZE, VALUE, Answer, Question

#: Answers are typed with a few digits.
CLOSE = 5e-3
#: More digits than any size has; Python itself refuses thousands.
MOST_DIGITS = 9
#: What is told where something is off by one: a size, or the place of a number.
SIZE_BY_ONE = "Almost: the size is off by one."
#: How a size comes about; where no kernel counts, every pixel becomes a block.
COUNTED: dict[type[Operator], str] = {
    Convolution: "Count the places where the kernel fits, not the gaps.",
    MaxPooling: "Count the places where the window fits, not the gaps.",
    TransposedConvolution: "The first stamp is as long as the kernel, each further one adds a stride, padding crops.",
}
IN_BLOCKS = "Each input pixel makes room for a whole block."
BESIDE = "That number stands in the cell beside it: off by one. Counting starts at 0."


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right; else the mistake that explains it, if one does, and what to tell the visitor."""

    right: bool
    mistake: str | None
    told: str


def judge(question: Question, given: Answer) -> Verdict:
    """Judge an answer of the kind that the question asks for."""
    if same(given, question.answer):
        return Verdict(True, None, "Right.")
    for answer, mistake in question.wrong:
        if same(given, answer):
            return Verdict(False, mistake.name, mistake.reason)
    nearby = off_by_one(question, given)
    return Verdict(False, "off by one" if nearby else None, nearby or "Not this time. Watch how it comes about.")


def same(one: Answer, other: Answer) -> bool:
    """Equal numbers (as far as they are typed), sizes, or sets of cells."""
    if isinstance(one, tuple | str) or isinstance(other, tuple | str):
        return one == other
    return abs(one - other) < CLOSE


def off_by_one(question: Question, given: Answer) -> str | None:
    """A reason if the answer belongs to the cell next to the asked one, or a size is one too large or too small."""
    if question.kind == SIZE:
        assert isinstance(question.answer, tuple)
        if isinstance(given, tuple) and len(given) == len(question.answer):
            steps = [abs(a - b) for a, b in zip(given, question.answer, strict=True)]
            return f"{SIZE_BY_ONE} {COUNTED.get(type(question.op), IN_BLOCKS)}" if max(steps) == 1 else None
    if question.kind != VALUE or isinstance(given, tuple | str) or question.cell is None:
        return None
    output = question.output
    values = output.view(output.shape[0], -1, output.shape[-1])
    channel, row, column = question.cell
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        y, x = row + dy, column + dx
        if 0 <= y < values.shape[1] and 0 <= x < values.shape[2] and same(given, float(values[channel, y, x])):
            return BESIDE
    return None


def read_answer(question: Question, text: str) -> Answer:
    """A typed answer: a number such as 3, 2.5, .5 or 1/3, or a size such as 4 x 4.

    Raises:
        ValueError: saying what was given and what is allowed.
    """
    if question.kind == SIZE:
        numbers = re.findall(r"\d+", text)
        axes = len(question.answer) if isinstance(question.answer, tuple) else 1
        readable = re.fullmatch(r"[\d\s×x,*]+", text.strip(), re.IGNORECASE)  # a phone may write 4 X 4
        if len(numbers) != axes or not readable or len(max(numbers, key=len)) > MOST_DIGITS:
            wanted = "one number" if axes == 1 else "two numbers such as 4 x 4"
            raise ValueError(f"{text[:20]!r} is not a size; give {wanted}.")
        return tuple(map(int, numbers))
    assert question.kind not in (REACH, LANDS, SETTING), "cells and settings are clicked, not typed"
    match = re.fullmatch(r"\s*([-+−]?(?:\d+(?:[.,]\d+)?|[.,]\d+))(?:\s*/\s*(\d+))?\s*", text)
    below = float(match[2] or 1) if match else 0.0
    if match is None or not below:
        raise ValueError(f"{text[:20]!r} is not a number; give one such as 12, 2.5 or 1/3.")
    return float(match[1].replace(",", ".").replace("−", "-")) / below
