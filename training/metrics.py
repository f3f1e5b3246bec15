"""How good label maps are: confusion counts, IoU per class, their mean, pixel accuracy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import CLASS_COUNT


@dataclass
class Confusion:
    """Counts (21, 21): rows are true classes, columns predicted ones. Pixels whose truth is above 20 do not count."""

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64))

    def add(self, truth: NDArray[np.uint8], predicted: NDArray[np.uint8]) -> None:
        """Count one photo's pixels; both (H, W)."""
        known = truth < CLASS_COUNT
        pairs = truth[known].astype(np.int64) * CLASS_COUNT + predicted[known]
        self.counts += np.bincount(pairs, minlength=CLASS_COUNT**2).reshape(CLASS_COUNT, CLASS_COUNT)

    def iou(self) -> NDArray[np.float64]:
        """IoU per class; NaN for a class that is neither in the truth nor in the answers."""
        right = np.diag(self.counts).astype(np.float64)
        union = self.counts.sum(0) + self.counts.sum(1) - right
        return np.divide(right, union, out=np.full(CLASS_COUNT, np.nan), where=union > 0)

    def mean_iou(self) -> float:
        """The mean over the classes that occur."""
        return float(np.nanmean(self.iou()))

    def accuracy(self) -> float:
        """The share of pixels that are right."""
        return float(np.diag(self.counts).sum() / max(1, self.counts.sum()))
