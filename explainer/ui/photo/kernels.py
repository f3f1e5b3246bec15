"""Look inside, further down: the learned kernels beside their start, and what every stage costs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explainer import figures
from explainer.quantities import count, percent, signed
from explainer.segmentation.classes import display_names
from explainer.ui.charts import show_chart, show_rows
from explainer.ui.photo.labelled import Labelled
from explainer.ui.photo.tiles import Tile, diverging, enlarged_to, png, show_tiles
from explainer.ui.settings import Settings
from explainer.ui.theme import theme

if TYPE_CHECKING:
    from explainer.segmentation.anatomy import Upscore

LAYERS = {
    "upscore32_to_16": "×2, stride 32 to 16",
    "upscore16_to_8": "×2, stride 16 to 8",
    "grow8": "×8, FCN-8s to full size",
    "grow16": "×16, FCN-16s to full size",
    "grow32": "×32, FCN-32s to full size",
}


def show_kernels(settings: Settings) -> None:
    """A learned kernel beside the bilinear one it began as."""
    st.markdown("## The learned kernels beside their start")
    names = display_names("all")
    with st.grid(2, min_column_width=200):
        title = settings.choice("layer", "Transposed convolution", tuple(LAYERS.values()), LAYERS["upscore16_to_8"])
        name = settings.choice("kernel", "Kernel of the class", names, "person")
    show_tiles(kernel_tiles(title, names.index(name), theme()), 3, 180)
    show_between(title)
    show_moved()


@lru_cache(maxsize=1)
def _upscores() -> tuple[Upscore, ...]:
    from explainer.segmentation.anatomy import upscores

    return upscores()


@lru_cache(maxsize=64)
def kernel_tiles(title: str, class_id: int, look: str) -> list[Tile]:
    """Start, learned kernel and change of one class in one layer of the bundled network."""
    layer = next(one for one in _upscores() if LAYERS[one.name] == title)
    change = layer.learned[class_id] - layer.bilinear
    tiles = []
    for heading, values in (("Start: bilinear", layer.bilinear), ("Learned", layer.learned[class_id])):
        words = f"{len(values)} × {len(values)}, from {signed(values.min(), '.3g')} to {signed(values.max(), '.3g')}"
        tiles.append(Tile(heading, png(enlarged_to(diverging(values, look, 1.0), 330)), f"{heading}: {words}", words))
    words = f"from {signed(change.min(), '.2g')} to {signed(change.max(), '.2g')}, on a color scale of its own"
    tiles.append(Tile("Learned − start", png(enlarged_to(diverging(change, look), 330)), f"Change: {words}", words))
    return tiles


def show_between(title: str) -> None:
    """In a dense layer: how strongly each class's new scores hear every other class's old ones."""
    layer = next(one for one in _upscores() if LAYERS[one.name] == title)
    if layer.between is None:
        st.caption("In this layer no class hears another: one kernel for each. The ×2 layers are dense.")
        return
    names = display_names("all")
    others = layer.between - np.diag(np.diag(layer.between))
    row, column = np.unravel_index(np.abs(others).argmax(), others.shape)
    words = f"{names[row]} changes {names[column]} most, by {signed(others[row, column])}"
    values = [[float(f"{value:.2g}") for value in line] for line in layer.between]
    chart = figures.heat_map(
        values, "weight", theme(), x=names, y=names, height=680, square=False, unit="change", numbers=False
    )
    show_chart(chart, f"What each class's scores do to every other's in {title}: {words}", "yp_between")
    st.caption(
        "The paper's upscores are dense: a kernel from every class (row) to every class (column). Shown is the "
        f"kernel's sum minus what it began as, where bilinear's own sum is 1: {words}."
    )


def show_moved() -> None:
    """How far every class's own kernel of every layer lies from bilinear."""
    names, layers = display_names("all"), _upscores()
    moved = np.stack([one.moved() for one in layers], 1)
    row, column = np.unravel_index(moved.argmax(), moved.shape)
    farthest = f"{names[row]}'s kernel of {LAYERS[layers[column].name]} moved farthest, by {moved[row, column]:.2g}"
    factors = [LAYERS[one.name].replace(", ", "<br>") for one in layers]
    values = [[float(f"{value:.2g}") for value in line] for line in moved]
    chart = figures.heat_map(values, "weight", theme(), x=factors, y=names, height=680, square=False, unit="moved")
    show_chart(chart, f"How far learned kernels moved: {farthest}", "yp_moved")
    st.caption(
        f"How far each class's own kernel lies from its bilinear start: the largest change of one of its numbers, "
        f"where bilinear's own largest is 1. {farthest[0].upper()}{farthest[1:]}."
    )


def show_stages(answer: Labelled) -> None:
    """Sizes, multiply-adds and receptive fields."""
    from explainer.segmentation.anatomy import stages

    st.markdown("## Sizes and work, stage by stage")
    found = stages(*answer.working_size)
    whole = sum(one.multiply_adds for one in found)
    rows = [
        {
            "Stage": one.name,
            "Output": f"{one.channels} × {one.height} × {one.width}",
            "Multiply-adds": count(one.multiply_adds),
            "Share": percent(one.multiply_adds / whole),
            "Sees": f"{one.receptive_field} × {one.receptive_field}" if one.receptive_field else "–",
        }
        for one in found
    ]
    show_rows(rows, "Output size, multiply-adds and receptive field of every stage")
    st.caption(
        "*Output* is channels × height × width. *Sees* is the receptive field in input pixels; the score at stride 32 "
        "also sees the mean of the whole photo. To see it, tick *Receptive field* at the picture above and click a "
        "pixel. Growing to full size costs little: each class has its own kernel there and does not look at the "
        "others. Counted is one look; all but the last step is done for the mirror image, too."
    )
