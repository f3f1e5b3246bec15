"""The scenes of max pooling and max unpooling: windows and winners, and values put back."""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.nesting import tuples_of
from explainer.operators import Convolution, MaxPooling, MaxUnpooling
from explainer.scene.json_numbers import numbers
from explainer.scene.panels import (
    GATHER,
    Scene,
    ghosts,
    make_scene,
    map_panel,
    origin,
    pad_mask,
    padded_note,
    product_panels,
    readings,
    tie_columns,
)
from explainer.scene.ties import kernel_ties, ties_of
from explainer.scene.view import View


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
        map_panel("input", "input", padded, gaps=True, symbol="in", note=padded_note(x, padded), **origin(pads)),
        map_panel("output", "output", values[0], gaps=True, symbol="out", progress=True, sign="→"),
        map_panel("indices", "index", indices[0], column="output", symbol="index", flat=True, progress=True),
    ]
    panels[0] |= {"ghost": border, "ghost_title": "padding (-∞)"} if border else {}
    panels[0]["editable"] = view.editable
    columns = tie_columns(replace(ties, taps=None)) | {"weight": numbers(wins.double())}
    return make_scene("max pooling", panels, columns, combine="max", orders=[GATHER])


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
        panels[1] |= {"title": "values that come back", "sign": "→"}
        panels[2] |= {"title": "indices, remembered"}
    if view.matrix:
        panels += product_panels("M (made by the indices)", panels[-1], panels[-3])
    ties = ties_of(op, tuple(x.shape))
    columns = {**tie_columns(ties), "weight": numbers(ties.weights)}
    seen = readings(("maps", "Maps", [0]), *([("matrix", "Matrix", [1])] if view.matrix else []), all_as="Both")
    seen |= {"verb": "overwrite", "links": [["pooled", "input"]]}
    return make_scene("max unpooling", panels, columns, order=view.order, **seen)


def window_convolution(op: MaxPooling, channels: int, dims: int) -> Convolution:
    """The convolution with the same windows, one kernel of ones a channel: it tells which pixels a window sees."""
    axes = op.axes(dims)
    kernel = torch.ones(channels, 1, *(k for k, _, _, _ in axes)).tolist()
    stride, dilation = tuple(s for _, s, _, _ in axes), tuple(d for _, _, _, d in axes)
    return Convolution(tuples_of(kernel), stride=stride, dilation=dilation, groups=channels)


def window_pads(op: MaxPooling, size: tuple[int, ...], pooled: tuple[int, ...]) -> list[tuple[int, int]]:
    """Border (before, after) on each axis so that every window fits, the overhang of ceil_mode included."""
    pads = []
    for i, o, (k, s, p, d) in zip(size, pooled, op.axes(len(size)), strict=True):
        pads.append((p, max(p, (o - 1) * s + d * (k - 1) + 1 - i - p)))
    return pads
