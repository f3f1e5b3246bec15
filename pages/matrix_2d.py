"""Convolution as a matrix, 2D: the image unrolled row by row, the doubly blocked band."""

from explainer.operators import Convolution
from explainer.proofs import partner_proof
from explainer.ui.navigation import link
from explainer.ui.operator_page import Field, OperatorPage, show_page

PAIRS = ((1, 2), (2, 1))

show_page(
    OperatorPage(
        "matrix_2d",
        "Unroll :blue[image] and :green[output] row by row, and a 2D convolution **is a matrix**: bands inside bands.",
        "Each row of the kernel makes a small band of :violet[entries], and the small bands repeat, one block "
        "further along, for each row of the image (a *doubly blocked* matrix; Toeplitz where the stride is "
        "1). Point at a row to see the window it gathers, at a column to see everything one pixel touches, "
        "and read the same in Cᵀ with rows and columns exchanged. Most entries are zero, and the zeros are "
        "never multiplied: a library keeps only the kernel. Write a larger image under *Numbers* (up to 16 × "
        "16) and the matrix turns into a picture of its bands.",
        Convolution,
        (
            Field("padding", "Padding p", (0, 1, 2), 2, pairs=((0, 1), (1, 0)), letter="p"),
            Field("stride", "Stride s", (1, 2, 3), 1, pairs=PAIRS, letter="s"),
            Field("dilation", "Dilation d", (1, 2), 1, pairs=PAIRS, letter="d"),
        ),
        kernel=True,
        transpose=True,
        proofs=lambda op, x: [partner_proof(op, tuple(x.shape))],
    )
)
link("transposed_convolution", "Multiply by Cᵀ: the transposed convolution")
