"""Charts and tables on a page: one look, no tool bar, and a sentence for those who do not see them.

What they show is the same for every visitor, so Streamlit's message is made once and sent again: turning a figure into
JSON, or a table into Arrow's format, takes longer than all the rest of a small page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explainer.figures import fingerprint

Row = dict[str, str]


def show_chart(figure: Any, alt: str, key: str) -> None:
    """Show a figure of `explainer.figures`; `alt` is its takeaway, `key` is unique in the app."""
    draw_chart(fingerprint(figure), alt, key, figure)


@st.cache_resource(max_entries=256, show_spinner=False)
def draw_chart(made_from: str, alt: str, key: str, _figure: Any) -> None:
    """As `show_chart`, for the first who asks; everybody else gets the same message."""
    st.plotly_chart(_figure, width="stretch", key=key, alt=alt, config={"displayModeBar": False, "scrollZoom": False})


def show_rows(rows: Sequence[Row], alt: str) -> None:
    """A table of texts (Markdown) with the same columns in every row; `alt` says what it holds."""
    draw_rows(repr(rows), alt, rows)


@st.cache_resource(max_entries=128, show_spinner=False)
def draw_rows(made_from: str, alt: str, _rows: Sequence[Row]) -> None:
    """As `show_rows`, for the first who asks; everybody else gets the same message.

    One text is the key: Streamlit takes longer over each of many small ones than over all of them in one.
    """
    st.table(list(_rows), hide_index=True, alt=alt)
