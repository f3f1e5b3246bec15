"""The computation behind an answer: an operator's scene, at the step of the cell that was asked about."""

from __future__ import annotations

from torch import Tensor

from explainer.operators import Operator
from explainer.scene.panels import Scene, stepping_panel
from explainer.scene.scenes import scene_of
from explainer.scene.view import View


def scene_at(op: Operator, x: Tensor, cell: int | None, order: str = "gather", matrix: bool = False) -> Scene:
    """The scene of `op` on `x` (C, *spatial), at the step of a flat position; the first step for None.

    `order` is "gather", where positions are the output's, or "scatter", where they are the input's.
    """
    scene = scene_of(op, x, View(matrix=matrix, order=order, editable=False))
    panel = stepping_panel(scene, order)
    # Cells of the drawn border (padding, or what it crops) are no steps.
    steps = len(panel["values"]) - len(panel.get("ghost", []))
    return {**scene, "step": min(cell or 0, steps - 1)}
