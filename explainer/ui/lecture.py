"""Lecture mode, `?lecture=1`: one figure fills the projector, a bar leads along the tour, a clicker is enough.

`?lecture=1&stop=7` opens the seventh stop from anywhere. Imports nothing heavy: the frame asks here on every page.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st

from explainer.ui import locks
from explainer.ui.fetched_once import component
from explainer.ui.navigation import entry
from explainer.ui.settings import ARRIVED
from explainer.ui.tour import TOUR, Stop

HERE = Path(__file__).parent
CSS = HERE / "lecture.css"
#: Names in the URL.
LECTURE, STOP = "lecture", "stop"
#: In the session: the index of the stop on the screen, None on a page that the tour does not visit.
AT = "lecture_at"

_mount = component("lecture_bar", HERE / "tour.js")


def is_on() -> bool:
    """Whether the link asks for lecture mode."""
    return st.query_params.get(LECTURE) == "1"


def enter(stem: str) -> None:
    """Before a page is drawn: go to the stop that is asked for, and draw the bar."""
    st.html(CSS)
    at = place(stem, st.query_params.get(STOP, ""))
    if at is not None and TOUR[at].page != stem:
        go(at)
    arrive(at, stem)
    asked = show_bar(at, entry(stem).title)
    if asked is not None:
        go(asked)


def place(stem: str, asked: str) -> int | None:
    """The index of the stop with the asked number, else of the page's first one; None where the tour has none."""
    if asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= len(TOUR):
        return int(asked) - 1
    return next((at for at, stop in enumerate(TOUR) if stop.page == stem), None)


def arrive(at: int | None, stem: str) -> None:
    """Once for each stop: the address says the stop's state, and the stage starts from there."""
    if st.session_state.get(AT, "nowhere") == at and not st.session_state[ARRIVED]:
        return
    st.session_state[AT] = at
    st.session_state[ARRIVED] = True
    for key in [str(one) for one in st.session_state]:
        if key.endswith("_start") and key.split("_")[0] in entry(stem).prefixes:
            del st.session_state[key]
    if at is None:
        return
    if st.query_params.get(STOP) != str(at + 1):
        st.query_params[STOP] = str(at + 1)
    for name, value in TOUR[at].state.items():
        if name not in st.query_params:
            st.query_params[name] = value
        if is_setting(name):
            st.session_state[name] = st.query_params[name]


def is_setting(name: str) -> bool:
    """Whether a parameter of a stop belongs to a widget; the others belong to the stage and the list of examples."""
    return not name.endswith(("_example", "_step", "_order", "_view"))


def show_bar(at: int | None, title: str) -> int | None:
    """The bar with the slide's title, the progress and the notes; the index of the stop that was asked for."""
    stop = Stop(title, "") if at is None else TOUR[at]
    data = {"at": at, "count": len(TOUR), "slide": stop.slide, "say": stop.say}
    wanted = _mount(key="lecture_bar", data=data, on_go_change=lambda: None).go
    return wanted if isinstance(wanted, int) and 0 <= wanted < len(TOUR) else None


def go(at: int) -> NoReturn:
    """To a stop, in this session."""
    stop = TOUR[at]
    st.switch_page(entry(stop.page).path, query_params={LECTURE: "1", STOP: str(at + 1), **stop.state})


def visit() -> int | None:
    """The index of the stop on the screen; None outside a lecture. A stage moves when it changes."""
    return st.session_state.get(AT) if is_on() else None


def shows(figure: str) -> bool:
    """Whether a figure is on the screen: in a lecture only the stop's own."""
    at = visit()
    wanted = "" if at is None else TOUR[at].figure
    return not is_on() or not wanted or wanted == figure


def end_of_figure() -> None:
    """In a lecture nothing follows the figure; a class link may say so too."""
    if is_on() or locks.is_hidden("below"):
        st.stop()
