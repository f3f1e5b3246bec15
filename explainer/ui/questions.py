"""Think first, then see: a question, an answer typed or clicked, the reason if it is wrong, and the computation.

The seed stands in the URL, so that a class sees the same questions; the score stays in the session and is never sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from explainer.quiz import Question, Verdict, judge, question
from explainer.quiz.cases import DRAWN, HARDEST
from explainer.quiz.judge import read_answer
from explainer.quiz.questions import LANDS, REACH, SIZE, Answer, flat
from explainer.quiz.shown import scene_at
from explainer.quiz.worksheet import cell_name, described, grids
from explainer.scene.panels import Scene
from explainer.ui import locks
from explainer.ui.crowd import leave
from explainer.ui.part import dialog
from explainer.ui.shelf import Shelf
from explainer.ui.stage import show_stage

#: Right answers in a row that raise the level.
STREAK = 2
TABLES = (
    "<style>.grids{display:flex;flex-wrap:wrap;gap:12px 28px}.grids figure{margin:0}.grids table{border-collapse:"
    "collapse;font-size:1.15rem}.grids td{border:1px solid;min-width:40px;height:40px;text-align:center}"
    ".grids td{padding:0 5px}.grids td.asked{outline:3px solid;font-weight:bold}"
    "@media (min-width:1680px) and (min-height:900px){"
    ".grids table{font-size:1.7rem}.grids td{min-width:58px;height:58px}}"
    "</style>"
)


def show_ask_me(prefix: str, op: str) -> None:
    """A button that asks about one operator, in a dialog over the page; the seed of the questions page counts."""
    hidden = locks.is_hidden("ask")
    if op in DRAWN and not hidden and st.button("Ask me", key=f"{prefix}_ask", icon=":material/quiz:"):
        seed = locks.seed()
        known = int(seed) if seed.isascii() and seed.isdigit() and len(seed) < 4 else 1
        dialog("Think first, then see", show_questions)(f"{prefix}_quiz", known, (op,))


def show_questions(prefix: str, seed: int, ops: Sequence[str] = ()) -> None:
    """One question after the other; `prefix` keeps the counts of different places apart."""
    memory = progress(prefix, seed)
    one = asked(seed, memory["number"], memory["level"], tuple(ops))
    st.markdown(f"**Question {one.number + 1}**, level {one.level} · {described(one)}")
    st.html(drawn_grids(seed, memory["number"], memory["level"], tuple(ops)))
    given = ask(one, f"{prefix}_{seed}_{one.number}")
    if given is not None:
        if one.number not in memory["judged"]:  # the first answer counts: after it the stage shows what is right
            count(memory, judge(one, given).right)
        memory["judged"][one.number] = given
    if one.number in memory["judged"]:
        reveal(one, judge(one, memory["judged"][one.number]), f"{prefix}_reveal")
        st.button("Next question", key=f"{prefix}_next", type="primary", on_click=go_on, args=(memory, one.number))
    st.caption(f"{memory['right']} of {len(memory['judged'])} so far. Nobody but you sees this.")


def progress(prefix: str, seed: int) -> dict[str, Any]:
    """Where this visitor is, for one seed."""
    fresh = {"number": 0, "level": 1, "streak": 0, "right": 0, "judged": {}}
    memory: dict[str, Any] = st.session_state.setdefault(f"{prefix}_progress_{seed}", fresh)
    return memory


def count(memory: dict[str, Any], right: bool) -> None:
    """Keep the score; some right answers in a row make the next questions harder."""
    memory["right"] += right
    memory["streak"] = memory["streak"] + 1 if right else 0


def go_on(memory: dict[str, Any], number: int) -> None:
    """From question `number` to the next one, one level up after enough right answers in a row as long as there is one.

    A double click comes twice, the second time before its button has gone: from there nobody goes on any more.
    """
    if memory["number"] != number:
        return
    memory["number"] += 1
    if memory["streak"] >= STREAK:
        memory["level"], memory["streak"] = min(memory["level"] + 1, HARDEST), 0


@lru_cache(maxsize=512)
def asked(seed: int, number: int, level: int, ops: tuple[str, ...]) -> Question:
    """A question; the same for every visitor with this seed, so it is kept."""
    leave()  # some take a quarter of a second
    return question(seed, number, level, ops)


@lru_cache(maxsize=512)
def drawn_grids(seed: int, number: int, level: int, ops: tuple[str, ...]) -> str:
    """The numbers that a question is about, in HTML; kept like the question itself."""
    return TABLES + grids(asked(seed, number, level, ops))


def ask(one: Question, key: str) -> Answer | None:
    """The widgets for an answer; returns it once it was given."""
    if one.kind in (REACH, LANDS):
        return click(one, key)
    if one.choice:
        return choose(one, key)
    with st.form(key, border=False):
        hint = "for example 4 x 4" if one.kind == SIZE and one.input.ndim == 3 else "a number"
        text = st.text_input(one.text, placeholder=hint, key=f"{key}_text")
        sent = st.form_submit_button("Check")
    if not sent:
        return None
    try:
        return read_answer(one, text)
    except ValueError as problem:
        st.warning(str(problem))
        return None


def choose(one: Question, key: str) -> Answer | None:
    """Two settings to choose from, and a button."""
    assert one.choice is not None
    with st.form(key, border=False):
        chosen = st.radio(one.text, one.choice.options, index=None, key=f"{key}_setting", horizontal=True)
        sent = st.form_submit_button("Check")
    return checked(chosen, "Choose one of the two first.") if sent else None


def click(one: Question, key: str) -> Answer | None:
    """Cells to click, row by row, and a button."""
    values = one.input if one.kind == REACH else one.output
    rows, columns = values.numel() // values.shape[-1], values.shape[-1]
    with st.form(key, border=False):
        st.markdown(f"{one.text} Click them.")
        chosen: list[int] = []
        for row in range(rows):
            cells = list(range(row * columns, (row + 1) * columns))
            names = {at: cell_name(one, at) for at in cells}
            chosen += st.pills(
                f"row {row}", cells, selection_mode="multi", format_func=names.__getitem__, key=f"{key}_{row}",
                label_visibility="collapsed",
            )  # fmt: skip
        sent = st.form_submit_button("Check")
    return checked(tuple(sorted(chosen)), "Choose a cell first; there is always one.") if sent else None


def checked(given: Answer | None, otherwise: str) -> Answer | None:
    """What was chosen; where that is nothing it does not count, and a sentence says so."""
    if not given:
        st.warning(otherwise)
        return None
    return given


def reveal(one: Question, verdict: Verdict, key: str) -> None:
    """Right or the reason, then the computation on the stage at the asked cell."""
    mark = ":green[:material/check_circle: **Right.**]" if verdict.right else ":blue[:material/lightbulb:]"
    st.markdown(mark if verdict.right else f"{mark} {verdict.told}")
    show_stage(revealed(one), f"{key}_{one.seed}_{one.number}_{one.level}")


_revealed: Shelf[Scene] = Shelf(256)


def revealed(one: Question) -> Scene:
    """The case's scene, at the step that answers; a class with one seed asks for the same."""
    key = (one.kind, one.cell, one.text, repr(one.op), repr(one.input.tolist()))
    return _revealed.kept(key, lambda: draw(one))


def draw(one: Question) -> Scene:
    """As `revealed`, drawn now."""
    order = "scatter" if one.kind == LANDS else "gather"
    values = one.input if one.kind == LANDS else one.output
    at = None if one.cell is None else flat(one.cell, values)
    return {**scene_at(one.op, one.input, at, order), "name": one.text}
