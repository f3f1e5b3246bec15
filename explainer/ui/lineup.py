"""The side-by-side page's parts: the small map through every upsampler, the table, and the photo brought back."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import product
from math import isinf

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from explainer.examples.grids import read_grid
from explainer.experiments.drawings import output_and_matrix
from explainer.experiments.lineup import CONTESTANTS, DOWN, Contestant, Properties, properties, revive, shrink
from explainer.operators import Nested, to_nested
from explainer.photos import to_data_uri
from explainer.quantities import short
from explainer.segmentation.samples import sample, samples
from explainer.ui.addressed import Addressed
from explainer.ui.ahead import ahead
from explainer.ui.aside import aside
from explainer.ui.charts import show_rows
from explainer.ui.lens import Picture, show_lens, under_lens
from explainer.ui.navigation import link
from explainer.ui.part import part
from explainer.ui.settings import Settings
from explainer.ui.theme import theme
from explainer.ui.window import choose_photo

#: Larger maps than this leave no room for nine of them.
MOST = 4
DEFAULT = "1 2\n3 4"
FACTORS = (2, 3)
#: The photo's sides, divisible by both.
PHOTO_SIDE = 144
#: Pixels of the photo under the lens, as in `lens.js`.
WINDOW = 18


@part
def show_lineup(prefix: str) -> None:
    """A photo and a small map, through every upsampler, by the same factor."""
    settings = Settings(prefix)
    with st.container(horizontal=True, gap="small"):
        place = st.container(width="content")
        r = int(settings.choice("factor", "Factor", FACTORS, 2, width=120))
    settings.show_notes("factor")
    show_photo(prefix, place, r)
    st.markdown(
        "Sorted by PSNR, computed now against the original (higher is closer; 6 dB halve the error). Most get the "
        "**mean of each block**. Max unpooling gets the maxima and their places, pixel shuffle gets *all* pixels as "
        "channels, so it only has to rearrange them. The two *trained* ones were fitted to this photo by least "
        "squares. align_corners stretches the map from corner pixel to corner pixel, so nothing lies where the blocks "
        "were. The random kernel leaves a checkerboard. PSNR is taken over the whole picture, values clipped to what "
        "a screen shows."
    )
    st.header("The same on a small map")
    st.markdown(
        "One :blue[input], all upsamplers. Each tile shows the :green[output] and, small beside it, the upsampler's "
        ":violet[matrix]: one row for each output pixel, one column for each input pixel. For given indices, max "
        "unpooling has one too. The title of a tile leads to its page."
    )
    show_small_map(prefix, r)


@part
def show_photo(prefix: str, place: DeltaGenerator, r: int) -> None:
    """The photo, chosen at `place` beside the factor, and every upsampler's attempt under one lens."""
    settings = Settings(prefix)
    with place:
        name = choose_photo(settings, width=220)
    settings.show_notes("photo")
    show_lens(pictures_of(name, r), f"{prefix}_lens")
    look_ahead()


@part
def show_small_map(prefix: str, r: int) -> None:
    """A small map to type, through every upsampler, and what their matrices say."""
    settings = Settings(prefix)
    x = choose_map(settings)
    settings.show_notes("input")
    show_maps(x, r)
    st.header("What the matrices say")
    show_table(x, r)


def choose_map(settings: Settings) -> Tensor:
    """The small map (1, H, W)."""
    text = settings.text("input", "Input", DEFAULT, height=110, help=f"One row a line, up to {MOST} × {MOST}.")
    cells = settings.parsed("input", text, DEFAULT, lambda given: read_grid(given, MOST, MOST))
    return torch.tensor(cells, dtype=torch.float64)


def show_maps(x: Tensor, r: int) -> None:
    """A tile for each upsampler: its output, its matrix, and the way to its page."""
    with st.grid(3, min_column_width=240, border=True) as grid:
        given = to_nested(x)
        for (contestant, its), picture in zip(found_for(given, r)[:-1], tiles(given, r, theme()), strict=True):
            with grid.cell():
                show_tile(contestant, its, picture)


@lru_cache(maxsize=64)
def found_for(x: Nested, r: int) -> list[tuple[Contestant, Properties]]:
    """All upsamplers on one map, and the way down at the end. Not to be changed by the caller."""
    values = torch.tensor(x, dtype=torch.float64)
    return [(one, properties(one, values, r)) for one in (*CONTESTANTS, DOWN)]


@lru_cache(maxsize=64)
def tiles(x: Nested, r: int, theme: str) -> list[str]:
    """Output and matrix of every upsampler on one map, drawn as SVG."""
    found = [its for _, its in found_for(x, r)[:-1]]
    return [output_and_matrix(its.output[0].tolist(), its.matrix.tolist(), theme) for its in found]


def show_tile(contestant: Contestant, its: Properties, picture: str) -> None:
    """One upsampler."""
    link(contestant.page, f"**{contestant.name}**")
    size = " × ".join(str(n) for n in its.output.shape[1:])
    words = "; ".join(" ".join(f"{value:.3g}" for value in row) for row in its.output[0].tolist())
    rows, columns = its.matrix.shape
    st.image(picture, width="stretch", alt=f"Output {size}: {words}. Its matrix, {rows} × {columns}, rank {its.rank}")


def show_table(x: Tensor, r: int) -> None:
    """What the matrices say."""
    rows = [
        {
            "Upsampler": contestant.name,
            "Output": " × ".join(str(n) for n in its.output.shape[1:]),
            "Learned": str(contestant.learned(r)),
            "Rank / inputs": f"{its.rank} / {its.matrix.shape[1]}",
            "Input recovered": f"yes ({its.recovery:.1g})" if its.recoverable else "no",
            "Keeps a constant": "yes" if its.keeps_constant else "no",
            "Matrix": "follows the data" if contestant.follows_data else "fixed",
        }
        for contestant, its in found_for(to_nested(x), r)
    ]
    show_rows(rows, "Size, learned numbers, rank and other properties of each upsampler")


@st.cache_data(max_entries=24, show_spinner="Shrinking and growing the photo ...")
def revived(name: str, r: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[tuple[str, bytes, float]]]:
    """The photo, the small photo, and what each upsampler makes of it, best first."""
    photo = square(name)
    results = [(one.name, pixels(one.picture).tobytes(), one.psnr) for one in aside(lambda: revive(photo, r))]
    return pixels(photo), pixels(shrink(photo, r)), results


def square(name: str) -> Tensor:
    """The middle of a sample photo, (3, PHOTO_SIDE, PHOTO_SIDE) in 0..1."""
    with Image.open(sample(name).path) as image:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        box = (left, top, left + side, top + side)
        small = image.convert("RGB").resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS, box)
    return torch.from_numpy(np.asarray(small) / 255).permute(2, 0, 1)


def pixels(picture: Tensor) -> NDArray[np.uint8]:
    """(3, H, W) in 0..1 as (H, W, 3) uint8."""
    shown: NDArray[np.uint8] = (picture * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return shown


def look_ahead() -> None:
    """What will be asked for next: the other photos, by either factor."""
    for choice in product((one.name for one in samples()), FACTORS):
        ahead((pictures_of, *choice), partial(pictures_of, *choice))


def most_to_see(photo: NDArray[np.uint8]) -> tuple[float, float]:
    """Left and top of the lens where a photo (H, W, 3) has most under it: its gray values differ most."""
    gray = torch.from_numpy(photo.mean(2))[None]
    mean, squares = (torch.nn.functional.avg_pool2d(values, WINDOW, 1)[0] for values in (gray, gray**2))
    top, left = divmod(int((squares - mean**2).argmax()), mean.shape[1])
    return left, top


@lru_cache(maxsize=24)
def pictures_of(name: str, r: int) -> Addressed:
    """What lies under the lens, as the browser fetches it."""
    photo, small, results = revived(name, r)
    pictures = [
        Picture("Original", f"{PHOTO_SIDE} × {PHOTO_SIDE}", to_data_uri(photo), "The original photo"),
        Picture("Made smaller", f"{len(small)} × {len(small)}", to_data_uri(small), "The photo, made smaller"),
    ]
    for title, data, quality in results:
        grown = np.frombuffer(data, np.uint8).reshape(photo.shape)
        pictures.append(Picture(title, decibels(quality), to_data_uri(grown), f"{title}: {decibels(quality)}"))
    return under_lens(pictures, PHOTO_SIDE, most_to_see(photo))


def decibels(quality: float) -> str:
    """A PSNR in words.

    >>> decibels(27.125), decibels(float("inf"))
    ('27.1 dB', 'nothing lost')
    """
    return "nothing lost" if isinf(quality) else f"{short(quality)} dB"
