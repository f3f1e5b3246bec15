"""What stands above a figure: title, lead and one line of settings, kept low so that the figure is seen first."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer.ui import lecture


def show_heading(title: str, lead: str, level: int = 1) -> None:
    """Title and lead: beside each other on a screen, below each other on a phone; in a lecture the bar has a title."""
    if lecture.is_on():
        return
    name, words = st.columns((2, 5), vertical_alignment="center", gap="small")
    with name:
        (st.title if level == 1 else st.header)(title, anchor=False)
    words.markdown(lead)


def abreast(key: str) -> DeltaGenerator:
    """A row for two, 5 to 3 (`page.css`); on a phone the second comes below. One message, where columns are three."""
    return st.container(horizontal=True, gap="medium", key=f"abreast_{key}")


def figure_place(prefix: str) -> DeltaGenerator:
    """The place of a page's figure and the settings above it: what fills the screen together."""
    return st.container(key=f"figure_{prefix}")


def toolbar(prefix: str, labeled: bool = False) -> DeltaGenerator:
    """The one line of settings above a stage: an example, and what folds into popovers; `labeled` if a name stands
    above one of them."""
    align: Literal["bottom", "center"] = "bottom" if labeled else "center"
    return st.container(horizontal=True, vertical_alignment=align, gap="small", key=f"toolbar_{prefix}")
