"""Why a transposed convolution's size is ambiguous: several input sizes share one output size. All asked of torch."""

from __future__ import annotations

import streamlit as st
import torch

from explainer import geometry
from explainer.kernels import ones
from explainer.operators import Convolution, TransposedConvolution
from explainer.ui.settings import Settings


def show_sizes() -> None:
    """A table: input size, down with a convolution, up again with each output_padding."""
    settings = Settings("sz")
    st.subheader("Down and up again: which size comes back?")
    st.markdown(
        "A strided convolution forgets how many pixels it left over at the end, so **several input sizes share one "
        "output size**. The transposed convolution returns the smallest of them; `output_padding` asks for a larger "
        "one. (`nn.ConvTranspose2d` works it out if you pass it `output_size`.)"
    )
    columns = st.columns(3)
    with columns[0]:
        k = settings.choice("k", "Kernel k", (1, 2, 3, 4, 5, 7), 3)
    with columns[1]:
        s = settings.choice("s", "Stride s", (1, 2, 3, 4), 2)
    with columns[2]:
        p = settings.choice("p", "Padding p", tuple(range(k)), min(1, k - 1))
    settings.show_notes()
    st.table(round_trips(k, s, p), hide_index=True, alt="Sizes that come back from a round trip")
    o = geometry.convolution_size(8, k, s, p)
    rivals = geometry.rival_input_sizes(o, k, s, p)
    st.markdown(f"Input sizes that all give **{o}**: {', '.join(f'**{size}**' for size in rivals)}.")


def round_trips(k: int, s: int, p: int) -> list[dict[str, str]]:
    """For input sizes from k to k + 7 the sizes that torch returns on the way down and up."""
    down, rows = Convolution(ones(k, 1), stride=s, padding=p), []
    for size in range(max(4, k), max(4, k) + 8):
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
