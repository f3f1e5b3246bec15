"""Parts of a page that are drawn again by themselves: whoever changes a setting waits for what belongs to it alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from explainer.ui.crowd import turn


def part(draw: Callable[..., None]) -> Callable[..., None]:
    """A function that draws part of a page. What its widgets change must be drawn by it, or by a part inside it."""
    return st.fragment(taking_turns(draw))


def dialog(
    title: str, draw: Callable[..., None], *, on_dismiss: Callable[[], None] | None = None
) -> Callable[..., None]:
    """A function that draws a large dialog over the page; a part of its own, too."""
    return st.dialog(title, width="large", on_dismiss=on_dismiss or "ignore")(taking_turns(draw))


def taking_turns(draw: Callable[..., None]) -> Callable[..., None]:
    """The same function, which waits for its script's turn."""

    @wraps(draw)
    def drawn(*args: Any, **more: Any) -> None:
        with turn():
            draw(*args, **more)

    return drawn
