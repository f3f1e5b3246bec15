"""Bilinear: every output pixel is a weighted mean of up to four input pixels."""

from explainer.operators import Bilinear, TransposedConvolution
from explainer.operators.kernels import bilinear
from explainer.proofs import compare
from explainer.ui.navigation import link
from explainer.ui.operator_page import Field, OperatorPage, show_page
from explainer.ui.sampling import show_sampling


def make(scale_factor=2, size=None, align_corners=False):
    """By size where one is given, else by scale."""
    return Bilinear(None if size else scale_factor, size, align_corners)


def proofs(op, x):
    """Away from the border a transposed convolution with the bilinear kernel gives the same numbers."""
    if op.align_corners or op.size is not None or op.scale_factor != 2 or min(x.shape[1:]) < 2:
        return []
    stamp = TransposedConvolution(bilinear(4, x.ndim - 1), stride=2, padding=1)
    inside = (..., *[slice(1, -1)] * (x.ndim - 1))
    claim = "transposed convolution with the 4-wide bilinear kernel, stride 2, padding 1: the same without the border"
    return [compare(claim, op(x[None])[inside], stamp(x[None])[inside])]


show_page(
    OperatorPage(
        "bilinear",
        "Every :green[output pixel] is a **weighted mean** of the :blue[input pixels] nearest to it.",
        "Two in 1D and four in 2D; their weights depend only on where the output pixel lies between them. Nothing is "
        "learned, but this is where learning usually starts: FCN's transposed convolutions are filled with these "
        "weights before training. Switch *align_corners* and watch the weights move.",
        make,
        (
            Field("scale_factor", "Scale factor", (2, 3, 4, 1, 1.5), 2, letter="r"),
            Field("size", "Output size instead", (None, 3, 4, 5, 6, 7, 8, 9), None, help="Overrules the scale."),
            Field("align_corners", "align_corners", (False, True), False, help="No: areas line up. Yes: corners do."),
        ),
        proofs=proofs,
        beside=lambda op, x: show_sampling(op, x, "bl_point"),
    )
)
link("transposed_convolution", "The bilinear kernel at work in a transposed convolution", "fcn-bilinear")
