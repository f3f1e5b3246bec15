"""Where the stage stands on a visitor's screen: stepping asks no server, so that one that makes a file is told."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from explainer.ui.fetched_once import component

_mount = component("standing", Path(__file__).with_name("standing.js"))
NAMES = ("step", "order", "view")


def standing(stage: str) -> dict[str, str]:
    """What the browser's address says of a stage's step, order and view, as it is written there.

    While this is on the page, the part that it stands in is drawn again after each rest at another place. Streamlit's
    own parameters are those of the last change of a setting: it looks into no address that it has written to.
    """
    key, names = f"{stage}_standing", [f"{stage}_{name}" for name in NAMES]
    known = st.session_state.get(key, {}).get("at")
    if known is None:
        known = urlencode({name: st.query_params[name] for name in names if name in st.query_params})
    _mount(key=key, data={"stage": stage, "known": known}, on_at_change=lambda: None)
    told = dict(parse_qsl(known))
    return {short: told[name] for short, name in zip(NAMES, names, strict=True) if name in told}
