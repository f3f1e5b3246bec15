"""The frame around every page, and what the server does before the first visitor comes."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from explainer.ui import ahead, lecture, locks, tidying
from explainer.ui.crowd import turn
from explainer.ui.events import tell
from explainer.ui.fetched_once import component
from explainer.ui.navigation import PAGES, sections
from explainer.ui.outside import outside_a_script
from explainer.ui.settings import ARRIVED, LESSON

#: Set when the first visitor's first page is out; until then nothing may compete with it for the processor.
FIRST_PAGE_DONE = threading.Event()
#: Set when the imports that take seconds are done.
WARM = threading.Event()
#: Seconds after which a server that nobody visits warms up anyway.
PATIENCE = 2.0

CSS = Path(__file__).with_name("page.css")
#: Asks for a whole run after a lost connection: a new visit knows none of the page's parts.
_mount_again = component("again", Path(__file__).with_name("again.js"))
ICON = Path(__file__).parents[2] / "assets" / "icon.png"


def show_frame(default: str = "start") -> None:
    """Page settings, navigation, and the page that was asked for; `default` is the one at the root."""
    with turn():
        draw_frame(default)


def draw_frame(default: str) -> None:
    """As `show_frame`, when this visitor's turn has come."""
    st.set_page_config(page_title="Upsampling Explainer", page_icon=ICON, layout="wide")
    st.html(CSS)
    _mount_again(key="again", data={}, on_again_change=lambda: None)
    alone = lecture.is_on() or locks.is_hidden("pages") or "hide-pages" in st.query_params.get(locks.CLASS, "")
    page = st.navigation(sections(default), position="hidden" if alone else "top")
    st.session_state[ARRIVED] = st.session_state.get("page") != page.url_path
    stem = next(one.stem for one in PAGES if one.title == page.title)
    try:
        locks.enter(stem)
        if lecture.is_on():
            lecture.enter(stem)
        page.run()
        if LESSON in st.query_params:  # Only then, as its module imports torch.
            from explainer.ui.lessons import open_asked_lesson

            open_asked_lesson()
    finally:  # In a lecture a page stops after its figure.
        st.session_state["page"] = page.url_path
        st.session_state[ARRIVED] = False  # Parts of the page that are drawn again by themselves do not pass here.
        FIRST_PAGE_DONE.set()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Start-up: switch off Streamlit's older way with `pages/` folders, and import torch beside the first page.

    Until `st.navigation` has been called once in a process, a folder `pages/` makes Streamlit list its scripts by
    itself, and a link into a page of a fresh server would open with the message that there is no such page.
    """
    with outside_a_script():
        st.navigation(sections())
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    yield {}


def warm_up() -> None:
    """Import what pages need once the first page is out, then take it out of the garbage collector's sight.

    A visitor's script may import the same at the same time. Two threads lock each other out, and one is refused, where
    one begins with a part of a package and the other with the package, which imports the part. So torch and torchvision
    are everywhere imported as a whole first, and the app's own packages here in a script's turn.
    """
    begun = time.monotonic()
    FIRST_PAGE_DONE.wait(PATIENCE)
    import torch
    import torchvision  # noqa: F401

    with turn():
        import explainer.ui.operator_page  # noqa: F401

    share_cores()
    torch.func.jvp(torch.abs, (torch.ones(1),), (torch.ones(1),))  # what it imports takes longer than a page
    tidying.start()
    ahead.start()
    WARM.set()
    tell("warm", seconds=time.monotonic() - begun)


def share_cores() -> None:
    """All cores to the one worker that labels photos, one core to every visitor's script.

    Splitting a tensor of a few dozen numbers over two cores costs more than it saves, and where other programs run
    beside it fifty times as much. Threads take over torch's setting when they first compute: the worker does so now,
    visitors' scripts will after it has been changed.
    """
    import torch

    from explainer.segmentation.worker import submit

    submit(torch.get_num_threads).result()
    torch.set_num_threads(1)
