"""Mounts the photo viewer. A visitor's pictures travel inside the page's own connection, so they have no address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from explainer.ui.addressed import Addressed
from explainer.ui.fetched_once import component

HERE = Path(__file__).parent
_mount = component("photo_viewer", HERE / "viewer.js")
MODES = ("fill", "outline", "beside", "divide")
VIEW = "yp_view"


def show_view(view: dict[str, Any] | Addressed, key: str, remembered: bool = False) -> None:
    """Show a view (see `picture.py`); `remembered`, for the page's main picture, puts the way of looking and the
    opacity into the URL and brings a new photo's answer into sight."""
    start = {**_start(), "leads": True} if remembered else {}

    def told() -> None:
        chosen = st.session_state[key].get("view")
        if remembered and chosen:
            st.query_params[VIEW] = str(chosen)

    sent = view.message if isinstance(view, Addressed) else view
    _mount(key=key, data={**sent, **start}, on_view_change=told)


def _start() -> dict[str, Any]:
    """How the link asks to look, read once a session: the viewer's data must not change between reruns."""
    if "yp_view_start" not in st.session_state:
        mode, _, opacity = st.query_params.get(VIEW, "").partition(",")
        known = mode if mode in MODES else "fill"
        share = int(opacity) / 100 if opacity.isascii() and opacity.isdigit() and len(opacity) <= 3 else 0.55
        st.session_state["yp_view_start"] = {"mode": known, "opacity": min(share, 1.0)}
    start: dict[str, Any] = st.session_state["yp_view_start"]
    return start
