"""The dialog that makes a class link: controls hidden or fixed, Predict on, the questions' seed; with a QR code."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from explainer.ui import locks
from explainer.ui.locks import CONTROLS, FIXED, FREE, HIDDEN, ONLY_HIDDEN, Locks
from explainer.ui.part import dialog


def show_class_link(prefix: str) -> None:
    """The button that opens the dialog; who came by a class link makes none."""
    if locks.current() is None and st.button("Class link", key=f"{prefix}_class", icon=":material/qr_code_2:"):
        dialog("A link for the class", choose)()


def choose() -> None:
    """What is hidden and fixed, and the link that says so, above it: that is what a class has to see."""
    place = st.container()
    st.markdown(
        "The link opens this page as it stands now. What you fix or hide, nobody can undo on the "
        "page. Settings and numbers belong to the example: with them it is fixed too."
    )
    made = Locks()
    with st.grid(3, min_column_width=240, gap="small") as grid:
        for name, label in CONTROLS.items():
            with grid.cell():
                options = [FREE, HIDDEN] if name in ONLY_HIDDEN else [FREE, FIXED, HIDDEN]
                how = st.segmented_control(label, options, default=FREE, required=True, key=f"class_{name}")
            made = replace(made, hidden=made.hidden | ({name} if how == HIDDEN else set()),
                           fixed=made.fixed | ({name} if how == FIXED else set()))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        made = replace(made, predict=st.toggle("Predict on", key="class_predict"))
        made = replace(made, seed=st.toggle("The same questions for all", key="class_seed"))
        number = st.number_input("Seed", 1, 99, int(seed_now()), key="class_number", disabled=not made.seed, width=140)
    with place:
        show_link(address(made, int(number)))


def seed_now() -> str:
    """The seed of the questions page, if the address has a sensible one."""
    asked = st.query_params.get("qz_seed", "1")
    return asked if asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= 99 else "1"


def address(made: Locks, number: int) -> str:
    """The address of this page in its present state, with what the link says."""
    parameters = {**st.query_params.to_dict(), **({"qz_seed": str(number)} if made.seed else {})}
    if made.text():
        parameters[locks.CLASS] = made.text()
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{urlencode(parameters)}".rstrip("?")


def show_link(link: str) -> None:
    """The link as text and as a QR code, which a phone reads off the projector."""
    code, words = st.columns((1, 2), vertical_alignment="center")
    try:
        picture = segno.make(link, error="l").svg_data_uri(scale=4, border=3, light="white", dark="black")
        code.html(f'<img src="{picture}" alt="QR code of the link" style="width: 100%; max-width: 300px">')
    except segno.DataOverflowError:  # a large grid of one's own stands in the link, number by number
        code.info("This link is too long for a QR code: it holds all numbers of your grids. Hand it out as text.")
    with words:
        st.code(link, language=None, wrap_lines=True)
        if urlsplit(link).hostname in ("localhost", "127.0.0.1", "::1", None):
            st.caption("This address works on this computer only. Open the app by the *Network URL* that the terminal "
                       "prints, and make the link there.")  # fmt: skip
