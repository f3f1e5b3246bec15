"""Between the pixels: what bilinear sampling takes from which input pixel, as torch answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.operators import Bilinear

#: Places to an input pixel, the finest first; all are even, so that centers and borders of pixels are among the places.
STEPS = (24, 12, 8, 6, 4, 2)
#: More places than this are too many to send to a browser.
MOST_PLACES = 1500
#: A weight below this is rounding.
LEAST = 1e-9


@dataclass(frozen=True)
class Lattice:
    """Bilinear sampling on a lattice of places, `per` of them to an input pixel.

    Places run from half a pixel before the first pixel's center to half a pixel behind the last one's, row by row.

    Attributes:
        rows, columns: how many places there are on each axis.
        weights: for each place the input pixels it takes from and how much of each, largest index last.
        values: what torch returns at each place.
    """

    per: int
    rows: int
    columns: int
    weights: tuple[tuple[tuple[int, float], ...], ...]
    values: tuple[float, ...]


def lattice(x: Tensor, wanted: Sequence[float] = ()) -> Lattice:
    """Ask torch at every place of a lattice for the map `x` (H, W): once with its values, once with unit impulses.

    The lattice is the finest that is not too large, if possible one that holds the `wanted` coordinates.
    """
    height, width = x.shape
    fitting = [per for per in STEPS if _count(height, per) * _count(width, per) <= MOST_PLACES] or [STEPS[-1]]
    per = next((one for one in fitting if all(_is_whole((place + 0.5) * one) for place in wanted)), fitting[0])
    down, across = _places(height, per), _places(width, per)
    y, x_ = torch.meshgrid(_normed(down, height), _normed(across, width), indexing="ij")
    grid = torch.stack([x_, y], -1)
    impulses = torch.eye(height * width, dtype=x.dtype).view(1, height * width, height, width)
    values = F.grid_sample(x[None, None], grid[None], align_corners=True, padding_mode="border").flatten()
    shares = F.grid_sample(impulses, grid[None], align_corners=True, padding_mode="border")[0].flatten(1).T
    weights = tuple(
        tuple((pixel, float(row[pixel])) for pixel in (row > LEAST).nonzero().flatten().tolist()) for row in shares
    )
    return Lattice(per, len(down), len(across), weights, tuple(values.tolist()))


def positions(op: Bilinear, x: Tensor) -> tuple[list[float], list[float]]:
    """Where the output pixels of a bilinear `op` lie on the input `x` (H, W): rows and columns, as far as it uses them.

    An interpolation of the pixels' own coordinates returns these places, because it is exact on straight lines.
    """
    height, width = x.shape
    rows = torch.arange(height, dtype=x.dtype)[:, None].expand(height, width)
    columns = torch.arange(width, dtype=x.dtype)[None].expand(height, width)
    if height == 1:
        return [0.0], op(columns[None])[0, 0].tolist()
    return op(rows[None, None])[0, 0][:, 0].tolist(), op(columns[None, None])[0, 0][0].tolist()


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < LEAST


def _count(length: int, per: int) -> int:
    return length * per + 1 if length > 1 else 1


def _places(length: int, per: int) -> Tensor:
    """Places on one axis in input pixels, 0 at the first pixel's center; an axis of one pixel has one place."""
    if length == 1:
        return torch.zeros(1, dtype=torch.float64)
    return torch.arange(length * per + 1, dtype=torch.float64) / per - 0.5


def _normed(places: Tensor, length: int) -> Tensor:
    """From pixels to grid_sample's -1 to 1, centers of the corner pixels at the ends."""
    return 2 * places / (length - 1) - 1 if length > 1 else places
