"""The widgets of an operator page: grids of numbers, a kernel, and torch's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from explainer.examples.grids import LETTER, Channels, number, read_grid, read_kernels, read_letters, write_grid
from explainer.examples.table import Example
from explainer.nesting import leaves, shape_of, tuples_of
from explainer.operators import Operator
from explainer.operators.kernels import KERNELS
from explainer.scene.letters import Symbols
from explainer.scene.view import View
from explainer.ui.page_record import MOST_PIXELS, Field, OperatorPage, PageState
from explainer.ui.settings import Settings
from explainer.ui.shelf import Shelf

HELP = (
    "One row a line; spaces between numbers. One row makes a 1D map. What torch, numpy, TensorFlow or a spreadsheet "
    "prints can be pasted as it is."
)
LETTERS = " Letters are worked out too: a b c."


def choose(
    page: OperatorPage, settings: Settings, row: DeltaGenerator, example: Example, state: Mapping[str, str]
) -> PageState | None:
    """The settings' widgets, and the operator and input they add up to; None where nothing fits.

    `row` is the one line above the stage; everything folds into its popovers.
    """
    parameters = row.popover("Settings", icon=":material/tune:", key=f"hold_settings_{page.prefix}")
    numbers = row.popover("Numbers", icon=":material/edit:", key=f"hold_numbers_{page.prefix}")
    with numbers:
        x, weight, symbols = choose_numbers(page, settings, state)
    try:
        with parameters:
            op, told = choose_operator(page, settings, example, weight, shape_of(x))
    except ValueError as problem:
        st.error(f"Torch refuses this: {problem}")
        return None
    if told and "settings" not in settings.locks.hidden:
        row.markdown(told, width="content")
    return PageState(op, x, view_of(page, settings, example, symbols), example.title)


def choose_numbers(page: OperatorPage, settings: Settings, state: Mapping[str, str]) -> tuple[Any, Any, Symbols | None]:
    """The text areas for input and kernel: (C, *spatial), the weight or None, and letters if there are any.

    Nested tuples, not tensors: what torch makes of them is on a shelf already when somebody has asked before.
    """
    lettered = page.kernel and page.channels == 1
    x, inputs = choose_grid(settings, "input", "Input", state["input"], page.channels, letters=lettered)
    if not page.kernel:
        return (tuple(plane[0] for plane in x) if len(x[0]) == 1 and page.channels == 1 else x), None, None
    if not lettered:
        return x, choose_kernels(settings, state), None
    (kernel,), taps = choose_kernel(settings, state)
    symbols = Symbols(inputs or words_of(x), taps or words_of(kernel)) if inputs or taps else None
    if len(x[0]) == len(kernel) == 1:  # one row each: a 1D map
        return (x[0][0],), kernel[0], symbols
    return x, kernel, symbols


def choose_grid(
    settings: Settings, name: str, label: str, default: str, channels: int = 1, letters: bool = True
) -> tuple[Channels, tuple[str, ...] | None]:
    """A text area for a grid: the numbers as (C, rows, columns), and the letters if there are letters in it."""
    text = settings.text(name, label, default, height=120, help=HELP + (LETTERS if letters else ""))
    cells: tuple[Channels, tuple[str, ...] | None] = settings.parsed(
        name, text, default, lambda given: read_cells(given, channels, letters)
    )
    return cells


@lru_cache(maxsize=256)
def read_cells(text: str, channels: int = 1, letters: bool = True) -> tuple[Channels, tuple[str, ...] | None]:
    """A grid as (C, rows, columns), and the letters if there are letters in it."""
    lettered = read_letters(text) if channels == 1 and letters else None
    if lettered:
        # The letters need some numbers behind them, for the proofs and the code: 1, 2, 3, ...
        (rows, columns), words = lettered
        values = [float(at) if LETTER.fullmatch(word) else number(word) for at, word in enumerate(words, 1)]
        return (tuple(tuple(values[row * columns : (row + 1) * columns]) for row in range(rows)),), words
    return read_grid(text, 16, 32, channels), None


def words_of(values: Any) -> tuple[str, ...]:
    """Numbers as words, to stand among letters."""
    return tuple(f"{value:g}" for value in leaves(values))


def choose_kernel(settings: Settings, state: Mapping[str, str]) -> tuple[Channels, tuple[str, ...] | None]:
    """The kernel's text area with its fillers: (1, rows, columns), and letters if there are letters in it."""
    default = state["kernel"]
    values, letters = choose_grid(settings, "kernel", "Kernel", default)
    st.pills("Fill the kernel with", list(KERNELS), key=settings.key("fill"), on_change=fill, args=(settings, default),
             disabled=settings.locks.holds("numbers"))  # fmt: skip
    return values, letters


def choose_kernels(settings: Settings, state: Mapping[str, str]) -> tuple[Channels, ...]:
    """The text area for a kernel with channels, (A, B, rows, columns)."""
    help_ = "An empty line (or |) between the grids of the second axis, --- (or ||) between those of the first."
    text = settings.text("kernel", "Kernel, both channel axes", state["kernel"], height=200, help=help_)
    found: tuple[Channels, ...] = settings.parsed("kernel", text, state["kernel"], kernels_of)
    return found


@lru_cache(maxsize=256)
def kernels_of(text: str) -> tuple[Channels, ...]:
    """A kernel with both channel axes as (A, B, rows, columns)."""
    return read_kernels(text, 8, 8, 36)


def fill(settings: Settings, default: str) -> None:
    """Put the named kernel that was chosen, of the present size, into the kernel's field."""
    name = st.session_state[settings.key("fill")]
    st.session_state[settings.key("fill")] = None  # It is a press: the same kernel may be wanted again.
    text = st.session_state.get(settings.key("kernel")) or default
    try:
        rows = read_grid(text, 16, 32)[0]
    except ValueError:
        rows = read_grid("0 0 0")[0]
    dims = 1 if len(rows) == 1 else 2
    settings.adopt({"kernel": write_grid(KERNELS[name](len(rows[0]), dims))})


def choose_operator(
    page: OperatorPage, settings: Settings, example: Example, weight: Any, shape: tuple[int, ...]
) -> tuple[Operator, str]:
    """One select box for each field, offering what torch accepts together with the fields before it; the operator that
    they make, and their values in a few letters."""
    fixed = {} if weight is None else {"weight": weight}
    params = page.params_of(example.op, example.case["params"])
    chosen = {one.name: one.neutral for one in page.fields}
    for one in page.fields:
        default = tuples_of(params.get(one.name, one.options[0]))
        candidates = list(dict.fromkeys((*one.options, *(one.pairs if len(shape) == 3 else ()), default)))
        allowed = fitting(page, {**fixed, **chosen}, one, candidates, shape)
        if not allowed:
            page.make(**fixed, **{**chosen, one.name: default})(sample(shape))
            raise ValueError("the output would have too many pixels for a picture; make the input smaller.")
        if len(allowed) == 1 and page.picks:  # of no use to the operator that was picked
            chosen[one.name] = allowed[0]
        else:
            chosen[one.name] = settings.choice(one.name, one.label, allowed, default, help=one.help)
    op = made(page, {**fixed, **chosen}, shape)
    return op, " · ".join(
        one.short(chosen[one.name]) for one in page.fields if is_told(page, op, one, chosen[one.name])
    )


def is_told(page: OperatorPage, op: Operator, one: Field, value: Any) -> bool:
    """Whether a field's value says something about the operator: it is none, or another field overruled it."""
    if value is None or (page.picks and value is one.neutral):
        return False
    return bool(getattr(op, one.name, value) == value)


_made: Shelf[Operator] = Shelf(1024)
_fitting: Shelf[list[bool]] = Shelf(1024)


def sample(shape: tuple[int, ...]) -> Tensor:
    """A batch of one input (1, C, *spatial): what torch accepts depends on sizes only."""
    return torch.zeros(1, *shape, dtype=torch.float64)


def made(page: OperatorPage, parameters: dict[str, Any], shape: tuple[int, ...]) -> Operator:
    """The operator with these parameters, which torch accepts with inputs (C, *spatial) of a shape: asked once for all.

    Raises:
        ValueError: torch refuses.
    """

    def accepted() -> Operator:
        op = page.make(**parameters)
        op(sample(shape))
        return op

    return _made.kept((page.prefix, repr(parameters), shape), accepted)


def fitting(
    page: OperatorPage, parameters: dict[str, Any], field: Field, candidates: Sequence[Any], shape: tuple[int, ...]
) -> list[Any]:
    """Those values of a field that torch accepts with these parameters and this shape; it is asked once for all."""
    fits = _fitting.kept(
        (page.prefix, field.name, repr(parameters), repr(candidates), shape),
        lambda: [possible(page, {**parameters, field.name: value}, field, shape) for value in candidates],
    )
    return [value for value, accepted in zip(candidates, fits, strict=True) if accepted]


def possible(page: OperatorPage, parameters: dict[str, Any], chosen: Field, shape: tuple[int, ...]) -> bool:
    """Whether torch accepts a value of one field, with some choice of the free fields that come later."""
    later = page.fields[page.fields.index(chosen) + 1 :]
    free = next((one for one in later if one.free), None)
    if free is None:
        return accepts(page, parameters, shape)
    return any(accepts(page, {**parameters, free.name: value}, shape) for value in free.options)


def accepts(page: OperatorPage, parameters: dict[str, Any], shape: tuple[int, ...]) -> bool:
    """Whether torch computes this, and the picture stays small enough."""
    try:
        return page.make(**parameters)(sample(shape)).numel() <= MOST_PIXELS
    except (ValueError, RuntimeError):
        return False


def view_of(page: OperatorPage, settings: Settings, example: Example, symbols: Symbols | None) -> View:
    """All that the operator can be seen as; which of it is on the screen, the stage's own buttons choose."""
    return View(
        transpose=page.transpose,
        # In letters the second reading would have to invent letters for the zeros.
        readings=page.readings and symbols is None,
        order=example.order,
        editable=not settings.locks.holds("numbers"),
        symbols=symbols,
    )
