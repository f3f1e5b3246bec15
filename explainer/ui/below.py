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
from explainer.ui.lessons import show_lessons
from explainer.ui.page_record import OperatorPage, PageState
from explainer.ui.shelf import Shelf
from explainer.ui.stage import show_downloads

CHANGED = "You have changed it; unchanged, this holds: "
TAKE_AWAY = "Take away: programs that print the numbers above, files, a link"
FILES, LINK = ":material/download: Download", ":material/link: Link"


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


def show_below(page: OperatorPage, state: PageState, scene: Scene, stage: str, example: Example, changed: bool) -> None:
    """Everything below the stage, whose key is `stage`: the story, what is checked, code, files.

    `changed`: settings are no longer the example's, so its words are not about what is on the stage.
    """
    show_facts(page.story, example, changed, facts_of(page, state), scene, stage)


def show_facts(words: str, example: Example, changed: bool, told: Facts, scene: Scene, stage: str) -> None:
    """As `show_below`, of facts that are known."""
    note = CHANGED + example.note if changed else example.note
    source = f":small[**{example.title}.** {note} *Source: {example.source}.*]"
    formulas = ["**The size**", *(f"$$\n{line}\n$$" for line in told.size)] if told.size else []
    st.markdown("\n\n".join([source, words, *formulas, proofs_text(told.proofs)]))
    show_take_away(scene, stage, told.code, note, told.others)


def show_beliefs(page: str) -> None:
    """The misunderstandings that the page refutes, each an experiment."""
    if found := lessons_of(page):
        st.header("What people get wrong")
        show_lessons(found)


def show_take_away(scene: Scene, stage: str, code: str, note: str, others: Mapping[str, Snippet] | None = None) -> None:
    """What can be taken away of a case, one at a time: its program in each framework, the files, the link.

    One row of buttons: tabs with frameworks in one of them are five messages more for every change of a setting. No
    part of its own either: a part inside a part costs every change more than this row, seldom used, saves.
    """
    function = Snippet(code)
    programs = {"torch function": function, **others} if others else {"Code": function}
    chosen = st.segmented_control(TAKE_AWAY, [*programs, FILES, LINK], default=next(iter(programs)), required=True,
                                  key=f"{stage}_take", wrap=True)  # fmt: skip
    if chosen == FILES:
        show_downloads(scene, stage, note)
    elif chosen == LINK:
        st.caption("The address bar holds the whole state of this page: settings, reading order and step.")
        show_address(f"{stage}_address")
        show_class_link(stage)
    else:
        show_code(programs[str(chosen)])


def show_code(shown: Snippet) -> None:
    """A program, with the line that says where its framework differs."""
    if shown.note:
        st.caption(shown.note)
    if shown.code:
        st.code(shown.code, language="python", wrap_lines=True)


def show_proofs(proofs: Sequence[Proof]) -> None:
    """Claims, each with the largest difference that torch found just now."""
    st.markdown(proofs_text(proofs))


def proofs_text(proofs: Sequence[Proof]) -> str:
    """The same as a quotation, a line for each claim: `page.css` frames it, beside the text that it follows."""
    lines = ["**Checked just now, in float64**", *map(settled, proofs)]
    return "\n>\n".join(f"> {line}" for line in lines)


def settled(proof: Proof) -> str:
    """A claim, whether it holds, and the largest difference."""
    mark = ":green[:material/check_circle:]" if proof.holds else ":red[:material/cancel:]"
    return f"{mark} {proof.claim} · largest difference **{proof.difference:.3g}**"
