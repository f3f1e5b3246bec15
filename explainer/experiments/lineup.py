"""All upsamplers beside each other: on one small map, and on a photo that was made smaller first.

Every contestant is one of the operators; its properties are read off its matrix, which torch answers to unit impulses.
Maps are (C, H, W), float64; photos have values in 0..1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log10

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.matrix import matrix_of
from explainer.operators import (
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
    to_nested,
)
from explainer.operators.kernels import bilinear, mean, ones

#: The same random kernel on every visit.
SEED = 5


@dataclass(frozen=True)
class Contestant:
    """One upsampler.

    Attributes:
        page: stem of the page that explains it.
        make: (map, factor) -> the operator and the input it gets, with one channel in the map.
        learned: numbers that training may change, for one channel in and out, by factor.
    """

    name: str
    page: str
    make: Callable[[Tensor, int], tuple[Operator, Tensor]]
    learned: Callable[[int], int] = lambda r: 0

    @property
    def follows_data(self) -> bool:
        """Whether the matrix itself depends on the data, as max unpooling's indices do."""
        return self.page == "max_unpooling"


def kernel_size(r: int) -> int:
    """The bilinear kernel's size for factor r, 2r - r % 2 (Long et al. 2015)."""
    return 2 * r - r % 2


def stamping(weight: Tensor, r: int) -> TransposedConvolution:
    """A transposed convolution with stride r, cropped to r times the size."""
    return TransposedConvolution(to_nested(weight), stride=r, padding=(weight.shape[-1] - r) // 2)


def random_kernel(r: int) -> Tensor:
    """A random kernel whose taps are positive on average and add up to r², so that the mean brightness stays."""
    k = kernel_size(r)
    taps = torch.rand(k, k, generator=torch.Generator().manual_seed(SEED), dtype=torch.float64)
    return taps / taps.sum() * r**2


def unpool_like(source: Tensor, r: int) -> tuple[MaxUnpooling, Tensor]:
    """Max unpooling with the indices that pooling `source` (1, rH, rW) by r leaves, and the pooled map."""
    values, indices = MaxPooling(r).with_indices(source[None])
    return MaxUnpooling(to_nested(indices[0]), r), values[0]


def unpool_somewhere(x: Tensor, r: int) -> tuple[Operator, Tensor]:
    """Max unpooling with made-up indices: the winner's place wanders through the block from pixel to pixel."""
    rows, columns = torch.meshgrid(torch.arange(x.shape[1]), torch.arange(x.shape[2]), indexing="ij")
    place = (2 * rows + columns) % r**2
    index = (r * rows + place // r) * x.shape[2] * r + r * columns + place % r
    return MaxUnpooling(to_nested(index), r), x


CONTESTANTS = (
    Contestant("Nearest neighbor", "nearest_neighbor", lambda x, r: (NearestNeighbor(r), x)),
    Contestant("Bed of nails", "bed_of_nails", lambda x, r: (BedOfNails(r), x)),
    Contestant("Max unpooling", "max_unpooling", unpool_somewhere),
    Contestant("Bilinear", "bilinear", lambda x, r: (Bilinear(r), x)),
    Contestant("Bilinear, align_corners", "bilinear", lambda x, r: (Bilinear(r, align_corners=True), x)),
    Contestant("Pixel shuffle", "pixel_shuffle", lambda x, r: (PixelShuffle(r), x.repeat_interleave(r * r, 0))),
    Contestant(
        "Transposed: ones",
        "transposed_convolution",
        lambda x, r: (TransposedConvolution(ones(r), stride=r), x),
        lambda r: r**2,
    ),
    Contestant(
        "Transposed: bilinear kernel",
        "transposed_convolution",
        lambda x, r: (stamping(torch.tensor(bilinear(kernel_size(r)), dtype=torch.float64), r), x),
        lambda r: kernel_size(r) ** 2,
    ),
    Contestant(
        "Transposed: random kernel",
        "transposed_convolution",
        lambda x, r: (stamping(random_kernel(r), r), x),
        lambda r: kernel_size(r) ** 2,
    ),
)


#: The way down, for comparison: it has fewer outputs than inputs, so something must be lost.
DOWN = Contestant(
    "The way down: mean of a block",
    "strided_convolution",
    lambda x, r: (Convolution(mean(r), stride=r), NearestNeighbor(r)(x[None])[0]),
    lambda r: r**2,
)


@dataclass(frozen=True)
class Properties:
    """What the matrix says about an upsampler on one small map.

    Attributes:
        input, output: the maps. matrix: (outputs, inputs).
        rank: of the matrix; the input can be recovered if it equals the number of inputs.
        recovery: largest distance between the input and what least squares recovers from the output.
        keeps_constant: every row adds up to 1, so a constant map stays constant.
    """

    input: Tensor
    output: Tensor
    matrix: Tensor
    rank: int
    recovery: float
    keeps_constant: bool

    @property
    def recoverable(self) -> bool:
        """Whether no input is lost: full column rank."""
        return self.rank == self.matrix.shape[1]


def properties(contestant: Contestant, x: Tensor, r: int) -> Properties:
    """Run a contestant on `x` (1, H, W) and read its matrix."""
    op, given = contestant.make(x, r)
    matrix, output = matrix_of(op, tuple(given.shape)), op(given[None])[0]
    dense = matrix.to_dense() if matrix.is_sparse else matrix
    found = torch.linalg.lstsq(dense, output.flatten()[:, None], driver="gelsd").solution.flatten()
    return Properties(
        given,
        output,
        dense,
        int(torch.linalg.matrix_rank(dense)),
        float((found - given.flatten()).abs().max()),
        bool(torch.allclose(dense.sum(1), torch.ones(len(dense), dtype=dense.dtype))),
    )


@dataclass(frozen=True)
class Revival:
    """A photo brought back by one upsampler: its name, its page, the picture (3, H, W) in 0..1, and its PSNR in dB."""

    name: str
    page: str
    picture: Tensor
    psnr: float


def psnr(picture: Tensor, original: Tensor) -> float:
    """Peak signal-to-noise ratio in dB for values in 0..1; infinite where both are equal."""
    error = float((picture - original).square().mean())
    return -10 * log10(error) if error else float("inf")


def shrink(photo: Tensor, r: int) -> Tensor:
    """The mean of each r x r block: (C, H, W) -> (C, H / r, W / r)."""
    return F.avg_pool2d(photo[None], r)[0]


def revive(photo: Tensor, r: int) -> list[Revival]:
    """Make `photo` (3, rH, rW) smaller, let every upsampler bring it back, best first.

    Most get the mean of each block. Max unpooling gets the maxima and their indices, pixel shuffle all r² pixels of a
    block as channels. Two contestants are trained on this photo, to the end, by least squares.
    """
    pictures = [(one.name, one.page, enlarge(one, photo, r)) for one in CONTESTANTS]
    pictures += [
        ("Transposed: trained kernel", "transposed_convolution", trained_stamp(photo, r)),
        ("Convolution + pixel shuffle, trained", "pixel_shuffle", trained_shuffle(photo, r)),
    ]
    shown = [(name, page, picture.clamp(0, 1)) for name, page, picture in pictures]
    found = [Revival(name, page, picture, psnr(picture, photo)) for name, page, picture in shown]
    return sorted(found, key=lambda one: -one.psnr)


def enlarge(contestant: Contestant, photo: Tensor, r: int) -> Tensor:
    """One contestant's answer, color by color: (3, rH, rW)."""
    if contestant.follows_data:
        unpooled = [unpool_like(color[None], r) for color in photo]
        return torch.cat([op(values[None])[0] for op, values in unpooled])
    if contestant.page == "pixel_shuffle":
        return PixelShuffle(r)(F.pixel_unshuffle(photo[None], r))[0]
    answers = [contestant.make(color[None], r) for color in shrink(photo, r)]
    return torch.cat([op(given[None])[0] for op, given in answers])


def trained_stamp(photo: Tensor, r: int) -> Tensor:
    """A transposed convolution whose one kernel serves all colors and comes closest to the photo."""
    k = kernel_size(r)

    def run(x: Tensor, weight: Tensor) -> Tensor:
        return F.conv_transpose2d(x, weight, stride=r, padding=(k - r) // 2)

    return trained(run, (1, 1, k, k), photo, r)


def trained_shuffle(photo: Tensor, r: int) -> Tensor:
    """A 3 x 3 convolution to r² channels, then pixel shuffle, fitted in the same way."""

    def run(x: Tensor, weight: Tensor) -> Tensor:
        return F.pixel_shuffle(F.conv2d(x, weight, padding=1), r)

    return trained(run, (r * r, 1, 3, 3), photo, r)


def trained(run: Callable[[Tensor, Tensor], Tensor], shape: tuple[int, ...], photo: Tensor, r: int) -> Tensor:
    """What `run` makes of the small photo with the weights that bring it closest: least squares, as it is linear."""
    small = shrink(photo, r)[:, None]
    taps = torch.eye(torch.Size(shape).numel(), dtype=photo.dtype).view(-1, *shape)
    columns = torch.stack([run(small, tap).flatten() for tap in taps], 1)
    target = photo.reshape(-1, 1)
    weight: Tensor = torch.linalg.solve(columns.T @ columns, columns.T @ target)
    return run(small, weight.view(shape))[:, 0]
