"""Swap the upsampling: the photo's own score map grown by every operator of the earlier pages."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from explainer.quantities import percent
from explainer.raster.enlarge import enlarged
from explainer.segmentation.answer import Pixels
from explainer.segmentation.classes import ClassSet
from explainer.segmentation.label_maps import outline, overlay
from explainer.segmentation.prediction import StrideMaps
from explainer.ui.navigation import link
from explainer.ui.photo.asking import derived
from explainer.ui.photo.labelled import Labelled, ShownPhoto
from explainer.ui.photo.picture import layers_view
from explainer.ui.photo.tiles import Tile, fitted, jpeg, show_tiles
from explainer.ui.photo.viewer import show_view
from explainer.ui.settings import Settings

CLOSE, ZOOM = 96, 4
STRIDES = {"stride 8 (FCN-8s)": 8, "stride 16 (FCN-16s)": 16, "stride 32 (FCN-32s)": 32}


def show_swap(photo: ShownPhoto, answer: Labelled, settings: Settings) -> None:
    """The whole tab."""
    maps = answer.maps
    if maps is None:
        st.info("torchvision's networks give no score maps here; choose FCN-8s, FCN-16s or FCN-32s above.")
        return
    st.markdown(
        "The network decides on a small map; here the **last step** to full size is taken by other operators, the very "
        "same code that the earlier pages run. The percentage is the share of pixels whose label differs from the "
        "network's own."
    )
    chosen = settings.choice("stride", "Score map to grow", tuple(STRIDES), next(iter(STRIDES)))
    stride = STRIDES[chosen]
    key = ("swap", stride, answer.working_size, answer.classes)
    found = derived(
        photo, key, lambda: grown(photo.rgb, maps, stride, answer.classes), "Growing the map by every operator"
    )
    if found is None:
        return
    view, tiles = found
    show_view(view, "yp_swap")
    st.markdown("## Close up, where the outlines are")
    show_tiles(tiles)
    st.caption(
        "Bed of nails and max unpooling are not meant to be the last layer: in a network learned convolutions "
        "follow them and fill the zeros. Here nothing follows, and it shows. A network whose pooling remembers its own "
        "indices, and whose convolutions were trained to fill in, has a page of its own."
    )
    link("deconvnet")


def grown(rgb: Pixels, maps: StrideMaps, stride: int, classes: ClassSet) -> tuple[dict[str, Any], list[Tile]]:
    """The view with all label maps, and a close-up of each; drawn in the worker."""
    from explainer.segmentation.swap import swapped

    found = swapped(maps, stride, rgb, classes)
    place = busiest(found[0].labels)
    tiles = []
    for one in found:
        picture = np.array(overlay(fitted(rgb, one.labels.shape), one.labels, 0.6))[place]
        close = enlarged(picture, ZOOM)
        close[outline(enlarged(one.labels[place], ZOOM))] = 255
        words = f"**{percent(one.changed)} changed.** {one.how}"
        alt = f"Close-up of the label map by {one.name}: {percent(one.changed)} of all pixels are labelled otherwise"
        tiles.append(Tile(one.name, jpeg(close), alt, words, one.page))
    answers = [(f"{one.name} {percent(one.changed)}", one.labels) for one in found]
    return layers_view(rgb, answers, "fill", classes), tiles


def busiest(labels: Pixels) -> tuple[slice, slice]:
    """The window of CLOSE pixels that holds the most outline."""
    edge = outline(labels)
    high, wide = (min(CLOSE, side) for side in edge.shape)
    total = np.pad(edge.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    inside = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
    top, left = np.unravel_index(inside.argmax(), inside.shape)
    return slice(int(top), int(top) + high), slice(int(left), int(left) + wide)
