"""Label maps (H, W) of class ids: shares, outlines, pictures, files. Importing it imports no torch."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explainer.segmentation.classes import CLASS_COUNT, CLASS_NAMES, VOC_COLORS, colorize

BAND = 6
"""Half the width of the band around outlines, in pixels of the photo (VOC's void band takes five of them)."""


@dataclass(frozen=True)
class ClassShare:
    """A class that is present: its id, name, and share of the pixels (0..1)."""

    class_id: int
    name: str
    share: float
    pixels: int = field(repr=False)


def class_shares(labels: NDArray[np.uint8]) -> tuple[ClassShare, ...]:
    """The classes present in a label map (H, W), the largest share first."""
    counts = np.bincount(labels.ravel(), minlength=CLASS_COUNT)
    order = sorted(np.flatnonzero(counts), key=lambda i: -counts[i])
    return tuple(ClassShare(int(i), CLASS_NAMES[i], float(counts[i] / labels.size), int(counts[i])) for i in order)


@dataclass(frozen=True)
class Difference:
    """A class in two label maps of one photo: its share of the pixels in each, and the overlap (IoU) of both."""

    class_id: int
    first: float
    second: float
    overlap: float


def class_differences(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[Difference, ...]:
    """Every class that one of two label maps (H, W) shows, the one whose pixels differ most first."""
    together = _pairs(first, second)
    mine, theirs, same = together.sum(1), together.sum(0), np.diag(together)
    either = mine + theirs - same
    order = sorted(np.flatnonzero(either), key=lambda i: -(either[i] - same[i]))
    size = first.size
    return tuple(Difference(int(i), mine[i] / size, theirs[i] / size, same[i] / either[i]) for i in order)


def largest_exchange(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[int, int, float] | None:
    """The commonest pair of different labels at one pixel, and its share of all pixels; None if the maps are equal."""
    together = _pairs(first, second)
    np.fill_diagonal(together, 0)
    mine, theirs = np.unravel_index(together.argmax(), together.shape)
    most = int(together[mine, theirs])
    return (int(mine), int(theirs), most / first.size) if most else None


def _pairs(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels have each pair of labels, (28, 28)."""
    if first.shape != second.shape:
        raise ValueError(f"got label maps of {first.shape} and {second.shape}; they must be equal")
    codes = first.astype(np.int64) * CLASS_COUNT + second
    return np.bincount(codes.ravel(), minlength=CLASS_COUNT**2).reshape(CLASS_COUNT, CLASS_COUNT)


def overlay(
    rgb: NDArray[np.uint8], labels: NDArray[np.uint8], alpha: float = 0.55, *, background: bool = False
) -> NDArray[np.uint8]:
    """The photo (H, W, 3) with the label map (H, W) laid over it, `alpha` 0 (photo) to 1 (colors).

    The background keeps the photo's pixels unless `background` is true.

    Raises:
        ValueError: photo and label map differ in size, or `alpha` is outside 0..1.
    """
    if rgb.shape[:2] != labels.shape:
        raise ValueError(f"got a photo of {rgb.shape[:2]} and labels of {labels.shape}; they must be equal")
    if not 0 <= alpha <= 1:
        raise ValueError(f"got alpha={alpha}; 0..1 is allowed")
    mixed = (rgb * (1 - alpha) + colorize(labels) * np.float32(alpha) + 0.5).astype(np.uint8)
    return mixed if background else np.where((labels > 0)[..., None], mixed, rgb)


def shrink(labels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The label map at (height, width) by nearest neighbor; itself if it has that size."""
    if labels.shape == size:
        return labels
    return np.asarray(Image.fromarray(labels).resize(size[::-1], Image.Resampling.NEAREST))


def outline(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True at pixels whose right or lower neighbor has another class: the label map's contours, (H, W)."""
    edge = np.zeros(labels.shape, np.bool_)
    edge[:-1] |= labels[:-1] != labels[1:]
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    return edge


def trimap(mask: NDArray[np.uint8], reach: int = BAND) -> NDArray[np.bool_]:
    """The band of at most `reach` pixels (in steps along rows and columns) around every outline of a mask (H, W)."""
    near = np.zeros(mask.shape, np.bool_)
    down, across = mask[1:] != mask[:-1], mask[:, 1:] != mask[:, :-1]
    near[1:] |= down
    near[:-1] |= down
    near[:, 1:] |= across
    near[:, :-1] |= across
    for _ in range(reach - 1):
        wider = near.copy()
        wider[1:] |= near[:-1]
        wider[:-1] |= near[1:]
        wider[:, 1:] |= near[:, :-1]
        wider[:, :-1] |= near[:, 1:]
        near = wider
    return near


def labels_png(labels: NDArray[np.uint8]) -> bytes:
    """The label map as a palette PNG (mode P) whose pixel values are the class ids and whose colors are VOC's."""
    image = Image.fromarray(np.ascontiguousarray(labels, dtype=np.uint8))
    image.putpalette([channel for color in VOC_COLORS for channel in color])
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
