"""What a check says: a sentence, the case, and the computation of the first cell that differs on the stage."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import torch
from torch import Tensor

from explainer.exercises.trials import Trial
from explainer.notebook.picture import Picture, picture
from explainer.quiz.shown import scene_at
from explainer.quiz.worksheet import table

#: Results this close count as equal; a visitor's code may work in single precision.
CLOSE = 1e-4
STYLE = (
    "<style>.checked td{border:1px solid;min-width:2.2em;height:2em;text-align:center;padding:0 4px}"
    ".checked table{border-collapse:collapse}.checked td.asked{outline:3px solid;font-weight:bold}"
    ".checked .grids{display:flex;flex-wrap:wrap;gap:12px 28px}.checked figure{margin:0}</style>"
)


@dataclass(frozen=True)
class Report:
    """How a function did.

    Attributes:
        title: the exercise.
        right: whether all its results are torch's.
        mistake: the name of the mistake that explains all its results, if one does.
        told: what the visitor is told.
        trial, got: the first case whose result is wrong (None if none is, or nothing was computed), and that result.
    """

    title: str
    right: bool
    mistake: str | None
    told: str
    trial: Trial | None = None
    got: Tensor | None = None

    def __repr__(self) -> str:
        """Without a browser: the sentence."""
        return f"{'✓' if self.right else '✗'} {self.title}: {self.told}"

    @property
    def cell(self) -> tuple[int, ...] | None:
        """The first cell that differs, in reading order; None where the results have other axes."""
        if self.trial is None or self.got is None or self.got.ndim != self.trial.right.ndim:
            return None
        shape = [min(a, b) for a, b in zip(self.got.shape, self.trial.right.shape, strict=True)]
        window = tuple(slice(0, size) for size in shape)
        alike = torch.isclose(self.got[window], self.trial.right[window], rtol=CLOSE, atol=CLOSE)
        apart = (~alike).nonzero().tolist()
        return tuple(apart[0]) if apart else None

    def picture(self) -> Picture | None:
        """The stage at the first cell that differs; None where nothing differs."""
        if self.trial is None or self.got is None:
            return None
        at = 0
        for place, size in zip(self.cell or (), self.trial.right.shape, strict=False):
            at = at * size + place
        scene = scene_at(self.trial.op, self.trial.x, self.trial.step(at), matrix=self.trial.matrix)
        name = f"{self.title}: torch at [{', '.join(map(str, self.cell))}]" if self.cell else f"{self.title}: torch"
        return picture({**scene, "name": name}, name)

    def _repr_html_(self) -> str:
        """The sentence; where something is wrong also the numbers and the picture."""
        said = f"<p><b>{'✓' if self.right else '✗'}</b> {escape(self.told)}</p>"
        if self.trial is None:
            return said
        given = "".join(shown(name, value) for name, value in self.trial.arguments.items())
        results = "" if self.got is None else shown("yours", self.got, self.cell)
        results += shown("torch's", self.trial.right, self.cell)
        drawn = self.picture()
        frame = "" if drawn is None else drawn._repr_html_()
        return f'{STYLE}<div class="checked">{said}<div class="grids">{given}{results}</div></div>{frame}'


def shown(name: str, value: Any, cell: tuple[int, ...] | None = None) -> str:
    """An argument or a result as a table; `cell` is framed."""
    if not isinstance(value, Tensor):
        return f"<figure><figcaption>{escape(name)} = {value}</figcaption></figure>"
    size = " × ".join(map(str, value.shape)) or "a single number"
    if value.ndim > 3 or value.numel() == 0:
        return f"<figure><figcaption>{escape(name)}: {size}</figcaption></figure>"
    maps = value.reshape((1,) * (3 - value.ndim) + tuple(value.shape))
    marked = None if cell is None else (0, 0, 0, *cell)[-3:]
    tables = "".join(table(rows, channel, marked) for channel, rows in enumerate(maps.tolist()))  # type: ignore[arg-type]
    return f'<figure><figcaption>{escape(name)}, {size}</figcaption><div class="grids">{tables}</div></figure>'
