"""The parts a scene is put together from: panels of cells, and columns of ties.

A scene is plain JSON. Its `ties` are elementary products (see `explainer.scene.ties`), one column for each panel, -1
where a tie touches no cell of that panel. Stepping, hovering and clicking all mean: select ties by one panel's cell and
light up their cells in every panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from explainer.palette import PALETTE
from explainer.scene.json_numbers import numbers
from explainer.scene.ties import Ties

Panel = dict[str, Any]
Scene = dict[str, Any]

GATHER = {"id": "gather", "label": "Gather", "hint": "one output pixel a step", "by": "output"}
SCATTER = {"id": "scatter", "label": "Scatter", "hint": "one input pixel a step", "by": "input"}


def positions(values: Tensor) -> list[int]:
    """Flat positions as a JSON list."""
    return [int(value) for value in values.tolist()]


def spatial(shape: Sequence[int]) -> list[int]:
    """(C, W) or (C, H, W) as [channels, rows, columns]; 1D maps lie in one row."""
    return [shape[0], 1, shape[1]] if len(shape) == 2 else list(shape)


def size_text(shape: Sequence[int]) -> str:
    """How a size is written: 4, 4 x 5, or 4 channels of 2 x 2."""
    text = " × ".join(str(n) for n in shape[1:])
    return text if shape[0] == 1 else f"{shape[0]} channels of {text}"


def map_panel(name: str, role: str, values: Tensor, **more: Any) -> Panel:
    """A panel that shows a feature map (C, *spatial); with `gaps` minus infinity is max pooling's padding."""
    note, gaps = more.pop("note", size_text(values.shape)), more.pop("gaps", False)
    panel = {"id": name, "role": role, "title": name, "note": note, "lane": 0, "shape": spatial(values.shape)}
    return {**panel, "values": numbers(values, gaps), **more}


def kernel_panel(weight: Tensor, axes: tuple[str, str], groups: int, **more: Any) -> Panel:
    """A panel that shows a kernel (C_a, C_b / groups, *k), one grid for each pair of channels; `axes` names the two."""
    grids = weight.flatten(0, 1)
    panel = map_panel("kernel", "weight", grids, symbol="w", note=size_text((1, *grids.shape[1:])), **more)
    if len(grids) == 1:
        return panel
    first, second = weight.shape[:2]
    pairs = [(a, a // (first // groups) * second + b) for a in range(first) for b in range(second)]
    names = [f"{axes[0]} {a}, {axes[1]} {b}" for a, b in pairs]
    return {**panel, "note": " × ".join(map(str, weight.shape)), "grids": names}


def matrix_panel(title: str, rows: int, columns: int, **more: Any) -> Panel:
    """A panel that shows the matrix; its entries are the ties themselves."""
    panel = {"id": "matrix", "role": "weight", "title": title, "note": f"{rows} × {columns}", "lane": 1}
    return {**panel, "matrix": {"rows": "output", "cols": "input"}, "shape": [1, rows, columns], **more}


def standing(panel: Panel, name: str, title: str, **more: Any) -> Panel:
    """The same cells as a standing vector, to stand beside a matrix; it shares the panel's ties."""
    count = len(panel["values"])
    kept: Panel = {
        key: panel[key] for key in ("role", "values", "labels", "ghost", "ghost_title", "progress") if key in panel
    }
    column = panel.get("column", panel["id"])
    base: Panel = {
        "id": name,
        "title": title,
        "note": f"{count} × 1",
        "column": column,
        "shape": [1, count, 1],
        "lane": 1,
    }
    return {**base, **kept, "flat": True, **more}


def make_scene(name: str, panels: list[Panel], ties: dict[str, list[Any]], **more: Any) -> Scene:
    """A scene with both reading orders; `more` overrides any field."""
    scene: Scene = {"name": name, "panels": panels, "ties": ties, "source": "input", "target": "output"}
    defaults = {"combine": "sum", "orders": [GATHER, SCATTER], "order": "gather", "step": 0, "palette": PALETTE}
    return {**scene, **defaults, **more}


def readings(*known: tuple[str, str, list[int]], all_as: str) -> dict[str, Any]:
    """What can be looked at alone, each reading by its name, label and lanes; and all of them."""
    views = [{"id": name, "label": label, "lanes": lanes} for name, label, lanes in known]
    lanes = [lane for view in views for lane in view["lanes"]]
    return {"views": [*views, {"id": "all", "label": all_as, "lanes": lanes}]} if len(views) > 1 else {}


def pad_mask(shape: Sequence[int], pads: Sequence[tuple[int, int]]) -> Tensor:
    """True on the border of a map (C, *spatial) that was padded by (before, after) along each axis."""
    mask = torch.ones(tuple(shape), dtype=torch.bool)
    inside = [slice(None)] + [slice(a, n - b) for n, (a, b) in zip(shape[1:], pads, strict=True)]
    mask[tuple(inside)] = False
    return mask


def ghosts(mask: Tensor) -> list[int]:
    """Flat positions of the true cells."""
    return positions(mask.flatten().nonzero().flatten())


def stepping_panel(scene: Scene, order: str) -> Panel:
    """The panel whose cells are the steps of a reading order: the first one with that order's column."""
    column = next(one["by"] for one in scene["orders"] if one["id"] == order)
    return next(panel for panel in scene["panels"] if panel.get("column", panel["id"]) == column)


def count_steps(scene: Scene, order: str) -> int:
    """How many steps a reading order has: the stepping panel's cells without the ghosts."""
    panel = stepping_panel(scene, order)
    return len(panel["values"]) - len(panel.get("ghost", []))


def tie_columns(ties: Ties) -> dict[str, list[Any]]:
    """The columns input, output and, where there are taps, kernel."""
    columns = {"input": positions(ties.inputs), "output": positions(ties.outputs)}
    return columns if ties.taps is None else columns | {"kernel": positions(ties.taps)}


def product_panels(title: str, output: Panel, source: Panel, lane: int = 1, **crossed: list[int]) -> list[Panel]:
    """The same pass as a product: the input above the matrix's columns, the output beside the rows that make it."""
    rows, columns = len(output["values"]), len(source["values"])
    crossed = {key: cells for key, cells in crossed.items() if cells}
    vector = standing(source, "x", "input", lane=lane) | {"shape": [1, 1, columns], "note": f"{columns} × 1"}
    return [
        vector | {"beside": {"panel": "matrix", "side": "above"}},
        matrix_panel(title, rows, columns, lane=lane, **crossed),
        standing(output, "y", "output", sign="=", lane=lane) | {"beside": {"panel": "matrix", "side": "right"}},
    ]


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
