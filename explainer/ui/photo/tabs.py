"""The tabs below the picture. Only the one that is open is computed."""

from __future__ import annotations

import streamlit as st

from explainer.lessons import lessons_of
from explainer.ui.lessons import offer_lessons
from explainer.ui.part import part
from explainer.ui.photo.comparing import show_comparison
from explainer.ui.photo.facts import show_truth
from explainer.ui.photo.files import show_files
from explainer.ui.photo.inside import show_inside
from explainer.ui.photo.labelled import Labelled, Request, ShownPhoto
from explainer.ui.photo.swapping import show_swap
from explainer.ui.settings import Settings

TITLES = ("How it upsamples", "Swap the upsampling", "Look inside", "Two networks", "Take away")


@part
def show_more(prefix: str, photo: ShownPhoto, request: Request, answer: Labelled) -> None:
    """The truth about the upsampling, then swap, look inside, compare, take away."""
    settings = Settings(prefix)
    settings.check_url("more", "tab", dict.fromkeys(TITLES))
    settings.show_notes("more")
    how, swap, inside, two, away = st.tabs(TITLES, key=settings.key("more"), on_change="rerun", bind="query-params")
    if how.open:
        with how:
            show_truth(answer)
            offer_lessons(lessons_of("your_photo"))
    if swap.open:
        with swap:
            show_swap(photo, answer, settings)
    if inside.open:
        with inside:
            show_inside(photo, answer, settings)
    if two.open:
        with two:
            show_comparison(photo, request, answer, settings)
    if away.open:
        with away:
            show_files(photo, request, answer)
