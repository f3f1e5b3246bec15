"""The page of stacks: which layers, for which input; the picture, the verdict, every layer in numbers."""

from __future__ import annotations

import contextlib
from functools import lru_cache

import pyarrow as pa
import streamlit as st
from torch import nn

from explainer.experiments.drawings import as_image, inline
from explainer.experiments.programs.measured import Measured, measured
from explainer.experiments.stacks.drawing import draw_stack
from explainer.experiments.stacks.measuring import Row, first
from explainer.experiments.stacks.modules import Layer
from explainer.experiments.stacks.presets import PRESETS
from explainer.quantities import count, memory, short
from explainer.ui.crowd import leave
from explainer.ui.escaping import escaped, without_code
from explainer.ui.heading import toolbar
from explainer.ui.lecture import end_of_figure
from explainer.ui.navigation import entry
from explainer.ui.part import part
from explainer.ui.settings import Settings
from explainer.ui.stack_files import show_stack_files
from explainer.ui.theme import theme

SIDES = (1, 4, 8, 16, 32, 64, 65, 96, 128, 129, 224, 225, 256, 257, 320, 388, 480, 500, 512, 513, 572, 640, 1024)
HELP = (
    "A class with its `forward` (and the classes and functions that it uses), an `nn.Sequential(...)`, what "
    "`print(model)` shows of one, or one layer a line. The text is read, never run. Besides torch's layers: "
    "`Save(name)`, `Load(name)` for a branch, `Add(name, crop=, score=)`, `Cat(name, crop=)` and `Mul(name)` for what "
    "meets again, `Crop(offset)` for cutting to the input's size."
)


def choose(settings: Settings) -> tuple[str, str, int]:
    """The stack's text, the example's own, and the input's side."""
    titles = {slug: preset.name for slug, preset in PRESETS.items()}
    with toolbar(settings.prefix, labeled=True):
        slug = settings.example(titles, state_of)
        preset = PRESETS[slug]
        side = settings.choice("side", "Input side", SIDES, preset.side, width=150)
        with st.popover("Layers", icon=":material/edit:", width="content"):
            text = settings.text("layers", "Layers", preset.text, height=420, width=560, help=HELP)
    settings.show_notes()
    return text, preset.text, side


def state_of(slug: str) -> dict[str, str]:
    """A preset as the texts of the settings."""
    return {"layers": PRESETS[slug].text, "side": str(PRESETS[slug].side)}


@lru_cache(maxsize=256)
def found(text: str, side: int) -> Measured:
    """A stack, measured as far as it goes. Not to be changed by the caller. Raises ValueError as `measured` does."""
    leave()  # a deep stack takes half a second
    return measured(text, side)


@lru_cache(maxsize=64)
def drawn(text: str, side: int, theme: str) -> str:
    """The picture of a stack, as HTML."""
    rows = found(text, side).rows
    alt = f"{len(rows) - 1} layers from {rows[0].shape[1]} pixels a side to {rows[-1].shape[1]}"
    return as_image(inline(draw_stack(rows, theme)), alt, least=760)


@part
def show_stack(prefix: str) -> None:
    """The settings, the picture and everything below it."""
    text, instead, side = choose(Settings(prefix))
    shown = readable(text, instead, side)
    if shown is None:
        return
    text, stack = shown
    layers, rows = stack.layers, stack.rows
    st.html(drawn(text, side, theme()))
    st.markdown(f"{stack.said} {note_of(text)}")
    end_of_figure()
    show_rows(stack, table_of(text, side))
    st.header("Take away", anchor=False)
    show_stack_files(layers, rows)


def readable(text: str, instead: str, side: int) -> tuple[str, Measured] | None:
    """The layers to show and their measures: the visitor's, as far as they go, or the example's own; with what is
    wrong.
    """
    try:
        stack = found(text, side)
        if stack.fault:
            complain(stack.fault, "The layers up to there are shown.")
        return text, stack
    except ValueError as problem:
        fault = str(problem)
    if text != instead:
        with contextlib.suppress(ValueError):  # the example may not fit the side that was chosen, either
            stack = found(instead, side)
            complain(fault, "Until then the example's own layers are shown.")
            return instead, stack
    complain(fault)
    return None


def complain(fault: str, instead: str = "") -> None:
    """What is wrong with the visitor's layers, and what is shown instead."""
    said = escaped(without_code(fault.rstrip(".")))
    st.error(f"{said}. {instead}".rstrip(), icon=":material/error:")


def note_of(text: str) -> str:
    """What to notice about a published network, if it is one."""
    return next((preset.note for preset in PRESETS.values() if preset.text == text), "")


def totals_text(rows: list[Row]) -> str:
    """What the whole stack costs for one input, as a table."""
    widest = max(rows, key=lambda row: row.field.size)
    totals = {
        "Parameters": count(sum(row.parameters for row in rows)),
        "Multiply-adds": count(sum(row.multiply_adds for row in rows)),
        "All maps (float32)": memory(sum(row.size for row in rows)),
        "Receptive field": f"{short(float(widest.field.size))} px",
    }
    titles, values = " | ".join(totals), " | ".join(f"**{total}**" for total in totals.values())
    return f"| {titles} |\n|{'---|' * len(totals)}\n| {values} |"


@lru_cache(maxsize=256)
def table_of(text: str, side: int) -> pa.Table:
    """Every layer in numbers and words, as Streamlit sends it."""
    table = [
        {
            "Layer": "input" if number == 0 else row.text,
            "Channels": row.shape[0],
            "Size": f"{row.shape[1]} × {row.shape[2]}",
            "Receptive field": float(row.field.size),
            "Jump": float(row.field.jump),
            "Start": float(row.field.start),
            "Parameters": row.parameters,
            "Multiply-adds": row.multiply_adds,
            "Memory": memory(row.size),
        }
        for number, row in enumerate(found(text, side).rows)
    ]
    return pa.Table.from_pylist(table)


def show_rows(stack: Measured, table: pa.Table) -> None:
    """The stack and every layer in numbers; a chosen layer leads to its operator's page."""
    st.markdown(
        f"{totals_text(stack.rows)}\n\n## Layer by layer\n\n"
        ":small[Receptive field, jump (input pixels from one pixel of the map to the next) and start (the middle of "
        "the first one) in input pixels, along one axis. Choose a row to open that layer on its operator's page.]"
    )
    event = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row", key="sh_rows", height=420
    )
    chosen = event.selection.rows
    if chosen and 0 < chosen[0] <= len(stack.layers):
        show_link(stack.layers[chosen[0] - 1])


PAGES_OF = {nn.Conv2d: "strided_convolution", nn.ConvTranspose2d: "transposed_convolution"}


def show_link(layer: Layer) -> None:
    """The way to the operator's page, in the layer's state where that page can show it."""
    stem = next((page for kind, page in PAGES_OF.items() if isinstance(layer.module, kind)), None)
    if stem is None:
        st.info(f"`{layer.text}` has no convolution to step through.", icon=":material/info:")
        return
    target, module = entry(stem), layer.module
    assert isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    k = first(module.kernel_size)
    if k > 5 or isinstance(module.padding, str):
        st.info(f"A kernel of {k} × {k} is too large to step through there.", icon=":material/info:")
        return
    rows = "\n".join(" ".join(str(k * y + x + 1) for x in range(k)) for y in range(k))
    chosen = {"kernel": rows, "stride": first(module.stride), "padding": first(module.padding)}
    parameters = {f"{target.prefix}_{name}": str(value) for name, value in chosen.items()}
    label = f"Open `{layer.text}` as one channel, with a kernel that counts"
    st.page_link(target.path, label=label, icon=f":material/{target.icon}:", query_params=parameters)
