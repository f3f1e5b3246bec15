"""What each mistake would put into each cell of a picture, so that a wrong prediction gets the reason that fits."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from explainer.operators import Convolution, Operator, TransposedConvolution
from explainer.quiz.mistakes import MISTAKES, outcomes
from explainer.scene.panels import Scene

#: Cells of the output up to which reasons travel with the picture.
MOST_CELLS = 144


def reasons(op: Operator, x: Tensor, scene: Scene) -> list[dict[str, Any]]:
    """For each mistake its reason and a value for each cell of the output's panel.

    A value is None where the mistake changes nothing or where two mistakes would give the same number: no reason is
    told that might not be the visitor's. Mistakes that change the output's size are not among them.
    """
    output = op(x[None])[0]
    single = x.shape[0] == 1 or not isinstance(op, Convolution | TransposedConvolution)
    if type(op) not in MISTAKES or not single or output.numel() > MOST_CELLS:
        return []
    right = output.flatten().tolist()
    given = [
        (mistake.reason, out.flatten().tolist()) for mistake, _, out in outcomes(op, x) if out.shape == output.shape
    ]
    told = []
    for number, (reason, values) in enumerate(given):
        others = [one for at, (_, one) in enumerate(given) if at != number]
        own = [None if value == right[at] or any(one[at] == value for one in others) else value
               for at, value in enumerate(values)]  # fmt: skip
        if any(value is not None for value in own):
            told.append({"reason": reason, "values": on_panel(own, scene)})
    return told


def on_panel(values: list[float | None], scene: Scene) -> list[float | None]:
    """Values of the output on its panel, whose border cells are cropped and have none."""
    panel = next(one for one in scene["panels"] if one["id"] == "output")
    border, left = set(panel.get("ghost", [])), iter(values)
    return [None if cell in border else next(left) for cell in range(len(panel["values"]))]
