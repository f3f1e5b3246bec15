"""What a lesson is: a belief, a question with options that torch itself decides between, and two cases to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from explainer.examples.cases import Problem, read_case


@dataclass(frozen=True)
class Side:
    """One of a lesson's two pictures.

    Attributes:
        label: what is different here, in a few words.
        case: operator, parameters and input, as `explainer.examples.cases` reads them.
        order: the reading to start with, "gather" or "scatter".
    """

    label: str
    case: dict[str, Any]
    order: str = "gather"

    def problem(self) -> Problem:
        """The operator and its input."""
        return read_case(self.case)

    def output(self) -> Tensor:
        """Torch's answer, (C, *spatial)."""
        problem = self.problem()
        return problem.op(problem.input[None])[0]


#: What is read off the two sides: whether something holds, or a sentence with numbers in.
Judge = Callable[[Side, Side], bool]
Verdict = Callable[[Side, Side], str]


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen, and whether it holds, judged from what torch computes."""

    text: str
    holds: Judge


@dataclass(frozen=True)
class Lesson:
    """One misunderstanding as an experiment.

    Attributes:
        slug: its name in links.
        page: stem of the page that teaches it; `also` lists it on others.
        claim: what people believe. truth: what holds. source: where people stumbled.
        question: asked before the second picture is shown. Exactly one option holds.
        settle: the one number (or two) that settles it, in a sentence.
        shows_difference: draw the difference of both outputs too.
    """

    slug: str
    page: str
    claim: str
    truth: str
    source: str
    question: str
    options: tuple[Option, ...]
    before: Side
    after: Side
    settle: Verdict
    also: tuple[str, ...] = ()
    shows_difference: bool = False

    def answer(self) -> Option:
        """The option that holds.

        Raises:
            ValueError: if none or several do; then the lesson is wrong.
        """
        right = [option for option in self.options if option.holds(self.before, self.after)]
        if len(right) != 1:
            raise ValueError(f"lesson {self.slug}: {len(right)} options hold; exactly one must.")
        return right[0]
