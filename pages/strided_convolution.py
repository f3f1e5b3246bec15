"""Strided convolution: learnable downsampling."""

import streamlit as st

from explainer.operators import Convolution
from explainer.operators.whole import Whole
from explainer.proofs import partner_proof
from explainer.ui.navigation import link
from explainer.ui.operator_page import Companion, Field, OperatorPage, show_page

PAIRS = ((1, 2), (2, 1))


def make(padding=0, pads=None, **more):
    """With a padding of its own at each end where one is given, else with the same at both."""
    return Convolution(**more, padding=0 if pads else padding, pads=pads)


def proofs(op, x):
    """The partner, where the border is zeros."""
    return [partner_proof(op, tuple(x.shape))] if op.padding_mode == "zeros" else []


def wrapped(op, x):
    """The matrix on the input itself, where the border repeats the input."""
    if op.padding_mode == "zeros":
        return None
    return Companion(
        "The border inside the matrix",
        "A border that repeats the input adds no unknowns, so the matrix can act on the input itself: the weights that "
        "fell on the border move to the pixels it copies. With *circular* the rows wrap around (a circulant matrix, "
        "which the Fourier transform makes diagonal); with *reflect* and *replicate* they pile up at the ends.",
        Whole(op.linear_part()),
        x,
    )


show_page(
    OperatorPage(
        "strided_convolution",
        "The numbers under the kernel are multiplied by its weights and **summed** into one :green[output pixel].",
        "A kernel slides over the :blue[input]. With stride 2 it moves two input pixels for each output "
        "pixel, so the map shrinks to half: *learnable downsampling*. The padding is drawn around the input, "
        "because that is what the kernel really sees.",
        make,
        (
            Field(
                "padding",
                "Padding p",
                (0, 1, 2, 3, "same", "valid"),
                3,
                pairs=((0, 1), (1, 0)),
                help="Zeros around the input; *same* (stride 1) keeps the size, an odd one stands behind.",
                letter="p",
            ),
            Field(
                "stride",
                "Stride s",
                (1, 2, 3, 4),
                1,
                pairs=PAIRS,
                help="Input pixels for each output pixel.",
                letter="s",
            ),
            Field(
                "dilation",
                "Dilation d",
                (1, 2, 3),
                1,
                pairs=PAIRS,
                help="Distance between the kernel's taps.",
                letter="d",
            ),
            Field(
                "pads",
                "pads instead: begins, ends",
                (None, (0, 1), (1, 0), (2, 0), (1, 2), (0, 0, 1, 1), (1, 1, 0, 0)),
                None,
                help="Another padding at each end, as ONNX writes it. Overrules the padding.",
            ),
            Field(
                "padding_mode",
                "padding_mode",
                ("zeros", "circular", "reflect", "replicate"),
                "zeros",
                help="What stands in the border.",
                letter="border",
            ),
        ),
        kernel=True,
        proofs=proofs,
        companion=wrapped,
    )
)
with st.container(horizontal=True):
    link("matrix_2d", "The same as a matrix")
    link("transposed_convolution", "The way back up")
