"""The check: a visitor's function on random small cases beside torch, and the name of the mistake."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from explainer.exercises.report import CLOSE, Report
from explainer.exercises.tasks import task
from explainer.exercises.trials import Trial, trials
from explainer.quiz.judge import BESIDE, SIZE_BY_ONE


def check(function: Callable[..., Any], seed: int = 1) -> Report:
    """Try a function on random small cases beside torch; the notebook draws the report.

    Args:
        function: named like the exercise that it solves.
        seed: other numbers for other seeds.

    Raises:
        ValueError: if no exercise has the function's name.
    """
    one = task(getattr(function, "__name__", type(function).__name__))
    cases = trials(one.name, seed)
    results: list[Tensor] = []
    for case in cases:
        given = {name: value.clone() if isinstance(value, Tensor) else value for name, value in case.arguments.items()}
        try:
            results.append(as_result(function(**given)))
        except NotImplementedError:
            return Report(one.title, False, None, "Not written yet: replace the last line by your own.")
        except Exception as problem:  # whatever a visitor's own code may raise
            return Report(one.title, False, None, complaint(problem, function), case)
    wrong = [at for at, case in enumerate(cases) if not close(results[at], case.right)]
    if not wrong:
        return Report(one.title, True, None, f"Right, on {len(cases)} random cases beside torch.")
    name, told = recognized(cases, results) or (None, "Not torch's numbers yet. Look at the first cell that differs.")
    return Report(one.title, False, name, told, cases[wrong[0]], results[wrong[0]])


def as_result(value: Any) -> Tensor:
    """A function's result as float64.

    Raises:
        TypeError: if it is no tensor and no numbers.
    """
    if value is None:
        raise TypeError("it returns nothing; end it with `return`")
    return torch.as_tensor(value).detach().to(torch.float64)


def complaint(problem: Exception, function: Callable[..., Any]) -> str:
    """What a visitor's function raised, and on which of its lines."""
    code = getattr(function, "__code__", None)
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__)
             if code is not None and frame.filename == code.co_filename and frame.lineno]  # fmt: skip
    where = f" on line {lines[-1] - code.co_firstlineno + 1} of the function" if code is not None and lines else ""
    words = str(problem).splitlines()[0] if str(problem) else "no message"
    return f"{type(problem).__name__}{where}: {words}."


def recognized(cases: list[Trial], results: list[Tensor]) -> tuple[str, str] | None:
    """The mistake that gives all of these results: its name and the reason; None if there is none."""
    named = {one.name: one for case in cases for one in case.wrong}
    for name, mistake in named.items():
        values = [next((one.values for one in case.wrong if one.name == name), case.right) for case in cases]
        if all(close(result, value) for result, value in zip(results, values, strict=True)):
            return name, mistake.reason
    pairs = list(zip(results, (case.right for case in cases), strict=True))
    if all(right.ndim == 2 and close(result, right.T) for result, right in pairs):
        return "transposed", "That is the answer with rows and columns exchanged: rows come first."
    if any(result.shape != right.shape for result, right in pairs):
        by_one = all(near_size(result, right) for result, right in pairs)
        return ("off by one", SIZE_BY_ONE) if by_one else None
    shifted = all(close(result, right) or is_shifted(result, right) for result, right in pairs)
    return ("off by one", BESIDE) if shifted else None


def close(one: Tensor, other: Tensor) -> bool:
    """The same shape and the same numbers."""
    return one.shape == other.shape and torch.allclose(one, other, rtol=CLOSE, atol=CLOSE)


def near_size(one: Tensor, other: Tensor) -> bool:
    """As many axes, none of them longer or shorter by more than one pixel."""
    return one.ndim == other.ndim and all(abs(a - b) <= 1 for a, b in zip(one.shape, other.shape, strict=True))


def is_shifted(one: Tensor, other: Tensor) -> bool:
    """Whether all of `one` but its border is `other` moved by one cell along one axis."""
    axes = [axis for axis in range(other.ndim) if other.shape[axis] > 2]
    return any(
        close(one.narrow(axis, to, size - 1), other.narrow(axis, 1 - to, size - 1))
        for axis in axes
        for to in (0, 1)
        for size in (other.shape[axis],)
    )
