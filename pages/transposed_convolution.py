"""Transposed convolution: learnable upsampling, read in three ways."""

from explainer.operators import TransposedConvolution
from explainer.proofs import direct_proof, gradient_proof, transpose_proof
from explainer.ui.operator_page import Field, OperatorPage, show_page
from explainer.ui.sizes import show_sizes


def proofs(op, x):
    """The second reading, the transposed matrix and the gradient, each computed by its own torch call."""
    return [direct_proof(op, x), transpose_proof(op, tuple(x.shape)), gradient_proof(op, x)]


def make(padding=0, pads=None, **more):
    """With a crop of its own at each end where one is given, else with the same at both."""
    return TransposedConvolution(**more, padding=0 if pads else padding, pads=pads)


PAIRS = ((1, 2), (2, 1))
show_page(
    OperatorPage(
        "transposed_convolution",
        "Every :blue[input pixel] **stamps** the kernel, times its own value, onto the :green[output]. Overlaps "
        "**add up**.",
        "The stride is how far the stamp moves in the output. There are three readings of the same numbers, in step: "
        "stamping; zeros inserted and then an ordinary convolution with the kernel turned by 180°; and multiplication "
        "by Cᵀ, the transposed matrix of a convolution. Hence the name. (“Deconvolution” is an older name for it and "
        "means something else in mathematics.)",
        make,
        (
            Field(
                "stride",
                "Stride s",
                (1, 2, 3, 4),
                1,
                pairs=PAIRS,
                help="Output pixels for each input pixel.",
                letter="s",
            ),
            Field("dilation", "Dilation d", (1, 2, 3), 1, help="Distance between the kernel's taps.", letter="d"),
            Field(
                "padding",
                "Padding p",
                (0, 1, 2, 3, "same", "valid"),
                0,
                pairs=((0, 1), (1, 0)),
                letter="p",
                help="Crops the output. *same* and *valid* are Keras's; torch has no such words here.",
            ),
            Field(
                "output_padding", "output_padding", (0, 1, 2, 3), 0, help="Un-crops the end of each axis.", letter="a"
            ),
            Field(
                "pads",
                "pads instead: begins, ends",
                (None, (0, 1), (1, 0), (1, 2), (0, 0, 1, 1), (1, 1, 0, 0)),
                None,
                help="Another crop at each end, as ONNX writes it. Overrules the padding.",
            ),
        ),
        kernel=True,
        readings=True,
        proofs=proofs,
    )
)
show_sizes()
