"""One flow for every operator page: example, settings, stage, and around it all that makes it checkable.

A page is a record: which operator, which of torch's parameters may be changed to what, and the words. Options that
torch would refuse with the other settings are not offered; torch itself is asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st
import torch

from explainer.examples.cases import grid
from explainer.examples.grids import write_grid
from explainer.examples.table import Example, examples_of
from explainer.operators import Convolution, TransposedConvolution
from explainer.scene.panels import Scene
from explainer.scene.scenes import scene_of
from explainer.ui.around import show_around
from explainer.ui.choosing import choose
from explainer.ui.page_record import Field, OperatorPage, PageState
from explainer.ui.settings import Settings, encode
from explainer.ui.stage import show_stage

__all__ = ["Field", "OperatorPage", "show_page"]


@lru_cache(maxsize=256)
def cached_scene(shown: PageState) -> Scene:
    """The scene; many visitors look at the same example. Not to be changed by the caller."""
    return {**scene_of(shown.op, shown.tensor(), shown.view), "name": shown.name}


def show_page(page: OperatorPage) -> None:
    """Settings, stage and everything around it."""
    settings = Settings(page.prefix)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        example = pick_example(page, settings)
    shown = choose(page, settings, row, example, state_of(example))
    settings.show_notes()
    if shown is None:
        return
    scene = cached_scene(shown)
    stage = f"{page.prefix}_stage"
    show_stage(scene, stage, lambda panel, values: settings.adopt({panel: edited_text(shown, scene, panel, values)}))
    st.caption(f"**{example.title}.** {example.note} *Source: {example.source}.*")
    proofs = page.proofs(shown.op, shown.tensor())
    show_around(page.stem if page.lessons else None, shown.op, shown.tensor(), scene, stage, proofs, example)


def pick_example(page: OperatorPage, settings: Settings) -> Example:
    """The select box of named examples; choosing one sets all settings."""
    singles = [example for example in examples_of(page.stem) if example.is_single]
    table = {example.slug: example for example in singles if not page.ops or example.op in page.ops}
    titles = {slug: example.title for slug, example in table.items()}
    return table[settings.example(titles, lambda slug: state_of(table[slug]))]


def state_of(example: Example) -> dict[str, str]:
    """An example as the texts of the settings: input, kernel and parameters."""
    case = example.case
    state = {"input": write_grid(case["input"])}
    kernel = case.get("weight_symbols") or case.get("weight")
    if kernel is not None:
        state["kernel"] = write_grid(kernel)
    return state | {name: encode(value) for name, value in case["params"].items()}


def edited_text(shown: PageState, scene: Scene, panel: str, values: list[Any]) -> str:
    """What was typed into a cell, as the text of its grid's field; cells of the border take no part."""
    drawn = next(one for one in scene["panels"] if one["id"] == panel)
    border = set(drawn.get("ghost", []))
    inside = grid("the edit", [value for cell, value in enumerate(values) if cell not in border])
    if panel == "kernel":
        assert isinstance(shown.op, Convolution | TransposedConvolution)
        shape = torch.tensor(shown.op.weight).shape
    else:
        shape = shown.tensor().shape if shown.tensor().shape[0] > 1 else shown.tensor().shape[1:]
    return write_grid(inside.view(shape).tolist())
