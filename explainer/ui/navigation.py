"""The table of pages: what the router, the links between pages and the tests go by. One line adds a page.

Every `url_path` differs from the file's stem: on a cold server Streamlit would otherwise run the file by itself,
without the frame.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

SCRIPTS = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Entry:
    """One page: `pages/<stem>.py`.

    `prefix` starts the keys of its settings in the URL; a page with more than one stage has `also` for the others.
    """

    stem: str
    title: str
    url_path: str
    icon: str
    section: str
    prefix: str
    help: str
    also: tuple[str, ...] = ()

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefix of each of its stages, from the top."""
        return (self.prefix, *self.also)

    @property
    def path(self) -> Path:
        """The script."""
        return SCRIPTS / f"{self.stem}.py"


PROBLEM, UPSAMPLING, LEARNABLE, MATRIX, NETWORK, PRACTICE = (
    "The problem",
    "Upsampling without learning",
    "Learnable",
    "As a matrix",
    "In a network",
    "Practice",
)

PAGES = (
    Entry("start", "Start", "", "home", PROBLEM, "st", "What segmentation is, and why maps must grow back."),
    Entry("sliding_window", "Sliding window", "sliding-window", "crop_free", PROBLEM, "sw", "Patch by patch, or once."),
    Entry("nearest_neighbor", "Nearest neighbor", "nearest-neighbor", "grid_on", UPSAMPLING, "nn", "Copy each pixel."),
    Entry("bed_of_nails", "Bed of nails", "bed-of-nails", "push_pin", UPSAMPLING, "bn", "One pixel, then zeros."),
    Entry("max_unpooling", "Max unpooling", "max-unpooling", "undo", UPSAMPLING, "mu", "Put maxima back."),
    Entry("bilinear", "Bilinear", "bilinear-upsampling", "gradient", UPSAMPLING, "bl", "A weighted mean of neighbors."),
    Entry("resizing", "Other interpolations", "interpolations", "photo_size_select_large", UPSAMPLING, "rs",
          "Bicubic, area, antialias, and which scale counts."),
    Entry("pixel_shuffle", "Pixel shuffle", "pixel-shuffle", "shuffle", UPSAMPLING, "ps", "Channels become pixels."),
    Entry("pooling", "Pooling", "pooling-layers", "compress", UPSAMPLING, "pl", "The way down: largest value or mean."),
    Entry("strided_convolution", "Strided convolution", "strided-convolution", "filter_center_focus", LEARNABLE, "cv",
          "Learnable downsampling."),
    Entry("transposed_convolution", "Transposed convolution", "transposed-convolution", "layers", LEARNABLE, "tc",
          "Learnable upsampling, read in three ways."),
    Entry("channels", "Channels and groups", "channels-and-groups", "stacks", LEARNABLE, "ch",
          "The weight's other axes, blocks, and the bias."),
    Entry("learn", "Learn an upsampling", "learn-an-upsampling", "school", LEARNABLE, "ln",
          "Kernels that train while you watch."),
    Entry("matrix_1d", "Convolution as a matrix, 1D", "matrix-1d", "table_rows", MATRIX, "m1",
          "C and Cᵀ with the lecture's letters.", also=("mt",)),
    Entry("matrix_2d", "Convolution as a matrix, 2D", "matrix-2d", "apps", MATRIX, "m2", "The doubly blocked band."),
    Entry("checkerboard", "Checkerboard", "checkerboard-artifacts", "blur_on", NETWORK, "cb", "Where stamps overlap."),
    Entry("deconvnet", "What the indices carry", "what-the-indices-carry", "pin_drop", NETWORK, "dn",
          "DeconvNet with and without its memory."),
    Entry("shapes", "Shapes of any network", "shapes-of-any-network", "account_tree", NETWORK, "sh",
          "Sizes, fields and costs, layer by layer."),
    Entry("side_by_side", "Side by side", "side-by-side", "view_column", NETWORK, "ss", "All upsamplers, one input."),
    Entry("your_photo", "Your photo", "your-photo", "photo_camera", NETWORK, "yp", "A network labels your picture."),
    Entry("questions", "Questions", "exercises", "quiz", PRACTICE, "qz", "Think first, then see; worksheets."),
    Entry("glossary", "Glossary", "terms", "menu_book", PRACTICE, "gl", "Terms, and what people get wrong."),
)  # fmt: skip


def entry(stem: str) -> Entry:
    """The page with that file name."""
    return next(page for page in PAGES if page.stem == stem)


_sections: dict[str, dict[str, list[st.Page]]] = {}
_targets: dict[str, st.Page] = {}
"""Title -> the page as the last navigation had it; all visitors of a process have the same."""


def sections(default: str = "start") -> dict[str, list[st.Page]]:
    """All pages for `st.navigation`, by section, in lecture order; `default` is the stem of the one at the root.

    Streamlit looks for each page's file when a page is made; they are made once. Every run gets copies, since the
    navigation notes on a page that it may run.
    """
    if get_script_run_ctx(suppress_warning=True) is None:  # At start-up pages stay blank.
        return make_sections(default)
    if default not in _sections:
        _sections[default] = make_sections(default)
    _targets.update((page.title, page) for pages in _sections[default].values() for page in pages)
    return {name: [copy(page) for page in pages] for name, pages in _sections[default].items()}


def make_sections(default: str) -> dict[str, list[st.Page]]:
    """As `sections`, made anew."""
    groups: dict[str, list[st.Page]] = {}
    for page in PAGES:
        icon = f":material/{page.icon}:"
        target = st.Page(page.path, title=page.title, icon=icon, url_path=page.url_path or None,
                         default=page.stem == default, help=page.help)  # fmt: skip
        groups.setdefault(page.section, []).append(target)
    return groups


def link(stem: str, label: str | None = None, example: str | None = None) -> None:
    """A link to a page, opened on one of its examples if named."""
    page = entry(stem)
    parameters = {"example": example} if example else None
    # By its path Streamlit would look for the file, which takes longer than all the rest of a link.
    target = _targets.get(page.title, page.path)
    st.page_link(target, label=label or page.title, icon=f":material/{page.icon}:", query_params=parameters)
