"""One flow for every operator page: example, settings, stage, and around it all that makes it checkable.

A page is a record: which operator, which of torch's parameters may be changed to what, and the words. Options that
torch would refuse with the other settings are not offered; torch itself is asked.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import lru_cache
from typing import Any

import streamlit as st

from explainer.examples.cases import grid
from explainer.examples.grids import write_grid
from explainer.examples.table import Example, examples_of
from explainer.nesting import shape_of, tuples_of
from explainer.operators import Convolution, TransposedConvolution
from explainer.quiz.reasons import reasons
from explainer.scene.panels import Scene
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from explainer.ui import lecture
from explainer.ui.below import show_beliefs, show_below
from explainer.ui.choosing import choose
from explainer.ui.heading import abreast, figure_place, show_heading, toolbar
from explainer.ui.navigation import entry
from explainer.ui.page_record import Companion, Field, OperatorPage, PageState
from explainer.ui.part import part
from explainer.ui.questions import show_ask_me
from explainer.ui.settings import Settings, encode
from explainer.ui.shelf import Shelf
from explainer.ui.stage import show_stage

__all__ = ["Companion", "Field", "OperatorPage", "show_page"]


@lru_cache(maxsize=256)
def cached_scene(shown: PageState) -> Scene:
    """The scene; many visitors look at the same example. Not to be changed by the caller."""
    scene = scene_of(shown.op, shown.tensor(), shown.view)
    told = reasons(shown.op, shown.tensor(), scene) if shown.view.symbols is None else []
    return {**scene, "name": shown.name, **({"mistakes": told} if told else {})}


def show_page(page: OperatorPage) -> None:
    """Heading, one line of settings, the stage, and everything below it."""
    if not lecture.shows(page.prefix):
        return
    show_heading(page.heading or entry(page.stem).title, page.lead, level=2 if page.heading else 1)
    show_case(page)
    if page.is_last:
        show_beliefs(page.stem)


@part
def show_case(page: OperatorPage) -> None:
    """What follows from the settings: the stage, and what is checked below it."""
    settings = Settings(page.prefix)
    stage = f"{page.prefix}_stage"
    with figure_place(page.prefix):
        row = toolbar(page.prefix)
        with row:
            example, texts = pick_example(page, settings)
        state = choose(page, settings, row, example, texts)
        with row:
            show_ask_me(page.prefix, example.op)
        settings.check_keys((stage, f"{page.prefix}_companion"))
        settings.show_notes()
        if state is None:
            return
        scene = cached_scene(state)
        second = page.beside if page.beside and not lecture.is_on() else None
        with abreast(stage) if second else nullcontext():
            show_stage(
                scene, stage, lambda panel, values: settings.adopt({panel: edited_text(state, scene, panel, values)})
            )
            if second:
                second(state.op, state.input)
    lecture.end_of_figure()
    if companion := companion_of(page, state):
        show_companion(companion, f"{page.prefix}_companion")
    show_below(page, state, scene, stage, example, settings.departed(texts))


_companions: Shelf[Companion | None] = Shelf(1024)


def companion_of(page: OperatorPage, state: PageState) -> Companion | None:
    """The second picture of a case, the same for everybody; None on most pages."""
    key = (page.prefix, repr(state.op), repr(state.input))
    return _companions.kept(key, lambda: page.companion(state.op, state.tensor()))


def show_companion(companion: Companion, stage: str) -> None:
    """The second picture, to step through like the first."""
    st.markdown(f"## {companion.heading}\n\n{companion.text}")
    state = PageState(companion.op, tuples_of(companion.input.tolist()), View(editable=False), companion.heading)
    show_stage(cached_scene(state), stage)


_cases: Shelf[dict[str, tuple[Example, dict[str, str]]]] = Shelf(64)


def cases_of(page: OperatorPage) -> dict[str, tuple[Example, dict[str, str]]]:
    """A page's named examples by their slugs, each with its settings; the same for everybody. Not to be changed."""

    def find() -> dict[str, tuple[Example, dict[str, str]]]:
        singles = [example for example in examples_of(page.stem) if example.is_single]
        own = [example for example in singles if not page.ops or example.op in page.ops]
        return {example.slug: (example, state_of(page, example)) for example in own}

    return _cases.kept((page.prefix, page.ops), find)


def pick_example(page: OperatorPage, settings: Settings) -> tuple[Example, dict[str, str]]:
    """The select box of named examples, and the chosen one's settings; choosing one sets all settings."""
    cases = cases_of(page)
    titles = {slug: example.title for slug, (example, _) in cases.items()}
    return cases[settings.example(titles, lambda slug: cases[slug][1])]


def state_of(page: OperatorPage, example: Example) -> dict[str, str]:
    """An example as the texts of the settings: input, kernel and parameters, also those that its case leaves out."""
    case = example.case
    state = {"input": write_grid(case["input"])}
    kernel = case.get("weight_symbols") or case.get("weight")
    if kernel is not None:
        state["kernel"] = write_grid(kernel)
    defaults = {one.name: one.options[0] for one in page.fields}
    params = defaults | page.params_of(example.op, case["params"])
    return state | {name: encode(value) for name, value in params.items()}


def edited_text(shown: PageState, scene: Scene, panel: str, values: list[Any]) -> str:
    """What was typed into a cell, as the text of its grid's field; cells of the border take no part."""
    drawn = next(one for one in scene["panels"] if one["id"] == panel)
    border = set(drawn.get("ghost", []))
    inside = grid("the edit", [value for cell, value in enumerate(values) if cell not in border])
    if panel == "kernel":
        assert isinstance(shown.op, Convolution | TransposedConvolution)
        shape = shape_of(shown.op.weight)
    else:
        shape = shape_of(shown.input if len(shown.input) > 1 else shown.input[0])
    return write_grid(inside.view(shape).tolist())
