"""What each pixel should become: a distribution over the classes, from masks, box and photo knowledge, and the teacher.

A labelled pixel is almost one-hot; everywhere else stands the teacher's answer with the classes removed that are
known to be wrong there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from explainer.segmentation.classes import CLASS_COUNT
from training.packs import NOT_THIS, Sample

TEACHER_SHARE = 0.15
"""How much of the teacher's answer stays in the target of a labelled pixel."""
SHARPEN = 1.3
"""The teacher's averaged probabilities are raised to this power: averaging made them too timid."""
BACKGROUND_FLOOR = 0.02
"""Given to the background before renormalising, so that forbidding the teacher's only guess leaves something."""


@dataclass(frozen=True)
class View:
    """A window of a photo, as fractions of its sides, possibly mirrored, drawn at `height` x `width` pixels."""

    left: float
    top: float
    right: float
    bottom: float
    mirror: bool
    height: int
    width: int

    def columns(self, pixels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where the centres of the view's pixel columns lie in the photo, 0..1 from its left edge."""
        place = (pixels + 0.5) / self.width
        place = 1 - place if self.mirror else place
        return self.left + place * (self.right - self.left)

    def rows(self, pixels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where the centres of the view's pixel rows lie in the photo, 0..1 from its top edge."""
        return self.top + (pixels + 0.5) / self.height * (self.bottom - self.top)


def target(
    sample: Sample, teacher: NDArray[np.float16], view: View, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> Tensor:
    """Distributions (21, len(rows), len(columns)) at the given pixels of a view.

    `teacher` holds probabilities (21, h, w) at stride 8 of the photo at its working size, corner to corner.
    """
    y, x = view.rows(rows), view.columns(columns)
    labels = torch.from_numpy(_nearest(sample.labels, y, x)).long()
    soft = _bilinear(teacher, y, x)
    soft = _without_forbidden(soft, sample, labels == NOT_THIS)
    soft = soft**SHARPEN
    soft[0] += BACKGROUND_FLOOR
    soft /= soft.sum(0)
    known = labels < CLASS_COUNT
    hard = F.one_hot(labels.where(known, 0), CLASS_COUNT).permute(2, 0, 1)
    return torch.where(known, (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * soft, soft)


def _without_forbidden(soft: Tensor, sample: Sample, denied: Tensor) -> Tensor:
    """Take from each pixel the classes known to be wrong there; what they held goes to the photo's main animal, if it
    has one, else to the background."""
    possible = torch.from_numpy(sample.allowed).view(-1, 1, 1).repeat(1, *denied.shape)
    if sample.denied >= 0:
        possible[sample.denied] &= ~denied
    kept = soft * possible
    kept[max(sample.main, 0)] += (soft - kept).sum(0)
    return kept


def _nearest(labels: NDArray[np.uint8], y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.uint8]:
    height, width = labels.shape
    rows = np.clip((y * height).astype(np.int64), 0, height - 1)
    columns = np.clip((x * width).astype(np.int64), 0, width - 1)
    return labels[np.ix_(rows, columns)]


def _bilinear(teacher: NDArray[np.float16], y: NDArray[np.float64], x: NDArray[np.float64]) -> Tensor:
    """Sample stride-8 answers: grid point j lies at pixel centre 8j of a photo 8(n-1)+1 pixels long."""
    maps = torch.from_numpy(teacher.astype(np.float32))[None]
    grid = np.stack(np.meshgrid(_along(x, teacher.shape[2]), _along(y, teacher.shape[1])), -1)
    points = torch.from_numpy(grid.astype(np.float32))[None]
    return F.grid_sample(maps, points, mode="bilinear", padding_mode="border", align_corners=True)[0]


def _along(place: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    pixels = 8 * (points - 1) + 1
    return 2 * (place * pixels - 0.5) / (pixels - 1) - 1
