"""Below the figure: what it says, DeconvNet beside FCN-8s, photographs that it never saw."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from explainer.experiments.beside import Contestant
from explainer.experiments.indices import Journey
from explainer.quantities import count, percent, short
from explainer.segmentation.assets import ASSETS
from explainer.segmentation.label_maps import BAND
from explainer.segmentation.remembered import REPLACEMENTS
from explainer.segmentation.weights import DEFAULT_SIDE
from explainer.ui.charts import show_rows
from explainer.ui.indices.data import answer_picture
from explainer.ui.indices.figure import found
from explainer.ui.indices.files import show_files
from explainer.ui.part import part
from explainer.ui.photo.labelled import ShownPhoto
from explainer.ui.photo.tiles import Tile, fitted, jpeg, show_tiles
from explainer.ui.settings import Settings

TITLES = ("On photographs it never saw", "Beside FCN-8s", "Take away")
TEST_PART = ASSETS / "deconvnet_test_part.json"


def show_story(journey: Journey) -> None:
    """What the figure says, with this photo's numbers."""
    same = {one.told.name: f"**{percent(one.same)}**" for one in journey.ways}
    high, wide = journey.photo.shape[:2]
    st.markdown(
        f"The photo goes down once, from {high} × {wide} pixels to {high // 32} × {wide // 32}, by five max poolings; "
        "each remembers *which* of its four pixels was the largest. The way up has the same five sizes, and nothing "
        "but these **indices** crosses over: no map is added, there is no skip. Each unpooling puts a value where its "
        "index says, and transposed convolutions (3 × 3, stride 1) fill in the zeros. Choose another answer above and "
        "the very same network, with the same bottom, is told other places. On this photo bed of nails leaves "
        f"{same['nails']} of the pixels with the same name, nearest neighbor {same['nearest']}, another photo's "
        f"indices {same['other']}. The network was trained with its own indices and never saw the others: what is "
        "lost is what it had come to read in them."
    )


@part
def show_more(prefix: str, photo: ShownPhoto, other: ShownPhoto, journey: Journey) -> None:
    """Tabs, of which only the open one is computed."""
    settings = Settings(prefix)
    settings.check_url("more", "tab", dict.fromkeys(TITLES))
    settings.show_notes("more")
    never_seen, beside, away = st.tabs(TITLES, key=settings.key("more"), on_change="rerun", bind="query-params")
    if beside.open:
        with beside:
            show_beside(photo)
    if never_seen.open:
        with never_seen:
            show_test_part()
    if away.open:
        with away:
            show_files(photo, other, journey)


def show_beside(photo: ShownPhoto) -> None:
    """The comparison with FCN-8s, made when first asked for."""

    def work() -> tuple[tuple[Contestant, ...], list[Tile]]:
        from explainer.experiments.beside import compare
        from explainer.segmentation.networks import deconvnet

        rows = compare(deconvnet(), photo.rgb)
        return rows, [tile(photo, one) for one in rows]

    both = found(photo, ("beside",), work, "Both networks look at the photo")
    if both is None:
        return
    rows, tiles = both
    show_tiles(tiles)
    st.table([table_row(one) for one in rows], hide_index=True, alt="Size, cost, time and outlines of both networks")
    st.caption(
        "Counted and timed just now on this server. Outlines: the share of pixels named as by FCN-8s at "
        f"{DEFAULT_SIDE} pixels, within {BAND} pixels of its outlines; nobody has drawn the truth for this photo. "
        "FCN-8s's 28 answers are counted as DeconvNet's nine. FCN-8s adds maps from strides 16 and 8 on the way up; "
        f"DeconvNet has only its indices, and sees {percent(rows[0].pixels / rows[-1].pixels)} of the pixels "
        "that FCN-8s sees at its own size. Both look once, without the mirror image and the CRF of *Your photo*."
    )


def tile(photo: ShownPhoto, one: Contestant) -> Tile:
    """A network's answer over the photo."""
    title = f"{one.name}, {one.height} × {one.width}"
    shown = fitted(photo.rgb, one.labels.shape)
    return Tile(title, jpeg(answer_picture(shown, one.labels)), f"The photo labeled by {title}")


def table_row(one: Contestant) -> dict[str, str]:
    """A network's numbers in words."""
    return {
        "Network": one.name,
        "Input": f"{one.height} × {one.width}",
        "Parameters": count(one.parameters),
        "Multiply-adds": count(one.multiply_adds),
        "Time": f"{short(one.milliseconds)} ms",
        "Near the outlines": percent(one.near),
        "Away from them": percent(one.away),
    }


def show_test_part() -> None:
    """The model card's table of replaced indices, as `python -m training deconvnet --judge test` measured it."""
    measured: dict[str, Any] = json.loads(TEST_PART.read_text(encoding="utf-8"))
    titles = {one.name: one.title for one in REPLACEMENTS}
    titles |= {"fcn8s": "FCN-8s at the same size"}
    rows = [
        {
            "Unpooling": titles[name],
            "Mean IoU": percent(one["mean IoU"]),
            "Pixels right": percent(one["pixels"]),
            "Near outlines": percent(one["near outlines"]),
        }
        for name, one in measured["networks"].items()
    ]
    show_rows(rows, "How good the network is with its own and with replaced indices")
    st.caption(
        f"{measured['photographs']} photographs with drawn labels that no step of training used, measured when "
        "each network got its present weights; eight groups' IoU, at each photo's own size. The repository's model "
        "card says how it was trained and where it fails."
    )
