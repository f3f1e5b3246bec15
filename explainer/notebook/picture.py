"""A layer drawn in the notebook: the stage as a page of its own, in a frame whose scripts reach nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from math import prod
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from explainer.notebook.asked import one_map, operator_of
from explainer.notebook.checks import check_numbers
from explainer.operators import Operator, Record, TransposedConvolution
from explainer.scene.panels import Scene
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from explainer.stage.export import to_html

#: Pixels of an input or output that can be drawn with a number in each.
MOST_CELLS = 1024
#: Layers of an `nn.Sequential` that are drawn below each other.
MOST_LAYERS = 6


@dataclass(frozen=True)
class Picture:
    """What `show` returns: the stage as a page of its own, which a notebook draws in a sandboxed frame."""

    pages: tuple[str, ...] = field(repr=False)
    heights: tuple[int, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """A frame for each layer; its scripts cannot reach the notebook."""
        frames = [
            f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts allow-downloads" '
            f'style="width: 100%; height: {height}px; border: 0" title="{escape(title)}"></iframe>'
            for page, height, title in zip(self.pages, self.heights, self.notes, strict=True)
        ]
        return "".join(frames)

    def save(self, path: str | Path) -> None:
        """Write the page to a file (the first layer's, where there are several)."""
        Path(path).write_text(self.pages[0], encoding="utf-8")


def show(
    layer: Any, x: Tensor, indices: Tensor | None = None, *, order: str = "gather", theme: str = "auto"
) -> Picture:
    """Draw what a layer does with `x`, step by step.

    Args:
        layer: a torch layer, an `nn.Sequential` of a few, or any linear module or function of a tensor.
        x: (1, C, *spatial) or (C, *spatial), one or two spatial axes.
        indices: for `nn.MaxUnpool1d/2d`: where each value goes, as pooling returned it.
        order: "gather" (one output a step) or "scatter" (one input a step).
        theme: "auto", "light" or "dark".

    Raises:
        ValueError: with one sentence, for what is not linear, too large, not finite, or on another device.
    """
    pages, heights, notes = [], [], []
    layers = list(layer) if isinstance(layer, nn.Sequential) else [layer]
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"the Sequential has {len(layers)} layers; 1 to {MOST_LAYERS} can be drawn.")
    values = one_map(layers[0], x)
    for one in layers:
        check_numbers(f"the input of {type(one).__name__}", values)
        op = operator_of(one, tuple(values.shape), indices)
        drawn = op.linear_part() if isinstance(op, Record) else op
        title, note = type(one).__name__, ""
        if drawn != op:
            note = "The bias is left out: with it the layer is affine, and the matrix is that of the layer without it."
        scene = scene_within(drawn, values, order)
        pages.append(to_html(scene, title, note, theme, "free"))
        heights.append(height_of(scene))
        notes.append(f"{title}: {tuple(values.shape)}")
        values = op(values[None])[0]
    return Picture(tuple(pages), tuple(heights), tuple(notes))


def picture(scene: Scene, title: str, note: str = "", theme: str = "auto") -> Picture:
    """A scene as a picture that a notebook draws."""
    return Picture((to_html(scene, title, note, theme, "free"),), (height_of(scene),), (title,))


def scene_within(op: Operator, x: Tensor, order: str) -> Scene:
    """The scene, if input and output are small enough to be drawn with a number in each cell."""
    if order not in ("gather", "scatter"):
        raise ValueError(f"order is {order!r}; allowed are gather and scatter.")
    output = op(x[None])[0]
    for name, size in (("input", x.shape), ("output", output.shape)):
        if prod(size) > MOST_CELLS:
            raise ValueError(f"the {name} has {prod(size)} pixels, at most {MOST_CELLS} can be drawn; crop the input.")
    scene = scene_of(op, x, View(order=order, editable=False, readings=isinstance(op, TransposedConvolution)))
    return {**scene, "order": order if order in [one["id"] for one in scene["orders"]] else scene["orders"][0]["id"]}


def height_of(scene: Scene) -> int:
    """Pixels a picture takes: its lanes of cells, and the transport."""
    lanes: dict[int, int] = {}
    for panel in scene["panels"]:
        lanes[panel["lane"]] = max(lanes.get(panel["lane"], 0), panel["shape"][-2])
    return min(1400, 260 + sum(60 + min(420, 34 * rows) for rows in lanes.values()))
