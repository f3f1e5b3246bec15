"""Why a transposed convolution's size is ambiguous: several input sizes share one output size. All asked of torch."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st
import torch

from explainer import geometry
from explainer.examples.table import Example, examples_of
from explainer.operators import Convolution, TransposedConvolution
from explainer.operators.kernels import ones
from explainer.ui.charts import show_rows
from explainer.ui.part import part
from explainer.ui.settings import Settings


@part
def show_sizes() -> None:
    """A table: input size, down with a convolution, up again with each output_padding."""
    settings = Settings("sz")
    st.header("Down and up again: which size comes back?")
    st.markdown(
        "A strided convolution forgets how many pixels it left over at the end, so **several input sizes share one "
        "output size**. The transposed convolution returns the smallest of them; `output_padding` asks for a larger "
        "one. (`nn.ConvTranspose2d` works it out if you pass it `output_size`.)"
    )
    show_published(settings)
    with st.container(horizontal=True):
        k = settings.choice("k", "Kernel k", (1, 2, 3, 4, 5, 7), 3, width=116)
        s = settings.choice("s", "Stride s", (1, 2, 3, 4), 2, width=116)
        p = settings.choice("p", "Padding p", tuple(range(k)), min(1, k - 1), width=116)
        first = settings.choice("from", "Sizes from", (4, 6, 10, 14, 30), 4, width=116)
    settings.show_notes()
    show_rows(round_trips(k, s, p, first), "Sizes that come back from a round trip")
    o = geometry.convolution_size(max(first, k) + 2, k, s, p)
    rivals = geometry.rival_input_sizes(o, k, s, p)
    st.markdown(f"Input sizes that all give **{o}**: {', '.join(f'**{size}**' for size in rivals)}.")


def show_published(settings: Settings) -> None:
    """Published questions of sizes to choose from; the chosen one's note, as long as the settings are its own."""
    table = {one.title: one for one in examples_of("sizes") if "kernel" in one.case["params"]}
    key = settings.key("asked")

    def chosen() -> None:
        if st.session_state[key]:
            settings.adopt(state_of(table[st.session_state[key]]))

    asked = table.get(st.session_state.get(key, ""))
    if asked and any(st.session_state.get(settings.key(name)) != text for name, text in state_of(asked).items()):
        st.session_state[key] = None
    found = st.pills("Published questions", list(table), key=key, on_change=chosen)
    if found:
        st.caption(f"{table[found].note} *Source: {table[found].source}.*")


def state_of(example: Example) -> dict[str, str]:
    """A published question as the texts of the settings; the table starts a little below its input."""
    params, size = example.case["params"], last_size(example.case["input"])
    first = max((one for one in (4, 6, 10, 14) if one <= size), default=4)
    return {"k": str(params["kernel"]), "s": str(params["stride"]), "p": str(params["padding"]), "from": str(first)}


def last_size(nested: Any) -> int:
    """The last number of nested lists: an example's input size."""
    return last_size(nested[-1]) if isinstance(nested, list) else int(nested)


@lru_cache(maxsize=64)
def round_trips(k: int, s: int, p: int, first: int) -> list[dict[str, str]]:
    """For eight input sizes from `first` (or k) on the sizes that torch returns, down and up. Not to be changed."""
    down, rows = Convolution(ones(k, 1), stride=s, padding=p), []
    for size in range(max(first, k), max(first, k) + 8):
        small = down(torch.zeros(1, 1, size, dtype=torch.float64))
        back = {
            f"back, output_padding {a}": TransposedConvolution(ones(k, 1), stride=s, padding=p, output_padding=a)(small)
            for a in range(s)
        }
        row = {name: mark(result.shape[-1], size) for name, result in back.items()}
        rows.append({"input": str(size), "after the convolution": str(small.shape[-1]), **row})
    return rows


def mark(back: int, wanted: int) -> str:
    """The size, with a tick where it is the one that went in."""
    return f"**{back}** ✓" if back == wanted else str(back)
