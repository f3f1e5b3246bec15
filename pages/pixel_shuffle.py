"""Pixel shuffle: channels become pixels."""

import torch

from explainer.operators import Convolution, PixelShuffle, TransposedConvolution, to_nested
from explainer.proofs import identity_proof
from explainer.ui.operator_page import Companion, Field, OperatorPage, show_page


def proofs(op, x):
    """Pixel shuffle is a transposed convolution with one-hot kernels, one for each place in the block."""
    r = op.upscale_factor
    channels = x.shape[0] // (r * r)
    one_hot = torch.eye(r * r, dtype=torch.float64).view(r * r, 1, r, r).repeat(channels, 1, 1, 1)
    stamp = TransposedConvolution(to_nested(one_hot), stride=r, groups=channels)
    return [identity_proof(f"transposed convolution with {r * r} one-hot {r} × {r} kernels, stride {r}", op, stamp, x)]


#: Bilinear doubling, taken apart: the taps of an even and of an odd output pixel.
PHASES = ((0.25, 0.75, 0.0), (0.0, 0.75, 0.25))


def convolution_in_front(op, x):
    """The convolution that makes four channels such that shuffling them doubles the map bilinearly."""
    if op.upscale_factor != 2:
        return None
    taps = torch.tensor(PHASES, dtype=torch.float64)
    kernels = torch.einsum("ay,bx->abyx", taps, taps).reshape(4, 1, 3, 3)
    small = torch.arange(1.0, x[0].numel() + 1, dtype=torch.float64).view(1, *x.shape[1:])
    return Companion(
        "The convolution in front",
        "In a network the channels come from a convolution with r² kernels, one for each place in the block. These "
        "four are bilinear doubling, taken apart: shuffle their outputs, and away from the border the map is doubled "
        "bilinearly. Other weights make other upsamplings; they are what is learned.",
        Convolution(to_nested(kernels), padding=1),
        small,
    )


show_page(
    OperatorPage(
        "pixel_shuffle",
        "r² channels at low resolution are only **rearranged** into one map of r times the size.",
        "Channel 0 fills the top left place of every block, channel 1 the next, and so on. No number changes, "
        "nothing overlaps, nothing is lost. The learning happened before, in an ordinary convolution (Shi et "
        "al. 2016).",
        PixelShuffle,
        (
            Field(
                "upscale_factor", "Upscale factor r", (2, 1, 3, 4), 1, help="The input needs r² channels.", letter="r"
            ),
        ),
        channels=16,
        proofs=proofs,
        companion=convolution_in_front,
    )
)
