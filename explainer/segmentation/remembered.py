"""What an unpooling may be told instead of the indices that this photo's pooling remembered.

All of them leave the network and the bottom of the photo as they are; only the places change. So whatever the answer
loses was carried by the indices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer.segmentation.deconvnet import SIDE_UNIT, Down
from explainer.segmentation.resize import normalize

Told = tuple[Tensor | None, ...]
LONG_SIDE = 160
"""The longer side at which the network was trained to see a photo."""


@dataclass(frozen=True)
class Replacement:
    """Another way to unpool: `name` in addresses and files, `title` and `how` for people, `told` makes the places from
    this photo's way down and another photo's of the same size."""

    name: str
    title: str
    how: str
    told: Callable[[Down, Down], Told]


def top_left(indices: Tensor) -> Tensor:
    """The index of the top left pixel of each 2 x 2 window, for indices (N, C, h, w) of a map (2h, 2w).

    >>> top_left(torch.zeros(1, 1, 2, 2, dtype=torch.long)).flatten().tolist()
    [0, 2, 8, 10]
    """
    height, width = indices.shape[-2:]
    rows, columns = torch.arange(height) * 2, torch.arange(width) * 2
    corner = rows[:, None] * (2 * width) + columns
    return corner.expand_as(indices).contiguous()


def corners(indices: Tensor) -> Tensor:
    """Which pixel of its window each index names: 0 top left, 1 top right, 2 bottom left, 3 bottom right.

    >>> corners(torch.tensor([[[[5, 2], [8, 15]]]])).flatten().tolist()
    [3, 0, 0, 3]
    """
    width = 2 * indices.shape[-1]
    return indices // width % 2 * 2 + indices % width % 2


REPLACEMENTS = (
    Replacement(
        "own",
        "This photo's indices",
        "Each value returns to the pixel where the pooling found its maximum.",
        lambda own, other: own.indices,
    ),
    Replacement(
        "nails",
        "Bed of nails",
        "Each value goes to the top left of its four pixels, wherever the maximum was.",
        lambda own, other: tuple(top_left(one) for one in own.indices),
    ),
    Replacement(
        "nearest",
        "Nearest neighbor",
        "Each value is copied to all four of its pixels.",
        lambda own, other: (None,) * len(own.indices),
    ),
    Replacement(
        "other",
        "Another photo's indices",
        "Each value goes where the pooling found the maximum in another photo of the same size.",
        lambda own, other: other.indices,
    ),
)


def replacement(name: str) -> Replacement:
    """Look one up by name.

    Raises:
        ValueError: there is none of that name.
    """
    for one in REPLACEMENTS:
        if one.name == name:
            return one
    raise ValueError(f"got {name!r} for the indices; allowed are {', '.join(one.name for one in REPLACEMENTS)}")


def sides(height: int, width: int, long_side: int = LONG_SIDE) -> tuple[int, int]:
    """Height and width at which the network sees a photo: each the multiple of 32 nearest to its share.

    >>> sides(480, 640), sides(300, 1200)
    ((128, 160), (32, 160))
    """
    scale = long_side / max(height, width)
    high, wide = (max(1, round(side * scale / SIDE_UNIT)) * SIDE_UNIT for side in (height, width))
    return high, wide


def seen(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A photo (H, W, 3) at the network's size (height, width)."""
    return np.asarray(Image.fromarray(rgb).resize((size[1], size[0]), Image.Resampling.BILINEAR, reducing_gap=3))


def to_input(rgb: NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, height, width) float32 in -1..1."""
    return normalize(seen(rgb, size))
