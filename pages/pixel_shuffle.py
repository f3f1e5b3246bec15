"""Pixel shuffle: channels become pixels."""

import torch

from explainer.operators import (
    Convolution,
    NearestNeighbor,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
    to_nested,
)
from explainer.operators.checks import per_axis
from explainer.proofs import compare, identity_proof
from explainer.ui.operator_page import Companion, Field, OperatorPage, show_page


def make(op, upscale_factor=2, mode="CRD"):
    """Channels to pixels, or back."""
    return PixelShuffle(upscale_factor, mode) if op == "pixel_shuffle" else PixelUnshuffle(upscale_factor, mode)


def proofs(op, x):
    """One-hot stamps do the same; ICNR starts as nearest neighbor; unshuffling undoes it."""
    if isinstance(op, PixelUnshuffle):
        back = PixelShuffle(op.downscale_factor, op.mode)
        return [compare("pixel shuffle brings everything back", back(op(x[None])), x[None])]
    rows, columns = per_axis("upscale_factor", op.upscale_factor, 2)
    channels = x.shape[0] // (rows * columns)
    found = [
        compare(
            "pixel unshuffle brings everything back", PixelUnshuffle((rows, columns), op.mode)(op(x[None])), x[None]
        )
    ]
    if op.mode == "CRD":
        places = rows * columns
        one_hot = torch.eye(places, dtype=torch.float64).view(places, 1, rows, columns).repeat(channels, 1, 1, 1)
        stamp = TransposedConvolution(to_nested(one_hot), stride=(rows, columns), groups=channels)
        claim = f"transposed convolution with {places} one-hot {rows} × {columns} kernels, stride {rows} × {columns}"
        found.append(identity_proof(claim, op, stamp, x))
        alike = x[:1].repeat_interleave(places, 0)[None]
        near = NearestNeighbor((float(rows), float(columns)))(x[:1][None])
        found.append(compare("ICNR, all channels of a block alike: nearest neighbor", op(alike), near))
    return found


#: Bilinear doubling, taken apart: the taps of an even and of an odd output pixel.
PHASES = ((0.25, 0.75, 0.0), (0.0, 0.75, 0.25))


def convolution_in_front(op, x):
    """The convolution that makes four channels such that shuffling them doubles the map bilinearly."""
    if not isinstance(op, PixelShuffle) or op.upscale_factor != 2 or op.mode != "CRD":
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
        "al. 2016). Filled at random that convolution leaves a checkerboard; filled with r² equal kernels (*ICNR*, "
        "Aitken et al. 2017) it starts as nearest neighbor. TensorFlow and ONNX's DepthToSpace count the channels the "
        "other way around (*DCR*). With a factor of 1 × r it shuffles in 1D, and *pixel_unshuffle* leads back.",
        make,
        (
            Field("op", "Direction", ("pixel_shuffle", "pixel_unshuffle"), "pixel_shuffle"),
            Field(
                "upscale_factor",
                "Factor r",
                (2, 1, 3, 4),
                1,
                pairs=((1, 2), (2, 1), (1, 4), (2, 3)),
                help="Shuffling needs r² channels (or the product of both factors), unshuffling sides it divides.",
                letter="r",
            ),
            Field("mode", "Order", ("CRD", "DCR"), "CRD", help="CRD: torch's. DCR: TensorFlow's and ONNX's default."),
        ),
        channels=16,
        renamed={"downscale_factor": "upscale_factor"},
        proofs=proofs,
        companion=convolution_in_front,
    )
)
