"""What an upsampling layer is to learn: small maps and what should become of them, some for training, one kept back.

Maps are (N, 1, H, W), float64, values in 0..1 where they are pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from explainer.operators.kernels import bilinear
from explainer.segmentation.samples import sample

TRAINED_ON, KEPT_BACK = ("astronaut", "castle", "horses"), "chelsea"
"""Sample photos to learn from, and the one that only judges."""
SIDE = 96
"""Pixels a side of the large pictures, which all strides here divide."""


@dataclass(frozen=True)
class Data:
    """`small` (N, 1, h, w) should become `large` (N, 1, rh, rw); `unseen` and `truth` are the same, kept back."""

    small: Tensor
    large: Tensor
    unseen: Tensor
    truth: Tensor

    def of(self, dtype: torch.dtype) -> Data:
        """The same in the precision that a layer learns in."""
        return Data(self.small.to(dtype), self.large.to(dtype), self.unseen.to(dtype), self.truth.to(dtype))


@dataclass(frozen=True)
class Task:
    """One thing to learn.

    Attributes:
        make: (stride, seed) -> its data.
        says: what is asked, in a sentence.
        lesson: what comes out, in a sentence or two.
    """

    name: str
    make: Callable[[int, int], Data]
    says: str
    lesson: str


def gray(name: str) -> Tensor:
    """The middle of a sample photo in gray, (1, 1, SIDE, SIDE)."""
    with Image.open(sample(name).path) as photo:
        side = min(photo.size)
        left, top = ((length - side) // 2 for length in photo.size)
        square = photo.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX, (left, top, left + side, top + side))
    return torch.from_numpy(np.asarray(square) / 255)[None, None]


def blurred(large: Tensor, stride: int) -> Tensor:
    """A strided blur: the triangle of size 2r - r % 2, whose taps add up to 1, moved by r pixels at a time."""
    taps = torch.tensor(bilinear(2 * stride - stride % 2), dtype=large.dtype)
    border = (len(taps) - stride + 1) // 2
    padded = F.pad(large, [border] * 4, mode="replicate")
    return F.conv2d(padded, (taps / taps.sum())[None, None], stride=stride)


def photos(stride: int, seed: int) -> Data:
    """Blurred, reduced photos, to be brought back."""
    large, truth = torch.cat([gray(name) for name in TRAINED_ON]), gray(KEPT_BACK)
    return Data(blurred(large, stride), large, blurred(truth, stride), truth)


def interpolation(stride: int, seed: int) -> Data:
    """Random maps and their bilinear interpolation; the kept-back one is a reduced photo."""
    small = torch.rand(3, 1, SIDE // stride, SIDE // stride, generator=generator(seed), dtype=torch.float64)
    unseen = blurred(gray(KEPT_BACK), stride)

    def grown(maps: Tensor) -> Tensor:
        return F.interpolate(maps, scale_factor=stride, mode="bilinear")

    return Data(small, grown(small), unseen, grown(unseen))


def outlines(stride: int, seed: int) -> Data:
    """Label maps of overlapping disks, reduced to shares of each block, to become sharp again."""
    source = generator(seed)
    masks = torch.cat([disks(source) for _ in range(4)])
    small = F.avg_pool2d(masks, stride)
    return Data(small[:3], masks[:3], small[3:], masks[3:])


def pattern(stride: int, seed: int) -> Data:
    """Every input pixel stands for the same hidden pattern: a ring, of size 2r, strided by r."""
    source, k = generator(seed), 2 * stride
    axis = torch.arange(k, dtype=torch.float64) - (k - 1) / 2
    radius = (axis[:, None] ** 2 + axis**2).sqrt()
    ring = (1 - (radius - k / 3).abs() / (k / 3)).clamp(min=0)
    maps = torch.rand(4, 1, SIDE // stride, SIDE // stride, generator=source, dtype=torch.float64) ** 4
    grown = F.conv_transpose2d(
        maps, ring[None, None], stride=stride, padding=(stride + 1) // 2, output_padding=stride % 2
    )
    return Data(maps[:3], grown[:3], maps[3:], grown[3:])


def disks(source: torch.Generator) -> Tensor:
    """A mask of six disks, 0 or 1, (1, 1, SIDE, SIDE)."""
    axis = torch.arange(SIDE, dtype=torch.float64) + 0.5
    mask = torch.zeros(SIDE, SIDE, dtype=torch.float64)
    for y, x, size in torch.rand(6, 3, generator=source, dtype=torch.float64).tolist():
        mask[(axis[:, None] - y * SIDE) ** 2 + (axis - x * SIDE) ** 2 < (6 + 14 * size) ** 2] = 1
    return mask[None, None]


def generator(seed: int) -> torch.Generator:
    """Random numbers that are the same on every visit."""
    return torch.Generator().manual_seed(seed)


TASKS = {
    "photo": Task(
        "Undo a blur", photos,
        "Photos were blurred and reduced. Bring them back.",
        "A transposed convolution with kernel 6 and stride 2 learns negative weights around the middle: it *sharpens*, "
        "which bilinear cannot, and beats it on a photo that it was not trained on. Two convolutions do still better.",
    ),
    "bilinear": Task(
        "Bilinear interpolation", interpolation,
        "Do what bilinear interpolation does, from examples alone.",
        "With a kernel of 4 and stride 2 training *rediscovers* the bilinear kernel, 1/16 · (1 3 3 1) in both "
        "directions: nothing else makes the same answers. Kernel 3 cannot, and a checkerboard stays.",
    ),
    "outlines": Task(
        "Sharp outlines", outlines,
        "A label map was reduced to shares of each block. Make its outlines sharp again.",
        "A linear layer can sharpen an outline, but not decide; two convolutions with a ReLU between them can do more.",
    ),
    "pattern": Task(
        "A hidden pattern", pattern,
        "Each input pixel stands for one pattern, always the same. Find it.",
        "A kernel of twice the stride ends as the hidden pattern itself: a ring. The weights of a transposed "
        "convolution *are* what it stamps.",
    ),
}  # fmt: skip
