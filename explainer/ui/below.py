"""What stands below the stage on every operator page: story, proof, size formula, code, files, misunderstandings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from explainer.dialects import Snippet, snippets
from explainer.examples.table import Example
from explainer.lessons import lessons_of
from explainer.operators.notation import program
from explainer.proofs import Proof, first_proofs
from explainer.scene.panels import Scene
from explainer.ui.address_bar import show_address
from explainer.ui.class_link import show_class_link
from explainer.ui.heading import abreast
from explainer.ui.lessons import show_lessons
from explainer.ui.page_record import OperatorPage, PageState
from explainer.ui.shelf import Shelf
from explainer.ui.stage import show_downloads


@dataclass(frozen=True)
class Facts:
    """What is said about a case: the same for everybody, so it is kept."""

    proofs: tuple[Proof, ...]
    size: tuple[str, ...]
    code: str
    others: Mapping[str, Snippet]


_facts: Shelf[Facts] = Shelf(256)


def facts_of(page: OperatorPage, state: PageState) -> Facts:
    """A case's proofs, size formula and programs, computed once for all who look at it.

    The key is what the case prints as, so that 2 and 2.0 or 0 and -0, which are equal, keep their own programs.
    """
    return kept_facts((page.prefix, repr(state.op), repr(state.input)), lambda: find_facts(page, state))


def kept_facts(key: tuple[str, ...], find: Callable[[], Facts]) -> Facts:
    """What `find` found for a case; `key` begins with its page and says all that it depends on."""
    return _facts.kept(key, find)


def find_facts(page: OperatorPage, state: PageState) -> Facts:
    """As `facts_of`, computed now."""
    op, x = state.op, state.tensor()
    proofs = (*first_proofs(op, x), *page.proofs(op, x))
    size = tuple(op.size_formula(tuple(x.shape[1:])))
    return Facts(proofs, size, program(x, op.code(x)), snippets(op, x))


def show_below(page: OperatorPage, state: PageState, scene: Scene, stage: str, example: Example) -> None:
    """Everything below the stage, whose key is `stage`: the story, what is checked, code, files."""
    show_facts(page.story, example, facts_of(page, state), scene, stage)


def show_facts(words: str, example: Example, told: Facts, scene: Scene, stage: str) -> None:
    """As `show_below`, of facts that are known."""
    st.caption(f"**{example.title}.** {example.note} *Source: {example.source}.*")
    with abreast(f"{stage}_facts"):
        st.markdown(words)
        show_proofs(told.proofs, told.size)
    show_tabs(scene, stage, told.code, example.note, told.others)


def show_beliefs(page: str) -> None:
    """The misunderstandings that the page refutes, each an experiment."""
    if found := lessons_of(page):
        st.header("What people get wrong")
        show_lessons(found)


def show_tabs(scene: Scene, stage: str, code: str, note: str, others: Mapping[str, Snippet] | None = None) -> None:
    """The code, the files and the link; only the open one is drawn.

    No part of its own: a part inside a part costs every change more than a tab, seldom changed, saves.
    """
    program, files, address = st.tabs(["Code", "Download", "Link"], key=f"{stage}_tabs", on_change="rerun")
    with program:
        if program.open:
            show_code(Snippet(code, "This program prints exactly the numbers above."), others or {}, stage)
    with files:
        if files.open:
            show_downloads(scene, stage, note)
    with address:
        if address.open:
            st.caption("The address bar holds the whole state of this page: settings, reading order and step.")
            show_address(f"{stage}_address")
            show_class_link(stage)


def show_code(function: Snippet, others: Mapping[str, Snippet], stage: str) -> None:
    """torch's function first; the other frameworks to choose, each with the line that says where it differs."""
    written = {"torch function": function, **others}
    key = f"{stage}_dialect"
    if st.session_state.get(key) not in written:  # another operator of the page has other frameworks
        st.session_state.pop(key, None)
    if others:
        st.segmented_control("Framework", list(written), default="torch function", required=True, key=key, wrap=True,
                             label_visibility="collapsed")  # fmt: skip
    shown = written[st.session_state.get(key, "torch function")]
    if shown.note:
        st.caption(shown.note)
    if shown.code:
        st.code(shown.code, language="python", wrap_lines=True)


def show_proofs(proofs: Sequence[Proof], size: Sequence[str] = ()) -> None:
    """One line for each claim, with the largest difference that torch found just now; then the size's formulas."""
    formulas = ["---", "**The size**", *(f"$$\n{line}\n$$" for line in size)] if size else []
    with st.container(border=True):
        st.markdown("\n\n".join(["**Checked just now, in float64**", *map(settled, proofs), *formulas]))


def settled(proof: Proof) -> str:
    """A claim, whether it holds, and the largest difference."""
    mark = ":green[:material/check_circle:]" if proof.holds else ":red[:material/cancel:]"
    return f"{mark} {proof.claim} · largest difference **{proof.difference:.3g}**"
