"""Questions on paper: a page made for printing, a page of solutions behind it; HTML with nothing to fetch."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import torch
from torch import Tensor

from explainer.examples.cases import read_case
from explainer.operators import MaxUnpooling
from explainer.operators.weights import full_weight
from explainer.quiz.questions import LANDS, REACH, SIZE, Question

#: A4 and Letter alike: no figure is cut, the solutions start on a page of their own.
STYLE = """
@page { margin: 16mm; }
body { font: 12pt/1.4 system-ui, sans-serif; color: #000; max-width: 178mm; margin: 0 auto; }
@media screen { body { padding: 0 4mm; } }
h1 { font-size: 18pt; margin: 0 0 4mm; } h2 { font-size: 12pt; margin: 0 0 2mm; }
.question { break-inside: avoid; margin: 0 0 9mm; }
.solutions { break-before: page; }
.grids { display: flex; flex-wrap: wrap; gap: 3mm 8mm; align-items: flex-start; }
figure { margin: 0; } figcaption { font-size: 10pt; }
table { border-collapse: collapse; }
td { border: 0.3mm solid #555; min-width: 8mm; height: 8mm; text-align: center; padding: 0 1mm; }
td.asked { border: 0.8mm solid #000; font-weight: bold; }
.option { display: inline-block; margin-left: 6mm; }
.answer { margin-top: 3mm; } .line { display: inline-block; width: 50mm; border-bottom: 0.3mm solid #000; }
code { font-size: 10pt; }
"""


def worksheet(questions: Sequence[Question], title: str = "Upsampling: questions") -> str:
    """A page of questions and, on pages of their own, the solutions with the reasons for common wrong answers."""
    asked = "\n".join(ask(number, one) for number, one in enumerate(questions, 1))
    solved = "\n".join(solve(number, one) for number, one in enumerate(questions, 1))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>\n{asked}\n"
        f'<div class="solutions"><h1>Solutions</h1>\n{solved}\n</div></body></html>\n'
    )


def ask(number: int, one: Question) -> str:
    """One question with its grids and room for the answer."""
    room = '<span class="line"></span>'
    if one.choice:
        room = "".join(f'<span class="option">☐ {escape(option)}</span>' for option in one.choice.options)
    return (
        f'<section class="question"><h2>{number}. {escape(described(one))}</h2>{grids(one)}'
        f'<p class="answer"><b>{escape(one.text)}</b> {room}</p></section>'
    )


def solve(number: int, one: Question) -> str:
    """The answer, and what common mistakes would have given."""
    others = "".join(
        f"<li>{escape(written(one, given))}: {escape(mistake.reason)}</li>" for given, mistake in one.wrong
    )
    return (
        f'<section class="question"><h2>{number}. {escape(one.text)} {escape(written(one, one.answer))}</h2>'
        f"<ul>{others}</ul></section>"
    )


def described(one: Question) -> str:
    """The operator and its parameters in words; of two settings only what they share."""
    if one.choice:
        same = type(one.choice.made) is type(read_case(one.case).op) and one.choice.mistake.name != "mean"
        name = f"{one.case['op']}, two settings" if same else "Two operators"
        return f"{name}{one.choice.shared and ', both with ' + one.choice.shared}"
    params = ", ".join(f"{name} {value}" for name, value in one.case["params"].items())
    return f"{one.case['op']}: {params}"


def given_grids(one: Question) -> list[tuple[str, Tensor]]:
    """What a question shows: the input, the kernel or the indices where there are any, and the output where it asks
    for the setting; each (C, rows, columns).
    """
    found = [("input", as_maps(one.input))]
    written = read_case(one.case).op
    weight = getattr(written, "weight", None)
    if weight is not None:
        found.append(("kernel", as_maps(full_weight(weight).flatten(0, 1))))
    if isinstance(written, MaxUnpooling):
        found.append(("indices", as_maps(torch.tensor(written.indices, dtype=torch.float64))))
    return [*found, ("output", as_maps(one.output))] if one.choice else found


def as_maps(values: Tensor) -> Tensor:
    """(C, W), (H, W) of indices or (C, H, W) as (C, H, W)."""
    return values if values.ndim == 3 else values[None] if values.shape[0] > 1 else values[:, None]


def grids(one: Question) -> str:
    """The grids as tables; the cell that a question starts from is framed."""
    drawn = []
    for name, maps in given_grids(one):
        for channel, rows in enumerate(maps.tolist()):
            asked = one.cell if one.kind == LANDS and name == "input" else None
            title = name if len(maps) == 1 else f"{name}, channel {channel}"
            drawn.append(f"<figure><figcaption>{title}</figcaption>{table(rows, channel, asked)}</figure>")
    return f'<div class="grids">{"".join(drawn)}</div>'


def table(rows: list[list[float]], channel: int, asked: tuple[int, int, int] | None) -> str:
    """One grid of numbers."""
    lines = []
    for y, row in enumerate(rows):
        marks = [' class="asked"' if asked == (channel, y, x) else "" for x in range(len(row))]
        cells = "".join(f"<td{mark}>{value:g}</td>" for mark, value in zip(marks, row, strict=True))
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def written(one: Question, answer: Any) -> str:
    """An answer as people write it."""
    if isinstance(answer, str):
        return answer
    if one.kind == SIZE:
        return " × ".join(map(str, answer))
    if one.kind in (REACH, LANDS):
        return ", ".join(cell_name(one, at) for at in answer) or "none"
    return f"{answer:g}"


def cell_name(one: Question, at: int) -> str:
    """in[0,1] of a flat position: of the input for "reach", of the output for "lands"."""
    values = one.input if one.kind == REACH else one.output
    place = torch.unravel_index(torch.tensor(at), tuple(values.shape))
    numbers = [int(n) for n in place][0 if values.shape[0] > 1 else 1 :]
    return f"{'in' if one.kind == REACH else 'out'}[{','.join(map(str, numbers))}]"
