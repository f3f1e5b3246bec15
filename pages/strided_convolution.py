"""Strided convolution: learnable downsampling."""

import streamlit as st

from explainer.operators import Convolution
from explainer.proofs import partner_proof
from explainer.ui.navigation import link
from explainer.ui.operator_page import Field, OperatorPage, show_page

PAIRS = ((1, 2), (2, 1))
show_page(
    OperatorPage(
        "strided_convolution",
        "The numbers under the kernel are multiplied by its weights and **summed** into one :green[output pixel].",
        "A kernel slides over the :blue[input]. With stride 2 it moves two input pixels for each output "
        "pixel, so the map shrinks to half: *learnable downsampling*. The padding is drawn around the input, "
        "because that is what the kernel really sees.",
        Convolution,
        (
            Field(
                "padding",
                "Padding p",
                (0, 1, 2, 3),
                3,
                pairs=((0, 1), (1, 0)),
                help="Zeros around the input.",
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
        ),
        kernel=True,
        proofs=lambda op, x: [partner_proof(op, tuple(x.shape))],
    )
)
with st.container(horizontal=True):
    link("matrix_2d", "The same as a matrix")
    link("transposed_convolution", "The way back up")
