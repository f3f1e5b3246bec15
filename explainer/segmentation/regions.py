"""Where on a label map a class's name can be written: the middle of each large region. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.label_maps import shrink

GRID = 96
"""Regions are found on a reduced map of this long side; names need no more exact place."""
SMALLEST = 0.012
"""Share of the picture below which a region gets no name."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Region:
    """A connected piece of one class: the middle of its thickest part and the room there, as shares of the sides."""

    class_id: int
    x: float
    y: float
    width: float
    height: float


def regions(labels: NDArray[np.uint8]) -> tuple[Region, ...]:
    """The regions of a label map (H, W) that are large enough for a name, the background left out."""
    height, width = labels.shape
    scale = GRID / max(height, width)
    small = shrink(labels, (max(2, round(height * scale)), max(2, round(width * scale))))
    found = []
    for class_id in np.unique(small[small > 0]):
        for piece in pieces(small == class_id):
            if piece.sum() >= SMALLEST * small.size:
                found.append(_region(int(class_id), piece))
    return tuple(found)


def pieces(mask: Mask) -> list[Mask]:
    """The connected pieces (over edges) of a mask, in reading order of their first pixels."""
    left, found = mask.copy(), []
    while left.any():
        piece = np.zeros_like(mask)
        piece.flat[int(left.argmax())] = True
        while True:
            wider = grown(piece) & left
            if (wider == piece).all():
                break
            piece = wider
        left &= ~piece
        found.append(piece)
    return found


def grown(mask: Mask) -> Mask:
    """The mask and its four neighbors."""
    wider = mask.copy()
    wider[1:] |= mask[:-1]
    wider[:-1] |= mask[1:]
    wider[:, 1:] |= mask[:, :-1]
    wider[:, :-1] |= mask[:, 1:]
    return wider


def _region(class_id: int, piece: Mask) -> Region:
    row, column = thickest(piece)
    left, right = _run(piece[row], column)
    middle = (left + right) // 2
    top, bottom = _run(piece[:, middle], row)
    height, width = piece.shape
    return Region(
        class_id, (left + right) / 2 / width, (row + 0.5) / height, (right - left) / width, (bottom - top) / height
    )


def thickest(piece: Mask) -> tuple[int, int]:
    """The pixel farthest from the piece's border; outside the picture counts as border."""
    core = np.pad(piece, 1)
    while True:
        inner = ~grown(~core)
        inner[0] = inner[-1] = inner[:, 0] = inner[:, -1] = False
        if not inner.any():
            break
        core = inner
    rows, columns = np.nonzero(core)
    nearest = np.abs(rows - rows.mean()) + np.abs(columns - columns.mean())
    best = int(nearest.argmin())
    return int(rows[best]) - 1, int(columns[best]) - 1


def _run(line: Mask, at: int) -> tuple[int, int]:
    """First and one past the last position of the run of True around `at`."""
    gaps = np.flatnonzero(~line)
    before, after = gaps[gaps < at], gaps[gaps > at]
    return int(before[-1]) + 1 if before.size else 0, int(after[0]) if after.size else len(line)
