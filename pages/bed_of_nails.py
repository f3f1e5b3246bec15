"""Bed of nails: every pixel becomes the corner of a block of zeros."""

from explainer.operators import BedOfNails, MaxUnpooling, to_nested
from explainer.operators.checks import per_axis
from explainer.proofs import identity_proof
from explainer.ui.operator_page import Field, OperatorPage, show_page


def proofs(op, x):
    """A bed of nails is max unpooling whose indices all point at the corner of their block."""
    stride = per_axis("stride", op.stride, x.ndim - 1)
    corners = op(x[None].new_ones(1, *x.shape))[0]
    indices = corners.flatten(1).nonzero()[:, 1].view(x.shape)
    unpool = MaxUnpooling(to_nested(indices), stride, stride)
    return [identity_proof("max unpooling with every index at its block's corner", op, unpool, x)]


show_page(
    OperatorPage(
        "bed_of_nails",
        "Every :blue[input pixel] goes to the **top left corner** of a block; the rest is zero.",
        "Nails on an empty board. It looks useless, and alone it is. But it is the first half of a transposed "
        "convolution: a convolution behind it fills the gaps, with weights that can be learned.",
        BedOfNails,
        (Field("stride", "Stride", (2, 1, 3, 4), 2, pairs=((1, 2), (2, 3)), help="Size of the block.", letter="s"),),
        proofs=proofs,
    )
)
