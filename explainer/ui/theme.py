"""Which theme the visitor sees, for pictures drawn on the server."""

from __future__ import annotations

import streamlit as st


def theme() -> str:
    """ "light" or "dark"; light until the browser has told."""
    return str(st.context.theme.type or "light")
