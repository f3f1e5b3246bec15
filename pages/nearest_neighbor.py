"""Nearest neighbor: every pixel becomes a block."""

from explainer.operators import NearestNeighbor, TransposedConvolution
from explainer.operators.kernels import ones
from explainer.proofs import identity_proof
from explainer.ui.operator_page import Field, OperatorPage, show_page


def make(scale_factor=2, size=None, mode="nearest"):
    """By size where one is given, else by scale."""
    return NearestNeighbor(None if size else scale_factor, size, mode)


def proofs(op, x):
    """Where the factor is whole and the same on both axes, stamping a kernel of ones does the same."""
    if op.size is not None or op.scale_factor != int(op.scale_factor) or x.shape[0] > 1:
        return []
    factor = int(op.scale_factor)
    stamp = TransposedConvolution(ones(factor, x.ndim - 1), stride=factor)
    return [identity_proof(f"transposed convolution with {factor} × {factor} ones, stride {factor}", op, stamp, x)]


show_page(
    OperatorPage(
        "nearest_neighbor",
        "Every :blue[input pixel] is **copied** into a block of the :green[output].",
        "The simplest way to make a map larger. Nothing is learned and nothing is mixed, so edges turn into "
        "stairs. In the *scatter* reading one input pixel fills its block, in the *gather* reading each "
        "output pixel looks up its one source.",
        make,
        (
            Field(
                "scale_factor",
                "Scale factor",
                (2, 3, 4, 1, 1.5, 2.5),
                2,
                help="Output size divided by input size.",
                letter="r",
            ),
            Field("size", "Output size instead", (None, 3, 4, 5, 6, 7, 8, 9), None, help="Overrules the scale."),
            Field(
                "mode", "Rounding", ("nearest", "nearest-exact"), "nearest", help="They differ for fractional factors."
            ),
        ),
        proofs=proofs,
    )
)
