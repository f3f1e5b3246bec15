"""Convolution as a matrix, 1D: C gathers, Cᵀ scatters, with the lecture's letters."""

from explainer.operators import Convolution, TransposedConvolution
from explainer.proofs import direct_proof, gradient_proof, partner_proof, transpose_proof
from explainer.ui.operator_page import Field, OperatorPage, show_page

STRIDE = Field("stride", "Stride s", (1, 2, 3, 4), 1, letter="s")
DILATION = Field("dilation", "Dilation d", (1, 2, 3), 1, letter="d")

show_page(
    OperatorPage(
        "matrix_1d",
        "Write the kernel :violet[x y z] into each row, moved along by the stride: a convolution **is** a matrix C.",
        "Multiply C by the :blue[padded input]: every row gathers one :green[output]. Hatched columns meet the zeros "
        "of the padding; strike them out and C acts on the input alone. Point at a row of C: it is a **column** of Cᵀ "
        "beside it.",
        Convolution,
        (Field("padding", "Padding p", (0, 1, 2, 3), 3, letter="p"), STRIDE, DILATION),
        kernel=True,
        ops=("conv1d",),
        transpose=True,
        proofs=lambda op, x: [partner_proof(op, tuple(x.shape))],
    )
)
show_page(
    OperatorPage(
        "matrix_1d",
        "The matrix on its side: every **column** is a copy of the kernel, each :blue[input] scatters.",
        "The lecture's slide says “padding 0” and shows **six** rows. Torch returns five. The slide transposed a "
        "matrix that acted on the input *with its padding*, six numbers; no stamp reaches the sixth, so it is 0, and "
        "`output_padding=1` brings it back. Choose *The true partner*: padding 1 crops the first row, and the four "
        "that remain are exactly the columns of C that met the real input.",
        TransposedConvolution,
        (
            STRIDE,
            DILATION,
            Field("padding", "Padding p", (0, 1, 2, 3), 0, letter="p"),
            Field("output_padding", "output_padding", (0, 1, 2, 3), 0, letter="a"),
        ),
        kernel=True,
        ops=("conv_transpose1d",),
        stage=1,
        heading="Multiply by Cᵀ: the transposed convolution",
        proofs=lambda op, x: [transpose_proof(op, tuple(x.shape)), gradient_proof(op, x), direct_proof(op, x)],
    )
)
