"""Swap the upsampling: the photo's own score map grown by every operator of the earlier pages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explainer.segmentation.prediction import StrideMaps, outline, overlay
from explainer.ui.photo.asking import derived
from explainer.ui.photo.labelled import Labelled, Pixels, Taken
from explainer.ui.photo.tiles import Tile, fitted, jpeg, show_tiles
from explainer.ui.settings import Settings

STRIDES = {"stride 8 (FCN-8s)": 8, "stride 16 (FCN-16s)": 16, "stride 32 (FCN-32s)": 32}


def show_swap(photo: Taken, answer: Labelled, settings: Settings) -> None:
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
    key = ("swap", stride, answer.working_size)
    tiles = derived(photo, key, lambda: _tiles(photo.rgb, maps, stride), "Growing the map by every operator")
    if tiles is not None:
        show_tiles(tiles)
        st.caption(
            "Bed of nails and max unpooling are not meant to be the last layer: in a network learned convolutions "
            "follow them and fill the zeros. Here nothing follows, and it shows."
        )


def _tiles(rgb: Pixels, maps: StrideMaps, stride: int) -> list[Tile]:
    """The pictures, drawn in the worker."""
    from explainer.segmentation.swap import swapped

    tiles = []
    for one in swapped(maps, stride, rgb):
        if one.labels is None:
            tiles.append(Tile(one.name, "", "", f"Not defined here. {one.how}", one.page))
            continue
        picture = np.array(overlay(fitted(rgb, one.labels.shape), one.labels, 0.6))
        picture[outline(one.labels)] = 255
        words = f"**{one.changed:.1%} changed.** {one.how}"
        alt = f"Label map by {one.name}: {one.changed:.1%} of the pixels differ from the network's own"
        tiles.append(Tile(one.name, jpeg(picture), alt, words, one.page))
    return tiles
