"""From an operator and an input to the scene that shows it; `scene_of` picks the right builder.

A convolution is drawn on its padded input, a transposed convolution on its uncropped output: padding and
output_padding mean nothing otherwise. Every value in a panel is torch's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from torch import Tensor

from explainer.matrix import linearized
from explainer.operators import (
    BedOfNails,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
)
from explainer.operators.weights import full_weight
from explainer.scene.json_numbers import numbers
from explainer.scene.letters import Symbols, summed, term
from explainer.scene.panels import (
    Panel,
    Scene,
    ghosts,
    kernel_panel,
    make_scene,
    map_panel,
    matrix_panel,
    origin,
    pad_mask,
    padded_note,
    product_panels,
    readings,
    size_of,
    tie_columns,
)
from explainer.scene.pooling import pooling_scene, unpooling_scene
from explainer.scene.readings import add_direct_reading
from explainer.scene.ties import kernel_ties, ties_of
from explainer.scene.view import View

#: Operators that add nothing up, and what they do instead (see `player.wording.VERBS`).
VERBS = {NearestNeighbor: "copy", BedOfNails: "put", PixelShuffle: "move", PixelUnshuffle: "move"}


@singledispatch
def scene_of(op: Operator, x: Tensor, view: View | None = None) -> Scene:
    """The scene of one operator on `x` (C, *spatial), float64: input, output and matrix, unless it has one of its own.

    Raises:
        ValueError: where the operator refuses the input, in the operator's own words.
    """
    view = view or View()
    output = op(x[None])[0]
    panels = [
        map_panel("input", "input", x, symbol="in", editable=view.editable),
        map_panel("output", "output", output, symbol="out", progress=True, sign="→"),
    ]
    if view.matrix:
        panels += product_panels("M", panels[1], panels[0])
    # What is not linear has a matrix at this input only: for a maximum, who won where.
    linear = op if getattr(op, "is_linear", True) else linearized(op, x)
    ties = ties_of(linear, tuple(x.shape))
    columns = {**tie_columns(ties), "weight": numbers(ties.weights)}
    seen = readings(("maps", "Maps", [0]), *([("matrix", "Matrix", [1])] if view.matrix else []), all_as="Both")
    if type(op) in VERBS:
        seen["verb"] = VERBS[type(op)]
    return make_scene(type(op).__name__, panels, columns, order=view.order, **seen)


@scene_of.register
def convolution_scene(op: Convolution, x: Tensor, view: View | None = None) -> Scene:
    """The padded input, the kernel sliding over it, the output, and the matrix C acting on the padded input."""
    view = view or View()
    biased, op = op, op.linear_part()
    pads, padded, on_padded = op.borders(), op.padded(x), op.on_padded()
    border = ghosts(pad_mask(padded.shape, pads))
    panels = [
        map_panel("input", "input", padded, symbol="in", note=padded_note(x, padded), **origin(pads)),
        kernel_panel(full_weight(op.weight), ("out", "in"), op.groups, sign="∗", editable=view.editable),
        map_panel("output", "output", op(x[None])[0], symbol="out", progress=True, sign="→"),
    ]
    panels[0] |= (
        {"ghost": border, "ghost_title": "padding", "editable": view.editable}
        if border
        else {"editable": view.editable}
    )
    ties = tie_columns(kernel_ties(on_padded, tuple(padded.shape)))
    terms: dict[str, Any] = label(panels, ties, view.symbols, border)
    if view.matrix:
        panels += product_panels("C", panels[2], panels[0], ghost_cols=border)
    if view.transpose:
        panels.append(transposed_matrix(panels[0], panels[2], border))
    add_biased(panels, biased, biased(x[None])[0])
    matrix = [("matrix", "C and Cᵀ" if view.transpose else "C", [1])] if view.matrix else []
    terms |= readings(("maps", "Window", [0]), *matrix, all_as="Both")
    if view.transpose and matrix:
        terms["first_view"] = "matrix"
    return make_scene("convolution", panels, ties, weights_from="kernel", order=view.order, **terms)


@scene_of.register
def transposed_scene(op: TransposedConvolution, x: Tensor, view: View | None = None) -> Scene:
    """The input, the kernel stamped onto the uncropped output, the crop drawn on it, and the matrix Cᵀ."""
    view = view or View()
    biased, op = op, op.linear_part()
    full = op.uncropped()
    canvas = full(x[None])[0]
    output = op(x[None])[0]
    pads = [
        (p, whole - p - o) for whole, o, (_, _, p, _) in zip(canvas.shape[1:], output.shape[1:], op.axes(), strict=True)
    ]
    cropped = ghosts(pad_mask(canvas.shape, pads))
    note = f"{size_of(output)} of {size_of(canvas)} stamped" if cropped else size_of(output)
    out = map_panel("output", "output", canvas, symbol="out", progress=True, sign="→", note=note, **origin(pads))
    panels = [
        map_panel("input", "input", x, symbol="in", editable=view.editable),
        kernel_panel(full_weight(op.weight), ("in", "out"), op.groups, sign="∗", editable=view.editable),
        out | ({"ghost": cropped, "ghost_title": "cropped by padding"} if cropped else {}),
    ]
    ties = tie_columns(kernel_ties(full, tuple(x.shape)))
    terms: dict[str, Any] = label(panels, ties, view.symbols)
    if view.readings:
        add_direct_reading(op, x, pads, panels, ties)
    if view.matrix:
        panels += product_panels("Cᵀ", panels[2], panels[0], lane=2, ghost_rows=cropped)
    whole = biased.uncropped()(x[None])[0]
    add_biased(panels, biased, whole, {key: panels[2][key] for key in ("ghost", "origin") if key in panels[2]})
    zeros = [("zeros", "Zeros inserted", [1])] if view.readings else []
    matrix = [("matrix", "Cᵀ", [2])] if view.matrix else []
    terms |= readings(("stamp", "Stamp", [0]), *zeros, *matrix, all_as="All three" if zeros and matrix else "Both")
    return make_scene("transposed convolution", panels, ties, weights_from="kernel", order=view.order, **terms)


def add_biased(
    panels: list[Panel], op: Convolution | TransposedConvolution, values: Tensor, more: dict[str, Any] | None = None
) -> None:
    """The output with its bias, beside the sums of products that a matrix can make; nothing where there is no bias."""
    if op.bias is None:
        return
    panels[2]["title"] = "sums"
    note = "bias " + ", ".join(f"{value:g}" for value in op.bias)
    after = map_panel(
        "biased", "output", values, column="output", title="output", symbol="out", progress=True, sign="+"
    )
    panels.insert(3, {**after, "note": note, "flat": True, **(more or {})})


def transposed_matrix(source: Panel, output: Panel, border: list[int]) -> Panel:
    """Cᵀ beside C: the same ties, rows and columns exchanged."""
    rows, columns = len(source["values"]), len(output["values"])
    turned = {"rows": "input", "cols": "output"}
    panel = matrix_panel("Cᵀ", rows, columns, matrix=turned, id="transpose", sign="⇄", lane=1)
    return panel | ({"ghost_rows": border} if border else {})


def label(
    panels: list[Panel], ties: dict[str, list[Any]], symbols: Symbols | None, border: Sequence[int] = ()
) -> dict[str, Any]:
    """Put letters on input, kernel and output, if there are any; a padding cell is a 0.

    Returns the scene's `terms`: one for each tie, "" for a product with a zero. Cells show the terms that have arrived.
    """
    if symbols is None:
        return {}
    source, kernel, output = panels[:3]
    letters = iter(symbols.inputs)
    inputs = ["0" if cell in set(border) else next(letters) for cell in range(len(source["values"]))]
    terms = [term(inputs[cell], symbols.taps[tap]) for cell, tap in zip(ties["input"], ties["kernel"], strict=True)]
    source["labels"], kernel["labels"] = inputs, list(symbols.taps)
    output["labels"] = [summed(terms[tie] for tie in row) for row in by_cell(ties["output"], len(output["values"]))]
    source["editable"] = kernel["editable"] = False
    return {"terms": terms}


def by_cell(column: list[int], cells: int) -> list[list[int]]:
    """The ties of each cell of a column."""
    found: list[list[int]] = [[] for _ in range(cells)]
    for tie, cell in enumerate(column):
        found[cell].append(tie)
    return found


scene_of.register(MaxPooling, pooling_scene)
scene_of.register(MaxUnpooling, unpooling_scene)
