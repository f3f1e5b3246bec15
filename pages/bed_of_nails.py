"""Bed of nails: every pixel becomes the corner of a block of zeros."""

from explainer.operators import BedOfNails, Convolution, MaxUnpooling, to_nested
from explainer.operators.checks import per_axis
from explainer.operators.kernels import bilinear
from explainer.proofs import identity_proof
from explainer.ui.operator_page import Companion, Field, OperatorPage, show_page


def proofs(op, x):
    """A bed of nails is max unpooling whose indices all point at the corner of their block."""
    stride = per_axis("stride", op.stride, x.ndim - 1)
    corners = op(x[None].new_ones(1, *x.shape))[0]
    indices = corners.flatten(1).nonzero()[:, 1].view(x.shape)
    unpool = MaxUnpooling(to_nested(indices), stride, stride)
    return [identity_proof("max unpooling with every index at its block's corner", op, unpool, x)]


def kernel_over_nails(op, x):
    """The triangle that is 2s - 1 wide, laid over the nails: between them it interpolates (one stride, one channel)."""
    strides = set(per_axis("stride", op.stride, x.ndim - 1))
    if len(strides) > 1 or x.shape[0] > 1:
        return None
    s = strides.pop()
    return Companion(
        "A kernel over the nails",
        "Now an ordinary convolution slides over the nails. With this kernel, a triangle, every gap is filled by what "
        "stands around it; both together are a **transposed convolution**, and its kernel can be learned.",
        Convolution(bilinear(2 * s - 1, x.ndim - 1), padding=s - 1),
        op(x[None])[0],
    )


show_page(
    OperatorPage(
        "bed_of_nails",
        "Every :blue[input pixel] goes to the **corner** of a block; the rest is zero.",
        "Nails on an empty board. It looks useless, and alone it is. But it is the first half of a transposed "
        "convolution: a convolution behind it fills the gaps, with weights that can be learned.",
        BedOfNails,
        (Field("stride", "Stride", (2, 1, 3, 4), 2, pairs=((1, 2), (2, 3)), help="Size of the block.", letter="s"),),
        proofs=proofs,
        companion=kernel_over_nails,
    )
)
