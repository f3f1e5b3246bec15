"""How good label maps are: confusion counts, IoU per class, their mean, pixel accuracy; everywhere or near outlines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import CLASS_COUNT


@dataclass
class Confusion:
    """Counts (28, 28): rows are true classes, columns predicted ones. Pixels whose truth is above 27 do not count."""

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64))

    def add(self, truth: NDArray[np.uint8], predicted: NDArray[np.uint8]) -> None:
        """Count one photo's pixels; both (H, W), or any equal shape."""
        known = truth < CLASS_COUNT
        pairs = truth[known].astype(np.int64) * CLASS_COUNT + predicted[known]
        self.counts += np.bincount(pairs, minlength=CLASS_COUNT**2).reshape(CLASS_COUNT, CLASS_COUNT)

    def iou(self) -> NDArray[np.float64]:
        """IoU per class; NaN for a class that is neither in the truth nor in the answers."""
        right = np.diag(self.counts).astype(np.float64)
        union = self.counts.sum(0) + self.counts.sum(1) - right
        return np.divide(right, union, out=np.full(CLASS_COUNT, np.nan), where=union > 0)

    def shown(self) -> list[int]:
        """The classes that some photo shows."""
        return np.flatnonzero(self.counts.sum(1)).tolist()

    def mean_iou(self, classes: Iterable[int] = range(CLASS_COUNT)) -> float:
        """The mean over those of the classes that occur."""
        return float(np.nanmean(self.iou()[list(classes)]))

    def accuracy(self) -> float:
        """The share of pixels that are right."""
        return float(np.diag(self.counts).sum() / max(1, self.counts.sum()))

    def confused(self, most: int = 12) -> list[tuple[int, int, float]]:
        """The commonest mistakes: true class, predicted class, and the share of the true class's pixels."""
        wrong = self.counts / np.maximum(1, self.counts.sum(1, keepdims=True))
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong, axis=None)[:most]
        pairs = [np.unravel_index(int(one), wrong.shape) for one in order]
        return [(int(row), int(column), float(wrong[row, column])) for row, column in pairs if wrong[row, column] > 0]
