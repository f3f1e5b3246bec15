"""The figure of the page: which photo, the journey through the network, and what the address remembers of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from explainer.experiments.indices import Journey
from explainer.segmentation.remembered import REPLACEMENTS
from explainer.segmentation.samples import samples
from explainer.ui.addressed import Addressed, addressed
from explainer.ui.fetched_once import component
from explainer.ui.heading import toolbar
from explainer.ui.photo.asking import ask, results
from explainer.ui.photo.intake import SHOWN, own_photos, sample_photo
from explainer.ui.photo.labelled import ShownPhoto
from explainer.ui.photo.picking import WORDS
from explainer.ui.settings import Settings
from explainer.ui.shelf import Shelf

T = TypeVar("T")
HERE = Path(__file__).parent
KEY = "dn_figure"
QUIET = {"label_visibility": "collapsed"}
WAYS = {one.name: one for one in REPLACEMENTS}
PLACE = re.compile(r"\d{1,4}-\d{1,4}")
_mount = component("indices", HERE / "indices.js")
SAMPLES: Shelf[Any] = Shelf(72)
"""What was found for the sample photos, which everybody may see. Nothing of a visitor ever comes in here."""


def choose(settings: Settings) -> tuple[ShownPhoto, ShownPhoto]:
    """The photo, and the other one, whose indices are tried; both in the address, if they are samples."""
    names = {WORDS.get(one.name, one.title): one.name for one in samples()}
    with toolbar(settings.prefix):
        if own_photos() and st.session_state.get(SHOWN) in own_photos():
            photo = own_photos()[st.session_state[SHOWN]]
            st.markdown(f"**{photo.title}**", width="content")
            st.button("Back to the samples", on_click=lambda: st.session_state.pop(SHOWN, None))
        else:
            photo = sample_photo(names[settings.choice("photo", "Photo", tuple(names), "Horses", width=230, **QUIET)])
        others = tuple(word for word, name in names.items() if f"sample:{name}" != photo.key)
        with st.popover("The other photo", icon=":material/swap_horiz:"):
            first = "Castle" if "Castle" in others else others[0]
            other = settings.choice("other", "Whose indices are tried", others, first)
    settings.check_url("way", "what the unpoolings are told", WAYS)
    settings.show_notes()
    return photo, sample_photo(names[other])


def journey_of(photo: ShownPhoto, other: ShownPhoto) -> Journey | None:
    """The photo's way through the network; None if it cannot be had, and then the page says why."""
    return found(photo, ("journey", other.key), lambda: travelled(photo, other), "The network looks at the photo")


def travelled(photo: ShownPhoto, other: ShownPhoto) -> Journey:
    """In the worker's thread."""
    from explainer.experiments.indices import travel
    from explainer.segmentation.networks import deconvnet

    return travel(deconvnet(), photo.rgb, other.rgb)


def found(photo: ShownPhoto, name: tuple[object, ...], work: Callable[[], T], what: str) -> T | None:
    """Something about a photo, made once: for everybody if it is a sample, else in the visitor's session."""
    shelf = SAMPLES if photo.is_sample else results()
    key = found_key(photo, name)
    known = shelf.get(key)
    if known is None:
        known = ask(work, what)
        if known is not None:
            shelf.put(key, known)
    return known  # type: ignore[return-value]


def found_key(photo: ShownPhoto, name: tuple[object, ...]) -> Hashable:
    """What something about a photo is kept by."""
    return photo.key, "indices", *name


def show_figure(settings: Settings, photo: ShownPhoto, other: ShownPhoto, journey: Journey) -> None:
    """Mount the figure; the chosen way and the pixel go into the address."""

    def told() -> None:
        state = st.session_state[KEY]
        settings.forget_notes()
        if state.get("way") in WAYS:
            st.query_params[settings.key("way")] = state["way"]
        if PLACE.fullmatch(str(state.get("at") or "")):
            st.query_params[settings.key("at")] = state["at"]

    data = found(photo, ("figure", other.key), lambda: drawn(photo, journey), "Drawing the maps")
    if data is not None:
        sent = data.message if isinstance(data, Addressed) else data
        _mount(key=KEY, data={**sent, "prefix": settings.prefix}, on_way_change=told, on_at_change=told)


def drawn(photo: ShownPhoto, journey: Journey) -> dict[str, Any] | Addressed:
    """What the figure in the browser gets; only what everybody may see has an address."""
    from explainer.ui.indices.data import figure_data

    data = figure_data(journey)
    return addressed(data) if photo.is_sample else data
