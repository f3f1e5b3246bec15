"""Charts on a page: one look, no tool bar, and a sentence for those who do not see them."""

from __future__ import annotations

from typing import Any

import streamlit as st


def show_chart(figure: Any, alt: str, key: str) -> None:
    """Show a plotly figure; `alt` is its takeaway, `key` is unique in the app."""
    st.plotly_chart(figure, width="stretch", key=key, alt=alt, config={"displayModeBar": False, "scrollZoom": False})
