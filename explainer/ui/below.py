"""What stands below the stage on every operator page: story, proof, size formula, code, misunderstandings, files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from explainer.examples.table import Example
from explainer.operators.notation import program
from explainer.proofs import Proof, matrix_proof
from explainer.scene.panels import Scene
from explainer.ui.lessons import Lesson, lessons_of
from explainer.ui.navigation import link
from explainer.ui.page_record import OperatorPage, PageState
from explainer.ui.settings import WANTED
from explainer.ui.stage import link_here, show_downloads


def show_below(page: OperatorPage, state: PageState, scene: Scene, stage: str, example: Example) -> None:
    """Everything below the stage, whose key is `stage`: the story, what is checked, code, lessons, files."""
    op, x = state.op, state.tensor()
    story, facts = st.columns((3, 2), gap="large")
    with story:
        st.markdown(page.story)
        st.caption(f"**{example.title}.** {example.note} *Source: {example.source}.*")
    with facts:
        show_proofs([matrix_proof(op, x), *page.proofs(op, x)])
        show_size(op.size_formula(tuple(x.shape[1:])))
    show_tabs(page.stem if page.is_last else None, scene, stage, program(x, op.code(x)), example.note)


def show_size(lines: Sequence[str]) -> None:
    """The size formula with the numbers in."""
    with st.container(border=True):
        st.markdown("**The size**")
        for line in lines:
            st.latex(line)


def show_tabs(page: str | None, scene: Scene, stage: str, code: str, note: str) -> None:
    """The torch code, the misunderstandings, the files and the link."""
    names = ["torch code", "Download", "Link"]
    *wrong, program, files, address = st.tabs(names if page is None else ["What people get wrong", *names])
    if page is not None:
        with wrong[0]:
            show_lessons(page)
    with program:
        st.caption("This program prints exactly the numbers above.")
        st.code(code, language="python", wrap_lines=True)
    with files:
        show_downloads(scene, stage, note)
    with address:
        st.caption("The address bar holds the whole state of this page: settings, reading order and step.")
        st.code(link_here(), language=None, wrap_lines=True)


def show_proofs(proofs: Sequence[Proof]) -> None:
    """One line for each claim, with the largest difference that torch found just now."""
    with st.container(border=True):
        st.markdown("**Checked just now, in float64**")
        for proof in proofs:
            mark = ":green[:material/check_circle:]" if proof.holds else ":red[:material/cancel:]"
            st.markdown(f"{mark} {proof.claim} · largest difference **{proof.difference:.3g}**")


def show_lessons(page: str) -> None:
    """The misunderstandings of a page, each with a link to an example that refutes it."""
    for lesson in lessons_of(page):
        show_lesson(lesson, page)


def show_lesson(lesson: Lesson, page: str) -> None:
    """One misunderstanding; its example opens on the spot, or on the page that has it."""
    st.markdown(f"**“{lesson.claim.strip('“”')}”** — {lesson.truth} :small[({lesson.source})]")
    home = lesson.example_page or lesson.page
    if lesson.example and home != page:
        link(home, "See it happen", lesson.example)
    elif lesson.example:
        show_here = partial(st.session_state.__setitem__, WANTED, lesson.example)
        st.button("See it happen", key=f"lesson_{lesson.example}", icon=":material/play_circle:", on_click=show_here)
