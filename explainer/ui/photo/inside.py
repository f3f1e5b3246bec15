"""Look inside: score maps at each stride, the three networks after each other, learned kernels, sizes and costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from explainer.quantities import percent
from explainer.segmentation.answer import Pixels
from explainer.segmentation.classes import ClassSet, display_name, display_names
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.prediction import FloatMap, StrideMaps
from explainer.ui.photo.asking import derived, remembered
from explainer.ui.photo.kernels import show_kernels, show_stages
from explainer.ui.photo.labelled import Labelled, ShownPhoto
from explainer.ui.photo.mirroring import show_looks
from explainer.ui.photo.picture import layers_view
from explainer.ui.photo.tiles import Tile, diverging, enlarged_to, png, show_tiles
from explainer.ui.photo.viewer import show_view
from explainer.ui.settings import Settings
from explainer.ui.theme import theme

HEAD_TITLES = {"fcn32s": "FCN-32s", "fcn16s": "FCN-16s", "fcn8s": "FCN-8s"}
WITH_CRF = "FCN-8s and CRF"
MAPS = (
    (
        "score32",
        "Score, stride 32",
        "The deepest map, looks around it, the whole photo's mean.",
    ),
    ("grown16", "Upscored to stride 16", "Grown ×2 by a learned transposed convolution."),
    ("score16", "Skip score, stride 16", "What the finer map adds, seeing the coarser answer."),
    ("fused16", "Sum at stride 16", "The two added."),
    ("grown8", "Upscored to stride 8", "Grown ×2 once more."),
    ("score8", "Skip score, stride 8", "What the finest map adds."),
    ("fused8", "Sum at stride 8", "What FCN-8s grows ×8 to full size, without objects that it is nowhere sure of."),
)
SKIPS = ("score16", "score8")


def show_inside(photo: ShownPhoto, answer: Labelled, settings: Settings) -> None:
    """The whole tab."""
    if answer.maps is None:
        st.info("Only the bundled networks can be looked into; choose FCN-8s, FCN-16s or FCN-32s above.")
        return
    show_heads(photo, answer)
    show_looks(photo, answer)
    show_maps(photo, answer, settings)
    show_kernels(settings)
    show_stages(answer)


def show_heads(photo: ShownPhoto, answer: Labelled) -> None:
    """FCN-32s, 16s and 8s from the same score maps, then 8s behind a CRF, to play and to compare."""
    found = heads(photo, answer)
    if found is None:
        return
    st.markdown("## From 32s to 8s: what the skips add, and then the photo's own edges")
    show_view(found["view"], "yp_heads")
    st.caption(
        "The same trunk, the same photo; only how the scores come back to full size differs. Against FCN-8s, "
        f"FCN-32s labels {percent(found['changed'][0])} of the pixels otherwise, FCN-16s "
        f"{percent(found['changed'][1])}. FCN-8s decides every 8 pixels, so its outlines are smooth. What DeepLab put "
        "behind such a network, a **CRF** (conditional random field), looks at the photo once more: what its neighbors "
        "are likely to be speaks for a pixel's label, the more the more alike their colors are. That changes "
        f"{percent(found['changed'][3])} of the pixels."
    )


def heads(photo: ShownPhoto, answer: Labelled) -> dict[str, Any] | None:
    """The three networks' label maps and that behind the CRF, as a view and as arrays."""
    maps = answer.maps
    if maps is None:
        return None
    key = ("heads", answer.working_size, answer.classes)
    return derived(photo, key, lambda: _heads(photo.rgb, maps, answer.classes), "Growing the scores three ways")


def _heads(rgb: Pixels, maps: StrideMaps, classes: ClassSet) -> dict[str, Any]:
    from explainer.segmentation.inference import labels_along_edges, labels_of, regrow
    from explainer.segmentation.model import HEADS

    scores = {head: regrow(maps, head, classes) for head in HEADS}
    found = [(HEAD_TITLES[head], labels_of(one, *rgb.shape[:2])) for head, one in scores.items()]
    last = found[-1][1]
    found.append((WITH_CRF, labels_along_edges(scores["fcn8s"], rgb)))
    return {
        "answers": found,
        "changed": [float((labels != last).mean()) for _, labels in found],
        "view": layers_view(rgb, found, "outline", classes),
    }


def show_maps(photo: ShownPhoto, answer: Labelled, settings: Settings) -> None:
    """All score maps of one class."""
    st.markdown("## The score maps of one class")
    names = display_names("all")
    present = [display_name(one.class_id) for one in class_shares(answer.labels) if one.class_id]
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        name = settings.choice("class", "Class", names, present[0] if present else names[0])
    with right:
        st.caption(
            "The class's score minus the best other class's: where it is violet, the class wins. The two skips are "
            "added on the way up; they show the score minus the mean of all 28, on color scales of their own."
        )
    maps = answer.maps
    key = ("maps", answer.working_size, name, theme())
    if maps is not None:
        show_tiles(remembered(photo, key, lambda: _map_tiles(maps, names.index(name), theme())), 4, 170)


def _map_tiles(maps: StrideMaps, class_id: int, look: str) -> list[Tile]:
    """A picture of every score map of one class."""
    grids = [getattr(maps, field) for field, *_ in MAPS]
    lead = [_lead(grid, class_id) for grid in grids]
    shared = max(float(np.abs(values).max()) for values in lead)
    tiles = []
    for (field, title, caption), grid, ahead in zip(MAPS, grids, lead, strict=True):
        values = grid[class_id] - grid.mean(0) if field in SKIPS else ahead
        height, width = values.shape
        most = None if field in SKIPS else shared
        span = f"{height} × {width}, from {values.min():.1f} to {values.max():.1f}"
        alt = f"{title}, {display_name(class_id)}: {span}"
        tiles.append(Tile(title, png(enlarged_to(diverging(values, look, most), 330)), alt, f"{span}. {caption}"))
    return tiles


def _lead(scores: FloatMap, class_id: int) -> FloatMap:
    """How far a class is ahead of the best other one, at each pixel of (28, h, w)."""
    others: FloatMap = np.delete(scores, class_id, 0).max(0)
    ahead: FloatMap = scores[class_id] - others
    return ahead
