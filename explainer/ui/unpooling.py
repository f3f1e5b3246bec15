"""The story of max unpooling on one page: pool, remember, compute on, put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from explainer.dialects import snippets
from explainer.examples.grids import Channels, read_grid, write_grid
from explainer.examples.table import Example, examples_of
from explainer.nesting import leaves, shape_of
from explainer.operators import MaxPooling, MaxUnpooling, Nested, to_nested
from explainer.proofs import matrix_proof, winners_proof
from explainer.scene.panels import Scene, ghosts, pad_mask
from explainer.scene.pooling import window_pads
from explainer.scene.view import View
from explainer.ui import lecture
from explainer.ui.below import Facts, kept_facts, show_beliefs, show_facts
from explainer.ui.heading import figure_place, toolbar
from explainer.ui.navigation import entry
from explainer.ui.operator_page import cached_scene, edited_text
from explainer.ui.page_record import PageState
from explainer.ui.part import part
from explainer.ui.questions import show_ask_me
from explainer.ui.settings import Settings, encode
from explainer.ui.shelf import Shelf
from explainer.ui.stage import show_stage

PAGE, STAGE = "max_unpooling", "mu_stage"
STORY = (
    "A network that remembers the positions can use them on the way up: the values that come back from deeper layers "
    "are put where the maxima were, and everything else is zero. Edges return to their place; what was thrown away "
    "does not return. The values need not be the maxima: change them under *Numbers*."
)
MAP_SIZE, LEFT_OUT = "the map's size", "left out"


@dataclass(frozen=True)
class Story:
    """What the page tells: a map, how it is pooled, what the network passes on, how large the way back is; the example
    that it began with, and whether it was changed."""

    x: Nested
    pool: MaxPooling
    values: Nested
    indices: Nested
    size: tuple[int, ...] | None
    example: Example
    changed: bool


def show_story() -> None:
    """The story, and what people get wrong."""
    show_case()
    show_beliefs(PAGE)


@part
def show_case() -> None:
    """One line of settings, the whole story on one stage, the pooling by itself, and what is checked below."""
    settings = Settings(entry(PAGE).prefix)
    with figure_place(settings.prefix):
        row = toolbar(settings.prefix)
        with row:
            example = pick(settings)
        story = choose(settings, row, example)
        with row:
            show_ask_me(settings.prefix, "max_unpool2d")
        settings.check_keys((STAGE, f"{settings.prefix}_pool"))
        settings.show_notes()
        if story is None:
            return
        shown = show_unpooling(settings, story) if lecture.shows("unpool") else None
    if shown is not None:
        lecture.end_of_figure()
    if not lecture.is_on():
        st.header("The way down, window by window")
    show_pooling(settings, story)
    lecture.end_of_figure()
    if shown is not None:
        show_checked(story, *shown)


def pick(settings: Settings) -> Example:
    """The select box of examples; choosing one sets everything."""
    table = {example.slug: example for example in examples_of(PAGE)}
    titles = {slug: example.title for slug, example in table.items()}
    return table[settings.example(titles, lambda slug: state_of(table[slug]))]


def choose(settings: Settings, row: DeltaGenerator, example: Example) -> Story | None:
    """The settings' widgets, folded into two popovers of the line above the stages; None where no window fits."""
    state = state_of(example)
    fold = row.popover("Settings", icon=":material/tune:", key=f"hold_settings_{settings.prefix}")
    with row.popover("Numbers", icon=":material/edit:", key=f"hold_numbers_{settings.prefix}"):
        x = choose_map(settings, state)
        with fold:
            pool = choose_pooling(settings, state, x)
        if pool is None:
            return None
        maxima, indices = pooled(pool, x)
        values = choose_values(settings, state, maxima)
    with fold:
        size = choose_size(settings, state, x)
    return Story(x, pool, values, indices, size, example, settings.departed(state))


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


_pooled: Shelf[tuple[Nested, Nested]] = Shelf(256)


def pooled(pool: MaxPooling, x: Nested) -> tuple[Nested, Nested]:
    """The maxima of a map (1, *spatial) and their flat indices, of the pooled map's shape; computed once for all.

    The key is what both print as, as in `below.facts_of`: 0 and -0 are equal, and each keeps its own maxima.
    """

    def found() -> tuple[Nested, Nested]:
        maxima, indices = pool.with_indices(tensor(x)[None])
        return to_nested(maxima[0]), to_nested(indices[0])

    return _pooled.kept((repr(pool), repr(x)), found)


def tensor(x: Nested) -> Tensor:
    """A map in float64."""
    return torch.tensor(x, dtype=torch.float64)


def choose_map(settings: Settings, state: Mapping[str, str]) -> Nested:
    """The map to pool, (1, *spatial)."""
    text = settings.text("map", "The map before pooling", state["map"], height=120)
    (rows,) = settings.parsed("map", text, state["map"], read_map)
    return rows if len(rows) == 1 else (rows,)


@lru_cache(maxsize=256)
def read_map(text: str) -> Channels:
    """A map as (1, rows, columns)."""
    return read_grid(text, 12, 24)


def choose_pooling(settings: Settings, state: Mapping[str, str], x: Nested) -> MaxPooling | None:
    """Window, stride, padding and ceil_mode; only values that fit the map are offered."""
    chosen: dict[str, Any] = {"kernel_size": 1, "stride": 1, "padding": 0, "ceil_mode": False}
    fields = (
        ("kernel_size", "Window k", (2, 1, 3, 4)),
        ("stride", "Stride s", (2, 1, 3, 4)),
        ("padding", "Padding p", (0, 1, 2)),
        ("ceil_mode", "ceil_mode", (False, True)),
    )
    for name, label, options in fields:
        allowed = fitting(name, options, tuple(chosen.items()), shape_of(x))
        if not allowed:
            st.error("No window fits this map; give it more rows or columns.")
            return None
        default = next((value for value in allowed if encode(value) == state[name]), allowed[0])
        chosen[name] = settings.choice(name, label, sorted(allowed), default)
    return MaxPooling(**chosen)


@lru_cache(maxsize=1024)
def fitting(
    name: str, options: tuple[Any, ...], chosen: tuple[tuple[str, Any], ...], size: tuple[int, ...]
) -> list[Any]:
    """Those values of a setting with which torch pools a map of that size; it is asked once for all."""
    return [value for value in options if fits({**dict(chosen), name: value}, torch.zeros(1, *size))]


def fits(parameters: dict[str, Any], x: Tensor) -> bool:
    """Whether torch pools the map with these."""
    try:
        MaxPooling(**parameters)(x)
    except (ValueError, RuntimeError):
        return False
    return True


def show_pooling(settings: Settings, story: Story) -> None:
    """The way down."""
    x, pool = story.x, story.pool
    scene = cached_scene(PageState(pool, x, View(), f"{story.example.title}: pooling"))

    def edited(panel: str, values: list[Any]) -> None:
        size = shape_of(x)[1:]
        pads = window_pads(pool, size, shape_of(story.indices)[1:])
        whole = (1, *(n + a + b for n, (a, b) in zip(size, pads, strict=True)))
        border = set(ghosts(pad_mask(whole, pads)))
        inside = torch.tensor([float(v) for cell, v in enumerate(values) if cell not in border])
        settings.adopt({"map": write_grid(inside.view(size).tolist())})

    show_stage(scene, f"{settings.prefix}_pool", edited)


def choose_values(settings: Settings, state: Mapping[str, str], found: Nested) -> Nested:
    """What the network passes on: the pooled map's shape, any values; empty means the maxima that were `found`."""
    maxima = write_grid(found[0])
    help_ = "In a network these come from deeper layers. Leave the field empty to put the maxima themselves back."
    text = settings.text(
        "values", "The values that come back", state["values"], height=100, placeholder=maxima, help=help_
    )
    (rows,) = settings.parsed("values", text if text.strip() else maxima, maxima, read_map)
    values: Nested = rows if len(rows) == 1 and len(shape_of(found)) == 2 else (rows,)
    if shape_of(values) == shape_of(found):
        return values
    wanted = " × ".join(map(str, shape_of(found)[1:]))
    st.warning(f"The values must have the pooled map's size, {wanted}; the maxima themselves are shown meanwhile.")
    return found


def choose_size(settings: Settings, state: Mapping[str, str], x: Nested) -> tuple[int, ...] | None:
    """The output_size to ask for; None leaves it out."""
    options = list(dict.fromkeys((MAP_SIZE, LEFT_OUT, state["output_size"])))
    asked = settings.choice("output_size", "output_size", options, state["output_size"])
    if asked == LEFT_OUT:
        return None
    return shape_of(x)[1:] if asked == MAP_SIZE else tuple(int(part) for part in asked.split("×"))


def show_unpooling(settings: Settings, story: Story) -> tuple[MaxUnpooling, Scene] | None:
    """The way up; torch's refusal, and None, where it refuses."""
    pool, x, values = story.pool, story.x, story.values
    unpool = MaxUnpooling(story.indices, pool.kernel_size, pool.stride, pool.padding, story.size)
    try:
        size = size_of(unpool, values)
    except ValueError as problem:
        st.error(f"Torch refuses this: {problem}")
        return None
    before = tuple(leaves(x)) if size == shape_of(x)[1:] else None
    view = View(order=story.example.order, pooled_from=before)
    shown = PageState(unpool, values, view, story.example.title)
    scene = cached_scene(shown)
    show_stage(scene, STAGE, lambda panel, typed: settings.adopt({"values": edited_text(shown, scene, panel, typed)}))
    if before is None:
        st.info("The output is not as large as the map was: flat indices now point to other rows and columns.")
    return unpool, scene


@lru_cache(maxsize=256)
def size_of(unpool: MaxUnpooling, values: Nested) -> tuple[int, ...]:
    """The output's spatial size; torch is asked once for all.

    Raises:
        ValueError: torch refuses.
    """
    return tuple(unpool(tensor(values)[None]).shape[2:])


def show_checked(story: Story, unpool: MaxUnpooling, scene: Scene) -> None:
    """The story in words, the proofs, both sizes, code and files."""
    case = (story.pool, story.x, unpool, story.values)
    told = kept_facts((PAGE, *map(repr, case)), lambda: find_facts(story, unpool))
    show_facts(STORY, story.example, story.changed, told, scene, STAGE)


def find_facts(story: Story, unpool: MaxUnpooling) -> Facts:
    """What is said about a case, computed now."""
    pool, x, values = story.pool, tensor(story.x), tensor(story.values)
    return Facts(
        (winners_proof(pool, x), matrix_proof(unpool, values)),
        (*pool.size_formula(tuple(x.shape[1:])), *unpool.size_formula(tuple(values.shape[1:]))),
        unpool.story(pool, x, values),
        snippets(unpool, values),
    )
