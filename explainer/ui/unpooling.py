"""The story of max unpooling on one page: two stages, and the field where the network computes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from explainer.examples.grids import read_grid, write_grid
from explainer.examples.table import Example, examples_of
from explainer.nesting import tuples_of
from explainer.operators import MaxPooling, MaxUnpooling
from explainer.proofs import matrix_proof, winners_proof
from explainer.scene.panels import ghosts, pad_mask
from explainer.scene.pooling import window_pads
from explainer.scene.view import View
from explainer.ui.below import show_beliefs, show_proofs, show_tabs
from explainer.ui.operator_page import cached_scene
from explainer.ui.page_record import PageState
from explainer.ui.settings import Settings, encode
from explainer.ui.stage import show_stage

PAGE = "max_unpooling"
MAP_SIZE, LEFT_OUT = "the map's size", "left out"


def show_story() -> None:
    """Example, settings, pooling, the values passed on, unpooling."""
    settings = Settings("mu")
    example = pick(settings)
    state = state_of(example)
    st.subheader("1. Pool, and remember where the maxima stood")
    with st.container(border=True):
        x = choose_map(settings, state)
        pool = choose_pooling(settings, state, x)
    settings.show_notes()
    if pool is None:
        return
    show_pooling(settings, pool, x, example)
    st.subheader("2. Compute on, then put back")
    pooled, indices = pool.with_indices(x[None])
    with st.container(border=True):
        values = choose_values(settings, state, pooled[0])
        size = choose_size(settings, state, x)
    settings.show_notes()
    show_unpooling(pool, x, values, tuples_of(indices[0].tolist()), size, example)


def pick(settings: Settings) -> Example:
    """The select box of examples; choosing one sets everything."""
    table = {example.slug: example for example in examples_of(PAGE)}
    titles = {slug: example.title for slug, example in table.items()}
    example = table[settings.example(titles, lambda slug: state_of(table[slug]))]
    st.caption(f"{example.note} *Source: {example.source}.*")
    return example


def state_of(example: Example) -> dict[str, str]:
    """An example as the texts of this page's settings."""
    case: Mapping[str, Any] = example.case
    params = dict(case["params"])
    size, map_ = params.pop("output_size", None), case.get("map", case["input"])
    own_size = [len(map_)] if not isinstance(map_[0], list) else [len(map_), len(map_[0])]
    asked = MAP_SIZE if size in (None, own_size) else encode(size)
    pooled = not example.op.startswith("max_unpool")
    return {
        "map": write_grid(map_),
        "values": "" if pooled else write_grid(case["input"]),
        "kernel_size": encode(params.get("kernel_size", 2)),
        "stride": encode(params.get("stride", params.get("kernel_size", 2))),
        "padding": encode(params.get("padding", 0)),
        "ceil_mode": encode(bool(params.get("ceil_mode", False))),
        "output_size": asked,
    }


def choose_map(settings: Settings, state: Mapping[str, str]) -> Tensor:
    """The map to pool, (1, *spatial)."""
    text = settings.text("map", "The map before pooling", state["map"], height=120)
    rows = settings.parsed("map", text, state["map"], lambda given: read_grid(given, 12, 24))
    x = torch.tensor(rows, dtype=torch.float64)
    return x[:, 0] if x.shape[1] == 1 else x


def choose_pooling(settings: Settings, state: Mapping[str, str], x: Tensor) -> MaxPooling | None:
    """Window, stride, padding and ceil_mode; only values that fit the map are offered."""
    chosen: dict[str, Any] = {"kernel_size": 1, "stride": 1, "padding": 0, "ceil_mode": False}
    fields = (
        ("kernel_size", "Window k", (2, 1, 3, 4)),
        ("stride", "Stride s", (2, 1, 3, 4)),
        ("padding", "Padding p", (0, 1, 2)),
        ("ceil_mode", "ceil_mode", (False, True)),
    )
    for column, (name, label, options) in zip(st.columns(len(fields)), fields, strict=True):
        allowed = [value for value in options if fits({**chosen, name: value}, x)]
        if not allowed:
            st.error("No window fits this map; give it more rows or columns.")
            return None
        default = next((value for value in allowed if encode(value) == state[name]), allowed[0])
        with column:
            chosen[name] = settings.choice(name, label, sorted(allowed), default)
    return MaxPooling(**chosen)


def fits(parameters: dict[str, Any], x: Tensor) -> bool:
    """Whether torch pools the map with these."""
    try:
        MaxPooling(**parameters).with_indices(x[None])
    except (ValueError, RuntimeError):
        return False
    return True


def show_pooling(settings: Settings, pool: MaxPooling, x: Tensor, example: Example) -> None:
    """The first stage."""
    shown = PageState(pool, tuples_of(x.tolist()), View(), f"{example.title}: pooling")
    scene = cached_scene(shown)

    def edited(panel: str, values: list[Any]) -> None:
        size = tuple(pool(x[None]).shape[2:])
        pads = window_pads(pool, tuple(x.shape[1:]), size)
        whole = (1, *(n + a + b for n, (a, b) in zip(x.shape[1:], pads, strict=True)))
        border = set(ghosts(pad_mask(whole, pads)))
        inside = torch.tensor([float(v) for cell, v in enumerate(values) if cell not in border])
        settings.adopt({"map": write_grid(inside.view(x.shape[1:]).tolist())})

    show_stage(scene, "mu_pool", edited)
    for line in pool.size_formula(tuple(x.shape[1:])):
        st.latex(line)
    show_proofs([winners_proof(pool, x)])


def choose_values(settings: Settings, state: Mapping[str, str], pooled: Tensor) -> Tensor:
    """What the network passes on: the pooled map's shape, any values; empty means the maxima themselves."""
    maxima = write_grid(pooled[0].tolist())
    help_ = "In a network these come from deeper layers. Leave the field empty to put the maxima themselves back."
    text = settings.text(
        "values", "The values that come back", state["values"], height=100, placeholder=maxima, help=help_
    )
    rows = settings.parsed("values", text if text.strip() else maxima, maxima, lambda given: read_grid(given, 12, 24))
    values = torch.tensor(rows, dtype=torch.float64)
    values = values[:, 0] if values.shape[1] == 1 and pooled.ndim == 2 else values
    if values.shape == pooled.shape:
        return values
    wanted = " × ".join(map(str, pooled.shape[1:]))
    st.warning(f"The values must have the pooled map's size, {wanted}; the maxima themselves are shown meanwhile.")
    return pooled


def choose_size(settings: Settings, state: Mapping[str, str], x: Tensor) -> tuple[int, ...] | None:
    """The output_size to ask for; None leaves it out."""
    options = list(dict.fromkeys((MAP_SIZE, LEFT_OUT, state["output_size"])))
    asked = settings.choice("output_size", "output_size", options, state["output_size"])
    if asked == LEFT_OUT:
        return None
    return tuple(x.shape[1:]) if asked == MAP_SIZE else tuple(int(part) for part in asked.split("×"))


def show_unpooling(
    pool: MaxPooling, x: Tensor, values: Tensor, indices: Any, size: tuple[int, ...] | None, example: Example
) -> None:
    """The second stage, or torch's refusal."""
    unpool = MaxUnpooling(indices, pool.kernel_size, pool.stride, pool.padding, size)
    try:
        output = unpool(values[None])
    except ValueError as problem:
        st.error(f"Torch refuses this: {problem}")
        return
    before = tuple(x.flatten().tolist()) if output.shape[2:] == x.shape[1:] else None
    view = View(order=example.order, pooled_from=before)
    scene = cached_scene(PageState(unpool, tuples_of(values.tolist()), view, example.title))
    show_stage(scene, "mu_stage")
    if before is None:
        st.info("The output is not as large as the map was: flat indices now point to other rows and columns.")
    show_proofs([matrix_proof(unpool, values)])
    for line in unpool.size_formula(tuple(values.shape[1:])):
        st.latex(line)
    show_beliefs(PAGE)
    show_tabs(scene, "mu_stage", unpool.story(pool, x, values), example.note)
