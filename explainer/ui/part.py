"""Parts of a page that are drawn again by themselves: whoever changes a setting waits for what belongs to it alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from explainer.ui.crowd import turn


def part(draw: Callable[..., None]) -> Callable[..., None]:
    """A function that draws part of a page. What its widgets change must be drawn by it, or by a part inside it."""

    @wraps(draw)
    def in_turn(*args: Any, **more: Any) -> None:
        with turn():
            draw(*args, **more)

    return st.fragment(in_turn)
