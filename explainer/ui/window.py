"""The sliding-window page's parts: the photo, both ways' labels, where they differ and what the work costs."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import nn

from explainer import figures
from explainer.experiments.dense import (
    PATCH_SIDES,
    STRIDE,
    Comparison,
    compare_ways,
    difference_by_side,
    fitted,
    local_trunk,
    receptive_field,
)
from explainer.palette import PALETTE
from explainer.photos import read_photo
from explainer.quantities import count, short, times
from explainer.raster.enlarge import enlarged
from explainer.segmentation.classes import display_name
from explainer.segmentation.inference import predict
from explainer.segmentation.label_maps import overlay
from explainer.segmentation.model import FCN
from explainer.segmentation.networks import load
from explainer.segmentation.resize import to_input
from explainer.segmentation.samples import sample, samples
from explainer.ui.addressed import Addressed
from explainer.ui.ahead import ahead
from explainer.ui.aside import aside
from explainer.ui.charts import show_chart
from explainer.ui.heading import abreast
from explainer.ui.part import part
from explainer.ui.settings import Settings
from explainer.ui.sliding import window_data
from explainer.ui.theme import theme

#: Small, so that the answer comes at once; still four times the receptive field.
LONG_SIDE = 257
ZOOM = 3
SIDE, STEPS = 65, (8, 16, 32)
#: Photos whose results are kept: all samples.
KEPT = 16
#: All that can be chosen of them; its pictures are some 0.1 MB each.
CHOICES = KEPT * len(PATCH_SIDES) * len(STEPS)
Pixels = NDArray[np.uint8]


class Choice(NamedTuple):
    """What the visitor chose: a sample photo, the patch's side, the distance of patches; all sizes in pixels."""

    name: str
    side: int
    step: int


def choose(settings: Settings, name: str) -> Choice:
    """The select boxes of the comparison."""
    with st.grid(2, min_column_width=170):
        side = settings.choice("side", "Patch side", PATCH_SIDES, SIDE, help="In pixels of the photo shown here.")
        step = settings.choice("step", "One patch every ... pixels", STEPS, STEPS[0], help="Their middles.")
    return Choice(name, side, step)


def choose_photo(settings: Settings, **more: Any) -> str:
    """The select box of bundled photos; returns the sample's name. The URL carries what the box shows."""
    names = {one.name.replace("_", " "): one.name for one in samples()}
    return names[settings.choice("photo", "Photo", tuple(names), "astronaut", **more)]


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def prepared(name: str) -> tuple[Pixels, torch.Tensor, nn.Module]:
    """A sample photo as the network sees it, as pixels and as a tensor, and the local network fitted to it."""
    photo = read_photo(sample(name).path.read_bytes(), long_side=2 * LONG_SIDE).rgb
    x = to_input(photo, LONG_SIDE)
    answer = aside(lambda: predict(photo, "fcn8s", LONG_SIDE, "cpu").probabilities.argmax(0))
    net = load("fcn8s")
    assert isinstance(net, FCN)
    small = np.asarray(Image.fromarray(photo).resize((x.shape[3], x.shape[2]), Image.Resampling.BILINEAR))
    trunk = local_trunk(net)
    return small, x, aside(lambda: fitted(trunk, x, torch.from_numpy(answer[::STRIDE, ::STRIDE])))


@st.cache_resource(max_entries=CHOICES, show_spinner="Classifying patch after patch ...")
def compared(choice: Choice) -> Comparison:
    """Both ways for one choice; the samples are ours, so the answer may be kept. Not to be changed by the caller."""
    _, x, net = prepared(choice.name)
    return aside(lambda: compare_ways(net, x, choice.side, choice.step))


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def swept(name: str) -> dict[int, float]:
    """Patch side -> largest difference away from the border. Not to be changed by the caller."""
    _, x, net = prepared(name)
    return aside(lambda: difference_by_side(net, x))


@st.cache_resource(max_entries=KEPT, show_spinner="Classifying patch after patch ...")
def slid(name: str) -> Addressed:
    """The sliding window's photo and decisions; the samples are ours, so they may be kept."""
    return window_data(*prepared(name))


def look_ahead(name: str) -> None:
    """What will be asked for next: the other photos as they open, then this photo with other settings."""
    for one in samples():
        if one.name != name:
            ahead((find_all, one.name), partial(find_all, one.name))
    for choice in (Choice(name, side, step) for side in PATCH_SIDES for step in STEPS):
        ahead(choice, partial(compared, choice))


def find_all(name: str) -> None:
    """All that the page shows of a photo as it opens."""
    slid(name)
    compared(Choice(name, SIDE, STEPS[0]))
    swept(name)


@lru_cache(maxsize=KEPT)
def field_of(name: str) -> int:
    """The local network's receptive field, in pixels."""
    return receptive_field(prepared(name)[2])[0]


@part
def show_comparison(name: str) -> None:
    """Patch by patch beside one pass: both ways' labels, what each costs, and where they differ."""
    settings = Settings("sw")
    st.header("Patch by patch, and in one pass")
    choice = choose(settings, name)
    settings.show_notes("side", "step")
    found = compared(choice)
    show_labels(choice, found)
    show_work(choice, found)
    show_agreement(choice, found)


@st.cache_resource(max_entries=CHOICES, show_spinner=False)
def show_labels(choice: Choice, _found: Comparison) -> None:
    """The photo with some patches, and the labels of both ways; the pictures' files are made once for everybody."""
    photo, *_ = prepared(choice.name)
    found = _found
    ways = (("patch by patch", found.patches), ("in one pass", found.dense))
    with st.grid(3, min_column_width=240):
        credit = f"{sample(choice.name).title} ({sample(choice.name).credit})"
        said = f"Four of {found.agreement.size} patches, {choice.side} × {choice.side} pixels each. {credit}"
        framed = enlarged(with_patches(photo, choice), ZOOM)
        st.image(framed, said, width="stretch", alt="The photo with four of the patches")
        for title, scores in ways:
            labels = spread(scores.argmax(0).astype(np.uint8), photo.shape[:2], choice.step)
            names = ", ".join(display_name(int(one), "all") for one in np.unique(labels))
            colored = enlarged(overlay(photo, labels), ZOOM)
            st.image(colored, f"Classified **{title}**: {names}", width="stretch", alt=f"Classes {title}: {names}")


def with_patches(photo: Pixels, choice: Choice) -> Pixels:
    """The photo with the frames and centers of four patches drawn in."""
    picture = Image.fromarray(photo)
    pen, accent = ImageDraw.Draw(picture), PALETTE["dark"]["accent"]
    half, step = choice.side // 2, choice.step
    y, x = photo.shape[0] // 2 // step * step, photo.shape[1] // 2 // step * step
    for top, left in ((y, x), (y, x + step), (y - step, x), (y - step, x + step)):
        pen.rectangle((left - half, top - half, left + half, top + half), outline=accent)
        pen.ellipse((left - 2, top - 2, left + 2, top + 2), fill=accent)
    return np.asarray(picture)


def spread(labels: Pixels, size: tuple[int, ...], step: int) -> Pixels:
    """Labels at every `step`-th pixel as a label map of the photo's size: each pixel takes its nearest position."""
    rows, columns = (
        np.minimum(np.rint(np.arange(n) / step).astype(int), m - 1) for n, m in zip(size, labels.shape, strict=True)
    )
    full: Pixels = labels[rows][:, columns]
    return full


def show_agreement(choice: Choice, found: Comparison) -> None:
    """Where the two ways differ, and by how much, at the border and away from it."""
    field, inner = field_of(choice.name), found.difference[found.inside]
    worst = float(inner.max()) if inner.size else 0.0
    agreeing = f"{found.agreement[found.inside].mean():.1%}" if inner.size else "–"
    with abreast("sw_agreement"):
        st.markdown(
            "## Do they agree?\n\n"
            "| | everywhere | inside |\n|---|--:|--:|\n"
            f"| Agree | **{found.agreement.mean():.1%}** | **{agreeing}** |\n"
            f"| Largest difference | **{found.difference.max():.2g}** | **{worst:.2g}** |\n\n"
            f"*Inside* are the {int(found.inside.sum())} positions whose receptive field of {field} × {field} pixels "
            f"lies within the photo. {verdict(choice, field, worst)} Near the photo's edge the ways differ always: "
            "there one pass pads *each layer's* map with zeros, while a patch that hangs over the edge is filled with "
            "zeros *once*, at the input, and the layers turn those into something else.\n\n"
            ":small[The picture: the largest difference between the two ways' scores at each position. Scores lie "
            "roughly between 0 and 1.]"
        )
        alt = f"Score difference at each position: up to {worst:.2g} inside, {found.difference.max():.2g} anywhere"
        show_chart(difference_chart(choice, theme()), alt, "sw_difference")


@lru_cache(maxsize=64)
def difference_chart(choice: Choice, look: str) -> Any:
    """The heat map of the differences in one theme."""
    difference = compared(choice).difference.tolist()
    return figures.heat_map(difference, "weight", look, unit="difference", numbers=False)


def verdict(choice: Choice, field: int, worst: float) -> str:
    """What the inner difference means for this patch side."""
    if choice.side >= field:
        return (
            f"A patch of {choice.side} covers it, so no padding at the patch's edge reaches the middle: both ways sum "
            f"the same products, and the scores agree up to rounding (largest difference **{worst:.2g}**)."
        )
    return (
        f"A patch of {choice.side} is smaller than that: the network sees zeros where the photo goes on, and its "
        f"scores are off by up to **{worst:.2g}**."
    )


def show_work(choice: Choice, found: Comparison) -> None:
    """Multiply-adds and seconds of both ways, as ratios."""
    work, clock = found.macs[0] / found.macs[1], found.seconds[0] / found.seconds[1]
    st.markdown(
        "## The work\n\n"
        f"{found.agreement.size} patches took {count(found.macs[0])} multiply-adds and {found.seconds[0]:.2g} s; one "
        f"pass took {count(found.macs[1])} and {found.seconds[1]:.2g} s, on one core of this computer. The patches "
        f"cost **{times(work)}**: they overlap, and what two of them share is computed twice. Patches for all "
        f"{count(found.pixels[0] * found.pixels[1])} pixels would cost **{times(found.every_pixel)}**.\n\n"
        "> **Patches to one pass**\n>\n"
        f"> Multiply-adds **{short(work)} : 1**\n>\n"
        f"> Time measured **{short(clock)} : 1**\n>\n"
        f"> If every pixel had its patch **{short(found.every_pixel)} : 1**"
    )


def show_sweep(name: str) -> None:
    """The difference away from the border against the patch's side."""
    found, field = swept(name), field_of(name)
    words = ", ".join(f"{side}: {value:.2g}" for side, value in found.items())
    chart = figures.steps_down(
        list(found), list(found.values()), "output", theme(), x_title="patch side, pixels",
        y_title="largest difference", mark=field, word=f"receptive field {field}",
    )  # fmt: skip
    show_chart(chart, f"The difference vanishes once the patch covers {field} pixels. {words}", "sw_sweep")
    st.caption(f"Largest score difference away from the photo's edge, by patch side. {words}.")
