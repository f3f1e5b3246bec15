"""Channels and groups: the weight's two other axes, the matrix in blocks, and the bias."""

from explainer.operators import Convolution, TransposedConvolution
from explainer.ui.navigation import link
from explainer.ui.operator_page import Field, OperatorPage, show_page

BIASES = ((1.0,), (5.0,), (1.0, 2.0), (10.0, 20.0), (1.0, 2.0, 3.0), (10.0, 20.0, 30.0))


def make(op, weight, groups=1, stride=1, padding=0, bias=None):
    """A convolution or a transposed one with the same array as weight."""
    kind = Convolution if op == "conv" else TransposedConvolution
    return kind(weight, stride, padding, groups=groups, bias=bias)


show_page(
    OperatorPage(
        "channels",
        "Each :green[output channel] sums over the :blue[input channels] of its group: **a grid of weights** each.",
        "A convolution's weight is (C_out, C_in / groups, k, k), a transposed one's (C_in, C_out / groups, k, k): the "
        "same array serves both, and its first axis changes its meaning; switch the layer and watch. The matrix has a "
        "**block** for each pair of channels. Groups leave blocks empty; with as many groups as channels only the "
        "diagonal is left (*depthwise*). A **bias** is added to a whole channel. With it the layer is affine and no "
        "longer a matrix: a matrix sends zeros to zeros, and this sends zeros to the bias. So the sums are shown, and "
        "the output beside them.",
        make,
        (
            Field("op", "Layer", ("conv", "conv_transpose"), "conv", help="The same weight, read in the other order."),
            Field("groups", "groups", (1, 2, 3, 4), 1, letter="g", free=True),
            Field("stride", "Stride s", (1, 2), 1, letter="s"),
            Field("padding", "Padding p", (0, 1), 0, letter="p"),
            Field("bias", "Bias", (None, *BIASES), None, help="One number for each output channel.", letter="b"),
        ),
        kernel=True,
        channels=6,
    )
)
link("pixel_shuffle", "Channels that become pixels: pixel shuffle")
