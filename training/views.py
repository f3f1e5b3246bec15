"""Windows of photos: how large a photo is drawn, which part of it the network sees, in which colors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer.segmentation.resize import scaled

GRAY = 127
"""Color of what lies outside the photo; the network sees almost zero there."""


@dataclass(frozen=True)
class View:
    """A photo drawn at `scale` (then mirrored, if so), of which a window `height` x `width` with its corner at
    (`top`, `left`) is seen; the window may reach beyond the photo."""

    scale: float
    top: int
    left: int
    mirror: bool
    height: int
    width: int

    def places(self, photo_height: int, photo_width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the window's pixel rows and columns lie in the photo, in its pixels (centers at halves)."""
        y = (np.arange(self.height) + self.top + 0.5) / self.scale
        x = (np.arange(self.width) + self.left + 0.5) / self.scale
        return y, photo_width - x if self.mirror else x


def random_view(
    rng: np.random.Generator,
    shape: tuple[int, int],
    scale: float,
    height: int,
    width: int,
    focus: tuple[int, int] | None = None,
) -> View:
    """A random window of a photo of `shape` (height, width) drawn at `scale`; it holds the photo's pixel `focus`."""
    mirror = bool(rng.random() < 0.5)
    if focus is not None and mirror:
        focus = focus[0], shape[1] - 1 - focus[1]
    corner = [
        _corner(rng, round(side * scale), window, None if focus is None else int((focus[axis] + 0.5) * scale))
        for axis, (side, window) in enumerate(zip(shape, (height, width), strict=True))
    ]
    return View(scale, corner[0], corner[1], mirror, height, width)


def _corner(rng: np.random.Generator, side: int, window: int, focus: int | None) -> int:
    """Where a window begins along one direction of a photo drawn `side` pixels long."""
    low, high = min(0, side - window), max(0, side - window)
    if focus is not None and side > window:
        low, high = max(low, focus - window + 1), min(high, focus)
    return int(rng.integers(low, max(low, high) + 1))


def draw(rgb: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """The pixels (height, width, 3) of a view, gray outside the photo."""
    height, width = rgb.shape[:2]
    size = max(1, round(width * view.scale)), max(1, round(height * view.scale))
    top, left = max(0, view.top), max(0, view.left)
    bottom, right = min(size[1], view.top + view.height), min(size[0], view.left + view.width)
    across = (size[0] - right, size[0] - left) if view.mirror else (left, right)
    box = (
        across[0] / view.scale,
        top / view.scale,
        min(width, across[1] / view.scale),
        min(height, bottom / view.scale),
    )
    inside = Image.fromarray(rgb).resize((right - left, bottom - top), Image.Resampling.BILINEAR, box=box)
    pixels = np.asarray(inside)
    seen = np.full((view.height, view.width, 3), GRAY, np.uint8)
    y, x = top - view.top, left - view.left
    seen[y : y + bottom - top, x : x + right - left] = pixels[:, ::-1] if view.mirror else pixels
    return seen


def pick(labels: NDArray[np.uint8], view: View, rows: slice, columns: slice, outside: int) -> NDArray[np.uint8]:
    """The values of a map (H, W) of the photo's size at some pixels of a view, by nearest neighbor."""
    y, x = view.places(*labels.shape)
    y, x = np.floor(y[rows]).astype(int), np.floor(x[columns]).astype(int)
    height, width = labels.shape
    found = labels[np.ix_(y.clip(0, height - 1), x.clip(0, width - 1))].copy()
    found[(y < 0) | (y >= height)] = outside
    found[:, (x < 0) | (x >= width)] = outside
    return found


def sampled(maps: NDArray[np.float16], shape: tuple[int, int], view: View, every: int) -> Tensor:
    """Maps (C, h, w), their corner points on the photo's corners, at every n-th pixel of a view: (C, rows, columns)."""
    y, x = view.places(*shape)
    grid = np.stack(np.meshgrid(x[::every] / shape[1] * 2 - 1, y[::every] / shape[0] * 2 - 1), -1)
    points = torch.from_numpy(grid.astype(np.float32))[None]
    values = torch.from_numpy(maps.astype(np.float32))[None]
    return F.grid_sample(values, points, mode="bilinear", padding_mode="border", align_corners=True)[0]


def softened(rng: np.random.Generator, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same pixels as a soft photo would show them: reduced and enlarged again."""
    height, width = rgb.shape[:2]
    part = float(rng.uniform(0.4, 0.75))
    small = Image.fromarray(rgb).resize((round(width * part), round(height * part)), Image.Resampling.BILINEAR)
    return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR))


def colors(rng: np.random.Generator) -> Tensor:
    """How the colors of a window change (6,): saturation, at times to gray, contrast, brightness, a tint of each."""
    saturation = 0.0 if rng.random() < 0.04 else rng.uniform(0.7, 1.3)
    tint = rng.uniform(-0.06, 0.06, 3)
    return torch.tensor([saturation, rng.uniform(0.75, 1.25), rng.uniform(-0.2, 0.2), *tint], dtype=torch.float32)


def recolored(rgb: Tensor, changes: Tensor) -> Tensor:
    """The network's input (N, 3, H, W) from pixels (N, 3, H, W) uint8 and the changes (N, 6) of their colors."""
    x = scaled(rgb)
    saturation, contrast, brightness = changes[:, :3, None, None, None].unbind(1)
    gray = x.mean(1, keepdim=True)
    x = gray + (x - gray) * saturation
    return (x * contrast + brightness + changes[:, 3:, None, None]).clamp(-1, 1)


def recolor(rng: np.random.Generator, rgb: NDArray[np.uint8]) -> Tensor:
    """The network's input (1, 3, H, W) from one photo's pixels (H, W, 3), their colors changed at random."""
    return recolored(torch.from_numpy(rgb).permute(2, 0, 1)[None], colors(rng)[None])
