"""Convolution as a matrix, 1D: C gathers, Cᵀ scatters, with the lecture's letters."""

import streamlit as st

from explainer.operators import Convolution, TransposedConvolution
from explainer.proofs import direct_proof, gradient_proof, partner_proof, transpose_proof
from explainer.ui.operator_page import Field, OperatorPage, show_page

STRIDE = Field("stride", "Stride s", (1, 2, 3, 4), 1)
DILATION = Field("dilation", "Dilation d", (1, 2, 3), 1)

st.title("Convolution as a matrix, 1D")
st.markdown(
    "A convolution is linear, so it **is** a matrix. Write the kernel :violet[x y z] into each row of :violet[C], "
    "moved along by the stride, and multiply by the :blue[padded input]: every row gathers one :green[output]. "
    "Hatched columns meet the zeros of the padding; strike them out and C acts on the input alone. Point at a row of "
    "C: it is a **column** of Cᵀ beside it."
)
show_page(
    OperatorPage(
        "matrix_1d",
        "m1",
        Convolution,
        (Field("padding", "Padding p", (0, 1, 2, 3), 3), STRIDE, DILATION),
        kernel=True,
        ops=("conv1d",),
        transpose=True,
        lessons=False,
        proofs=lambda op, x: [partner_proof(op, tuple(x.shape))],
    )
)

st.header("Multiply by Cᵀ: the transposed convolution")
st.markdown(
    "The same letters, the matrix turned on its side: now every **column** is a copy of the kernel, and each "
    ":blue[input] scatters into the :green[output]. The lecture's slide says “padding 0” and shows **six** rows. Torch "
    "returns five. The slide transposed a matrix that acted on the input *with its padding*, six numbers; no stamp "
    "reaches the sixth, so it is 0, and `output_padding=1` brings it back. Choose *The true partner*: padding 1 crops "
    "the first row, and the four that remain are exactly the columns of C that met the real input."
)
show_page(
    OperatorPage(
        "matrix_1d",
        "mt",
        TransposedConvolution,
        (
            STRIDE,
            DILATION,
            Field("padding", "Padding p", (0, 1, 2, 3), 0),
            Field("output_padding", "output_padding", (0, 1, 2, 3), 0),
        ),
        kernel=True,
        ops=("conv_transpose1d",),
        proofs=lambda op, x: [transpose_proof(op, tuple(x.shape)), gradient_proof(op, x), direct_proof(op, x)],
    )
)
