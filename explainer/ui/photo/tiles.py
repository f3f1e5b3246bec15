"""Small pictures in a grid. They travel inside the page's own connection: `st.image` would give them an address."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from explainer.palette import PALETTE, color_at
from explainer.photos import to_data_uri
from explainer.raster.enlarge import enlarged
from explainer.ui.navigation import link

Pixels = NDArray[np.uint8]
STEPS = 255


@dataclass(frozen=True)
class Tile:
    """A picture with its words; `page` is the stem of the page that the title leads to, if any."""

    title: str
    uri: str
    alt: str
    caption: str = ""
    page: str | None = None


def show_tiles(tiles: list[Tile], across: int = 3, narrowest: int = 240) -> None:
    """The tiles side by side, fewer in a row where there is no room."""
    with st.grid(across, min_column_width=narrowest) as grid:
        for tile in tiles:
            with grid.cell():
                if tile.page:
                    link(tile.page, f"**{tile.title}**")
                else:
                    st.markdown(f"**{tile.title}**")
                if tile.uri:
                    st.html(f'<img src="{tile.uri}" alt="{escape(tile.alt, quote=True)}" width="100%">')
                if tile.caption:
                    st.caption(tile.caption)


def enlarged_to(picture: Pixels, side: int) -> Pixels:
    """A small picture with its pixels kept sharp, the longer side near `side`."""
    return enlarged(picture, max(1, side // max(picture.shape[:2])))


def fitted(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """A photo at (height, width)."""
    if picture.shape[:2] == size:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR))


def diverging(values: NDArray[np.float32], theme: str, most: float | None = None) -> Pixels:
    """Numbers as colors of the weights' scale: terracotta below zero, violet above, `most` at its ends."""
    largest = most or float(np.abs(values).max()) or 1.0
    place = np.clip(values / largest, -1, 1)
    at = ((place + 1) / 2 * (STEPS - 1) + 0.5).astype(np.intp)
    colors: Pixels = _ramp(theme)[at]
    return colors


def _ramp(theme: str) -> Pixels:
    stops = _strong(theme)
    rows = [color_at(stops, 2 * step / (STEPS - 1) - 1) for step in range(STEPS)]
    return np.array([[int(row[i : i + 2], 16) for i in (1, 3, 5)] for row in rows], np.uint8)


def _strong(theme: str) -> list[tuple[float, str]]:
    """The weights' scale, carried on to strong ends, since no numbers are written on these pictures."""
    low, middle, high = (color for _, color in PALETTE[theme]["scales"]["weight"])
    ends = ("#8c2d12", "#4c1d95") if theme == "light" else ("#ffb199", "#d6c8ff")
    return [(-1.0, ends[0]), (-0.5, low), (0.0, middle), (0.5, high), (1.0, ends[1])]


def png(picture: Pixels) -> str:
    """As a data URI; PNG keeps flat colors small."""
    return to_data_uri(picture)


def jpeg(picture: Pixels) -> str:
    """As a data URI; JPEG keeps photos small."""
    return to_data_uri(picture, jpeg=True)
