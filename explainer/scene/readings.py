"""The second reading of a transposed convolution, in step with the first: zeros inserted, then a convolution."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from explainer.matrix import entries_of
from explainer.operators import TransposedConvolution
from explainer.operators.transposed_convolution import direct, direct_weight, stretch
from explainer.operators.weights import full_weight
from explainer.scene.panels import Panel, ghosts, map_panel

Columns = dict[str, list[Any]]


def add_direct_reading(
    op: TransposedConvolution, x: Tensor, pads: list[tuple[int, int]], panels: list[Panel], ties: Columns
) -> None:
    """Add a lane with the stretched input, the flipped kernel and its own output, and their columns to the ties.

    The lane's output is computed by torch from the stretched input, not copied. Ties of the stamping reading that
    fall on cropped pixels have no partner here (-1); products with an inserted zero get ties of their own, whose
    input is -1.
    """
    stretched = stretch(op, x)
    flipped = direct_weight(op)
    result = direct(op)(stretched[None])[0]
    names = torch.arange(1, x.numel() + 1, dtype=torch.float64).view(x.shape)
    home = stretch(op, names).flatten().long() - 1
    zeros = ghosts((home < 0).view(stretched.shape))
    lane: dict[str, Any] = {"lane": 1}
    panels += [
        map_panel("stretched", "input", stretched, title="stretched input", symbol="z", **lane)
        | {"ghost": zeros, "ghost_title": "inserted zeros"},
        map_panel("flipped", "weight", flipped.flatten(0, 1), title="kernel, turned by 180°", sign="∗", **lane),
        map_panel("direct", "output", result, title="output, again", symbol="out", progress=True, sign="→", **lane),
    ]
    add_columns(direct_ties(op, stretched), home, canvas_of(result, pads), ties)


def direct_ties(op: TransposedConvolution, stretched: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Output, stretched pixel, flipped position and original tap of every product of the direct convolution."""
    weight = full_weight(op.weight)
    counting = torch.arange(1, weight.numel() + 1, dtype=torch.float64).view(weight.shape)
    place = torch.empty(weight.numel(), dtype=torch.int64)
    place[direct_weight(op, counting).flatten().long() - 1] = torch.arange(weight.numel())
    rows, columns, taps = entries_of(direct(op, counting), tuple(stretched.shape))
    tap = taps.round().long() - 1
    return rows, columns, place[tap], tap


def canvas_of(result: Tensor, pads: list[tuple[int, int]]) -> Tensor:
    """For every output pixel its flat position on the uncropped canvas."""
    sizes = [n + before + after for n, (before, after) in zip(result.shape[1:], pads, strict=True)]
    canvas = torch.arange(result.shape[0] * int(torch.tensor(sizes).prod())).view(result.shape[0], *sizes)
    window = [slice(before, before + n) for n, (before, _) in zip(result.shape[1:], pads, strict=True)]
    return canvas[(slice(None), *window)].flatten()


def add_columns(
    direct_parts: tuple[Tensor, Tensor, Tensor, Tensor], home: Tensor, canvas: Tensor, ties: Columns
) -> None:
    """Match the direct convolution's products with the stamps by (output, input); append those with a zero."""
    rows, cells, places, _ = direct_parts
    stamps = {pair: n for n, pair in enumerate(zip(ties["output"], ties["input"], strict=True))}
    for name in ("direct", "stretched", "flipped"):
        ties[name] = [-1] * len(stamps)
    outputs, inputs = canvas[rows].tolist(), home[cells].tolist()
    for out, source, *parts in zip(outputs, inputs, rows.tolist(), cells.tolist(), places.tolist(), strict=True):
        if source >= 0:
            where = stamps[out, source]
            for name, value in zip(("direct", "stretched", "flipped"), parts, strict=True):
                ties[name][where] = value
        else:
            fresh = {"output": out, "input": -1, "kernel": -1, "direct": parts[0], "stretched": parts[1]}
            for name, value in (fresh | {"flipped": parts[2]}).items():
                ties[name].append(value)
