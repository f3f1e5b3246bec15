"""One flow for every operator page: example, settings, stage, and around it all that makes it checkable.

A page is a record: which operator, which of torch's parameters may be changed to what, and the words. Options that
torch would refuse with the other settings are not offered; torch itself is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from explainer.cases import grid, tuple_of
from explainer.examples import Example, examples_of
from explainer.grids import read_grid, read_letters, write_grid
from explainer.kernels import KERNELS
from explainer.operators import Convolution, Operator, TransposedConvolution
from explainer.stage.panels import Scene
from explainer.stage.scenes import View, scene_of
from explainer.symbols import Symbols
from explainer.ui.around import show_around
from explainer.ui.settings import Settings
from explainer.ui.stage import show_stage

#: More output pixels than this are no picture any more, and too much for a phone.
MOST_PIXELS = 1200


@dataclass(frozen=True)
class Field:
    """One parameter the visitor may change.

    Attributes:
        name: torch's name of the parameter.
        options: values offered; those that torch refuses with the other settings are left out.
        pairs: further values, (rows, columns), offered for 2D maps.
        neutral: the value that rules out least, taken for later fields while earlier ones are chosen.
    """

    name: str
    label: str
    options: tuple[Any, ...]
    neutral: Any
    pairs: tuple[Any, ...] = ()
    help: str | None = None


@dataclass(frozen=True)
class OperatorPage:
    """What differs between operator pages.

    Attributes:
        stem: the page's file name without .py; picks its examples and lessons.
        prefix: start of its keys in the URL.
        make: builds the operator from the chosen parameters (with `weight` where there is a kernel).
        ops: names of the cases that count as its examples (all of the page's if empty).
        channels: how many channels an input may have.
        readings: offer the second reading (zeros inserted).
        transpose: draw Cᵀ beside C.
        lessons: list the page's misunderstandings below.
    """

    stem: str
    prefix: str
    make: Callable[..., Operator]
    fields: tuple[Field, ...]
    kernel: bool = False
    ops: tuple[str, ...] = ()
    channels: int = 1
    readings: bool = False
    transpose: bool = False
    lessons: bool = True
    proofs: Callable[[Operator, Tensor], list[Any]] = field(default=lambda op, x: [])


@dataclass(frozen=True)
class Shown:
    """What an operator page shows at the moment: hashable, so that scenes can be kept."""

    op: Operator
    input: tuple[Any, ...]
    view: View
    name: str

    def tensor(self) -> Tensor:
        """The input (C, *spatial), float64."""
        return torch.tensor(self.input, dtype=torch.float64)


@lru_cache(maxsize=256)
def cached_scene(shown: Shown) -> Scene:
    """The scene; many visitors look at the same example. Not to be changed by the caller."""
    return {**scene_of(shown.op, shown.tensor(), shown.view), "name": shown.name}


def show_page(page: OperatorPage) -> None:
    """Settings, stage and everything around it."""
    settings = Settings(page.prefix)
    example = pick_example(page, settings)
    state = state_of(example)
    with st.container(border=True):
        shown = choose(page, settings, example, state)
    settings.show_notes()
    if shown is None:
        return
    scene = cached_scene(shown)
    stage = f"{page.prefix}_stage"
    show_stage(scene, stage, lambda panel, values: settings.adopt({panel: edited_text(shown, scene, panel, values)}))
    proofs = page.proofs(shown.op, shown.tensor())
    show_around(page.stem if page.lessons else None, shown.op, shown.tensor(), scene, stage, proofs, example)


def pick_example(page: OperatorPage, settings: Settings) -> Example:
    """The select box of named examples; choosing one sets all settings."""
    singles = [example for example in examples_of(page.stem) if example.is_single]
    table = {example.slug: example for example in singles if not page.ops or example.op in page.ops}
    titles = {slug: example.title for slug, example in table.items()}
    example = table[settings.example(titles, lambda slug: state_of(table[slug]))]
    st.caption(f"{example.note} *Source: {example.source}.*")
    return example


def state_of(example: Example) -> dict[str, str]:
    """An example as the texts of the settings: input, kernel and parameters."""
    from explainer.ui.settings import encode

    case = example.case
    state = {"input": write_grid(case["input"])}
    kernel = case.get("weight_symbols") or case.get("weight")
    if kernel is not None:
        state["kernel"] = write_grid(kernel)
    return state | {name: encode(value) for name, value in case["params"].items()}


def choose(page: OperatorPage, settings: Settings, example: Example, state: Mapping[str, str]) -> Shown | None:
    """The settings' widgets, and the operator and input they add up to; None where nothing fits."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    choices = row.container(horizontal=True, vertical_alignment="bottom")
    with row.popover("Numbers", icon=":material/edit:"):
        x, inputs = choose_grid(settings, "input", "Input", state["input"], page.channels)
        kernel, taps = choose_kernel(settings, state) if page.kernel else (x, None)
    flat = x.shape[1] == 1 and kernel.shape[1] == 1 and page.channels == 1
    x, weight = (x[:, 0], tuple_of(kernel[0, 0].tolist())) if flat else (x, tuple_of(kernel[0].tolist()))
    symbols = Symbols(inputs, taps) if inputs and taps else None
    if bool(inputs) != bool(taps) and page.kernel:
        st.error("Letters need letters in both fields: one for each input pixel and one for each tap of the kernel.")
        return None
    try:
        op = choose_operator(page, settings, choices, example, weight if page.kernel else None, x)
    except ValueError as problem:
        st.error(f"Torch refuses this: {problem}")
        return None
    view = choose_view(page, settings, example, symbols)
    return Shown(op, tuple_of(x.tolist()), view, example.title)


def choose_grid(
    settings: Settings, name: str, label: str, default: str, channels: int = 1
) -> tuple[Tensor, tuple[str, ...] | None]:
    """A text area for a grid: the numbers as (C, rows, columns), and the letters if there are letters in it."""
    text = settings.text(
        name, label, default, height=120, help="One row a line; spaces between numbers. One row makes a 1D map."
    )
    letters = read_letters(text) if channels == 1 else None
    if letters:
        # The letters need some numbers behind them, for the proofs and the code: 1, 2, 3, ...
        return torch.arange(1, len(letters) + 1, dtype=torch.float64)[None, None], letters
    cells = settings.parsed(name, text, default, lambda given: read_grid(given, 16, 32, channels))
    return torch.tensor(cells, dtype=torch.float64), None


def choose_kernel(settings: Settings, state: Mapping[str, str]) -> tuple[Tensor, tuple[str, ...] | None]:
    """The kernel's text area with its fillers: (1, rows, columns), and letters if there are letters in it."""
    default = state["kernel"]
    values, letters = choose_grid(settings, "kernel", "Kernel", default)
    st.caption("Fill the kernel with")
    with st.container(horizontal=True):
        for name in KERNELS:
            st.button(name, key=settings.key(f"fill_{name}"), on_click=fill, args=(settings, name, default))
    return values, letters


def fill(settings: Settings, name: str, default: str) -> None:
    """Put a named kernel of the present size into the kernel's field."""
    text = st.session_state.get(settings.key("kernel")) or default
    try:
        rows = read_grid(text, 16, 32)[0]
    except ValueError:
        rows = read_grid("0 0 0")[0]
    dims = 1 if len(rows) == 1 else 2
    settings.adopt({"kernel": write_grid(KERNELS[name](len(rows[0]), dims))})


def choose_operator(
    page: OperatorPage, settings: Settings, row: Any, example: Example, weight: Any, x: Tensor
) -> Operator:
    """One select box for each field, offering what torch accepts together with the fields before it."""
    fixed = {} if weight is None else {"weight": weight}
    chosen = {one.name: one.neutral for one in page.fields}
    for one in page.fields:
        default = tuple_of(example.case["params"].get(one.name, one.options[0]))
        candidates = list(dict.fromkeys((*one.options, *(one.pairs if x.ndim == 3 else ()), default)))
        allowed = [value for value in candidates if accepts(page, {**fixed, **chosen, one.name: value}, x)]
        if not allowed:
            page.make(**fixed, **{**chosen, one.name: default})(x[None])
            raise ValueError("the output would have too many pixels for a picture; make the input smaller.")
        with row:
            chosen[one.name] = settings.choice(one.name, one.label, allowed, default, help=one.help, width=116)
    op = page.make(**fixed, **chosen)
    op(x[None])
    return op


def accepts(page: OperatorPage, parameters: dict[str, Any], x: Tensor) -> bool:
    """Whether torch computes this, and the picture stays small enough."""
    try:
        return page.make(**parameters)(x[None]).numel() <= MOST_PIXELS
    except (ValueError, RuntimeError):
        return False


def choose_view(page: OperatorPage, settings: Settings, example: Example, symbols: Symbols | None) -> View:
    """Which parts the picture has."""
    with st.container(horizontal=True):
        matrix = settings.flag("matrix", "Matrix", True, help="The same step as a row or a column of a matrix.")
        # In letters the second reading would have to invent letters for the zeros.
        readings = page.readings and settings.flag(
            "readings",
            "Second reading",
            True,
            help="Zeros inserted, then an ordinary convolution. Shown for numbers.",
            disabled=symbols is not None,
        )
    shown = View(matrix=matrix, order=example.order, symbols=symbols)
    return replace(shown, transpose=page.transpose and matrix, readings=readings and not symbols)


def edited_text(shown: Shown, scene: Scene, panel: str, values: list[Any]) -> str:
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
