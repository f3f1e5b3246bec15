"""Look inside: what the network says of the photo, and of its mirror image; the mean of both is its answer."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from explainer.quantities import percent
from explainer.segmentation.answer import Pixels
from explainer.segmentation.classes import ClassSet
from explainer.segmentation.prediction import StrideMaps
from explainer.segmentation.weights import model_info
from explainer.ui.photo.asking import derived
from explainer.ui.photo.labelled import Labelled, ShownPhoto
from explainer.ui.photo.picture import layers_view
from explainer.ui.photo.viewer import show_view

LOOKS = ("The photo", "Its mirror image, turned back", "The mean of both")


def show_looks(photo: ShownPhoto, answer: Labelled) -> None:
    """The labels of either look alone and those of their mean, to play and to compare."""
    maps = answer.maps
    if maps is None:
        return
    key = ("looks", answer.model, answer.working_size, answer.classes)
    side = max(answer.working_size)
    found = derived(
        photo, key, lambda: looks(photo.rgb, maps, side, answer.model, answer.classes), "Looking at the mirror image"
    )
    if found is None:
        return
    st.markdown("## Two looks: the photo and its mirror image")
    show_view(found["view"], "yp_looks")
    st.caption(
        "A convolution answers alike wherever a thing stands, but its kernels have a left and a right: of the mirror "
        f"image the network says something else, here on **{percent(found['disagree'])}** of the pixels "
        f"({model_info(answer.model).title}, before any CRF). So it looks twice. The scores of both looks are averaged "
        "at each stride, and the way up begins from the means: the answer above and every score map below are made so."
    )


def looks(rgb: Pixels, maps: StrideMaps, side: int, model: str, classes: ClassSet) -> dict[str, Any]:
    """The three label maps as a view, and the share of the pixels on which the two looks disagree."""
    from explainer.segmentation.inference import each_look, labels_of, regrow
    from explainer.segmentation.model import Head

    head = cast(Head, model)
    scores = (*each_look(rgb, side, head, classes), regrow(maps, head, classes))
    labels = [labels_of(one, *rgb.shape[:2]) for one in scores]
    return {
        "disagree": float((labels[0] != labels[1]).mean()),
        "view": layers_view(rgb, list(zip(LOOKS, labels, strict=True)), "outline", classes),
    }
