"""From an operator and an input to the scene that shows it; `scene_of` picks the right builder.

A convolution is drawn on its padded input, a transposed convolution on its uncropped output: padding and
output_padding mean nothing otherwise. Every value in a panel is torch's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.operators import (
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.weights import full_weight
from explainer.plain import numbers
from explainer.stage.panels import (
    GATHER,
    Panel,
    Scene,
    ghosts,
    kernel_panel,
    make_scene,
    map_panel,
    matrix_panel,
    pad_mask,
    positions,
    standing,
)
from explainer.stage.readings import add_direct_reading
from explainer.symbols import Symbols, output_labels
from explainer.ties import Ties, kernel_ties, ties_of


@dataclass(frozen=True)
class View:
    """What a page wants to see of an operator.

    Attributes:
        matrix: draw the matrix with its two vectors.
        transpose: draw the transposed matrix beside it (convolutions).
        readings: draw the equivalent direct convolution too (transposed convolutions).
        order: the reading to start with, "gather" or "scatter".
        editable: let the visitor type into input and kernel.
        symbols: letters for input and kernel instead of numbers.
        pooled_from: flat values of the map that max unpooling's indices point into.
    """

    matrix: bool = True
    transpose: bool = False
    readings: bool = False
    order: str = "gather"
    editable: bool = True
    symbols: Symbols | None = None
    pooled_from: tuple[float, ...] | None = None


@singledispatch
def scene_of(op: Operator, x: Tensor, view: View | None = None) -> Scene:
    """The scene of one operator on `x` (C, *spatial), float64.

    Raises:
        ValueError: where the operator refuses the input, in the operator's own words.
        TypeError: for an operator that has no picture.
    """
    raise TypeError(f"no scene for {type(op).__name__}")


@scene_of.register(NearestNeighbor)
@scene_of.register(Bilinear)
@scene_of.register(BedOfNails)
@scene_of.register(PixelShuffle)
def upsampling_scene(op: Operator, x: Tensor, view: View | None = None) -> Scene:
    """Input, output and matrix; these operators have no kernel to show."""
    view = view or View()
    output = op(x[None])[0]
    panels = [
        map_panel("input", "input", x, symbol="in", editable=view.editable),
        map_panel("output", "output", output, symbol="out", progress=True, sign="→"),
    ]
    if view.matrix:
        panels += product_panels("M", panels[1], panels[0])
    ties = ties_of(op, tuple(x.shape))
    columns = {**tie_columns(ties), "weight": numbers(ties.weights)}
    return make_scene(type(op).__name__, panels, columns, order=view.order)


@scene_of.register
def convolution_scene(op: Convolution, x: Tensor, view: View | None = None) -> Scene:
    """The padded input, the kernel sliding over it, the output, and the matrix C acting on the padded input."""
    view = view or View()
    pads = [(p, p) for _, _, p, _ in op.axes()]
    padded = F.pad(x, [n for pair in reversed(pads) for n in pair])
    on_padded = replace(op, padding=0)
    border = ghosts(pad_mask(padded.shape, pads))
    panels = [
        map_panel("input", "input", padded, symbol="in", note=padded_note(x, padded), **origin(pads)),
        kernel_panel(full_weight(op.weight), sign="∗", editable=view.editable),
        map_panel("output", "output", op(x[None])[0], symbol="out", progress=True, sign="→"),
    ]
    panels[0] |= (
        {"ghost": border, "ghost_title": "padding", "editable": view.editable}
        if border
        else {"editable": view.editable}
    )
    label(panels, on_padded, padded, view.symbols, border)
    if view.matrix:
        panels += product_panels("C", panels[2], panels[0], ghost_cols=border)
    if view.transpose:
        panels.append(transposed_matrix(panels[0], panels[2], border))
    ties = tie_columns(kernel_ties(on_padded, tuple(padded.shape)))
    return make_scene("convolution", panels, ties, weights_from="kernel", order=view.order)


@scene_of.register
def transposed_scene(op: TransposedConvolution, x: Tensor, view: View | None = None) -> Scene:
    """The input, the kernel stamped onto the uncropped output, the crop drawn on it, and the matrix Cᵀ."""
    view = view or View()
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
        kernel_panel(full_weight(op.weight), sign="∗", editable=view.editable),
        out | ({"ghost": cropped, "ghost_title": "cropped by padding"} if cropped else {}),
    ]
    label(panels, full, x, view.symbols)
    ties = tie_columns(kernel_ties(full, tuple(x.shape)))
    if view.readings:
        add_direct_reading(op, x, pads, panels, ties)
    if view.matrix:
        panels += product_panels("Cᵀ", panels[2], panels[0], lane=2, ghost_rows=cropped)
    return make_scene("transposed convolution", panels, ties, weights_from="kernel", order=view.order)


@scene_of.register
def pooling_scene(op: MaxPooling, x: Tensor, view: View | None = None) -> Scene:
    """The windows over the input (padded with minus infinity), the winners, and the indices they leave."""
    view = view or View()
    values, indices = op.with_indices(x[None])
    pads = window_pads(op, tuple(x.shape[1:]), tuple(values.shape[2:]))
    padded = F.pad(x, [n for pair in reversed(pads) for n in pair], value=float("-inf"))
    border = ghosts(pad_mask(padded.shape, pads))
    ties = kernel_ties(window_convolution(op, x.shape[0], x.ndim - 1), tuple(padded.shape))
    spots = torch.arange(x.numel(), dtype=torch.float64).view(x.shape)
    home = F.pad(spots, [n for pair in reversed(pads) for n in pair], value=-1).flatten()
    area = x[0].numel()
    winner = indices[0].flatten() + torch.arange(x.shape[0]).repeat_interleave(values[0, 0].numel()) * area
    wins = home[ties.inputs] == winner[ties.outputs]
    panels = [
        map_panel("input", "input", padded, symbol="in", note=padded_note(x, padded), **origin(pads)),
        map_panel("output", "output", values[0], symbol="out", progress=True, sign="→"),
        map_panel("indices", "index", indices[0], column="output", symbol="index", flat=True, progress=True),
    ]
    panels[0] |= {"ghost": border, "ghost_title": "padding (-∞)"} if border else {}
    panels[0]["editable"] = view.editable
    columns = tie_columns(replace(ties, taps=None)) | {"weight": numbers(wins.double())}
    return make_scene("max pooling", panels, columns, combine="max", orders=[GATHER])


@scene_of.register
def unpooling_scene(op: MaxUnpooling, x: Tensor, view: View | None = None) -> Scene:
    """The values, the indices that say where each goes, the output, and the matrix that the indices make."""
    view = view or View()
    output = op(x[None])[0]
    index = torch.tensor(op.indices, dtype=torch.int64).view(x.shape)
    panels = [
        map_panel("input", "input", x, symbol="in", editable=view.editable),
        map_panel("indices", "index", index, column="input", symbol="index", sign="at"),
        map_panel("output", "output", output, symbol="out", progress=True, sign="→"),
    ]
    if view.pooled_from is not None and len(view.pooled_from) == output.numel():
        before = torch.tensor(view.pooled_from, dtype=torch.float64).view(output.shape)
        panels.insert(0, map_panel("pooled", "plain", before, column="output", title="map before pooling"))
    if view.matrix:
        panels += product_panels("M (made by the indices)", panels[-1], panels[-3])
    ties = ties_of(op, tuple(x.shape))
    columns = {**tie_columns(ties), "weight": numbers(ties.weights)}
    return make_scene("max unpooling", panels, columns, order=view.order)


def tie_columns(ties: Ties) -> dict[str, list[Any]]:
    """The columns input, output and, where there are taps, kernel."""
    columns = {"input": positions(ties.inputs), "output": positions(ties.outputs)}
    return columns if ties.taps is None else columns | {"kernel": positions(ties.taps)}


def product_panels(title: str, output: Panel, source: Panel, lane: int = 1, **crossed: list[int]) -> list[Panel]:
    """The same pass as a product: output vector = matrix · input vector."""
    rows, columns = len(output["values"]), len(source["values"])
    crossed = {key: cells for key, cells in crossed.items() if cells}
    vector = standing(source, "x", "input", sign="·", lane=lane)
    if columns > max(16, 2 * rows):
        # Beside a low, wide matrix a standing vector would be a tower.
        vector |= {"shape": [1, 1, columns], "note": f"{columns} × 1, drawn lying", "lane": lane + 1}
    return [
        standing(output, "y", "output", lane=lane),
        matrix_panel(title, rows, columns, sign="=", lane=lane, **crossed),
        vector,
    ]


def transposed_matrix(source: Panel, output: Panel, border: list[int]) -> Panel:
    """Cᵀ beside C: the same ties, rows and columns exchanged."""
    rows, columns = len(source["values"]), len(output["values"])
    turned = {"rows": "input", "cols": "output"}
    panel = matrix_panel("Cᵀ", rows, columns, matrix=turned, id="transpose", sign="⇄", lane=3 if rows > 16 else 1)
    return panel | ({"ghost_rows": border} if border else {})


def label(
    panels: list[Panel],
    op: Convolution | TransposedConvolution,
    x: Tensor,
    symbols: Symbols | None,
    border: list[int] | None = None,
) -> None:
    """Put letters on input, kernel and output, if there are any; a padding cell is a 0."""
    if symbols is None:
        return
    letters = iter(symbols.inputs)
    inputs = ["0" if cell in set(border or []) else next(letters) for cell in range(x.numel())]
    panels[0]["labels"], panels[1]["labels"] = inputs, list(symbols.taps)
    panels[2]["labels"] = output_labels(op, tuple(x.shape), inputs, symbols.taps)
    for panel in panels[:2]:
        panel["editable"] = False


def origin(pads: list[tuple[int, int]]) -> dict[str, list[int]]:
    """Coordinates of the first drawn cell: the border lies at negative rows and columns."""
    befores = [-before for before, _ in pads]
    return {"origin": befores if len(befores) == 2 else [0, *befores]}


def padded_note(x: Tensor, padded: Tensor) -> str:
    """The size, and the padded size where there is padding."""
    return size_of(x) if x.shape == padded.shape else f"{size_of(x)}, padded to {size_of(padded)}"


def size_of(x: Tensor) -> str:
    """Spatial size as text."""
    return " × ".join(str(n) for n in x.shape[1:])


def window_convolution(op: MaxPooling, channels: int, dims: int) -> Convolution:
    """The convolution with the same windows, one kernel of ones a channel: it tells which pixels a window sees."""
    axes = op.axes(dims)
    kernel = torch.ones(channels, 1, *(k for k, _, _, _ in axes)).tolist()
    stride, dilation = tuple(s for _, s, _, _ in axes), tuple(d for _, _, _, d in axes)
    return Convolution(freeze(kernel), stride=stride, dilation=dilation, groups=channels)


def window_pads(op: MaxPooling, size: tuple[int, ...], pooled: tuple[int, ...]) -> list[tuple[int, int]]:
    """Border (before, after) on each axis so that every window fits, the overhang of ceil_mode included."""
    pads = []
    for i, o, (k, s, p, d) in zip(size, pooled, op.axes(len(size)), strict=True):
        pads.append((p, max(p, (o - 1) * s + d * (k - 1) + 1 - i - p)))
    return pads


def freeze(value: Any) -> Any:
    """Lists to tuples, all the way down."""
    return tuple(map(freeze, value)) if isinstance(value, list) else value
