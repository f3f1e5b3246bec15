"""A network's answer, cut down to what a page shows: what is kept, and what travels from a server of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import ClassSet
from explainer.segmentation.prediction import Prediction, StrideMaps, mean_confidence

Pixels = NDArray[np.uint8]
FINEST = 129
"""Long side of the probability maps that are kept."""


@dataclass(frozen=True)
class Answer:
    """A prediction without its large arrays: 28 full-size score maps are some 22 MB a photo.

    Attributes:
        labels: (H, W) at the size of the photo. confidence: mean probability by class id.
        probabilities: (C, h, w) uint8 of 255, small. maps: score maps by stride (bundled network only).
        milliseconds: time of each stage, by name. crf: whether a CRF followed the network.
    """

    model: str
    device: str
    labels: Pixels
    confidence: dict[int, float]
    probabilities: Pixels
    maps: StrideMaps | None
    working_size: tuple[int, int]
    milliseconds: dict[str, float]
    notices: tuple[str, ...]
    classes: ClassSet
    crf: bool


def slim(found: Prediction) -> Answer:
    """What is kept of a prediction."""
    return Answer(
        found.model,
        found.device,
        found.labels,
        mean_confidence(found),
        coarse(found.probabilities),
        found.maps,
        found.working_size,
        dict(found.milliseconds),
        found.notices,
        found.classes,
        found.crf,
    )


def coarse(probabilities: NDArray[np.float32]) -> Pixels:
    """Every few pixels of the probabilities, from corner to corner, as 0..255."""
    height, width = probabilities.shape[1:]
    step = max(1, round((max(height, width) - 1) / (FINEST - 1)))
    rows, columns = _spread(height, step), _spread(width, step)
    picked: Pixels = (probabilities[:, rows][:, :, columns] * 255 + 0.5).astype(np.uint8)
    return picked


def _spread(length: int, step: int) -> NDArray[np.intp]:
    """Positions from the first to the last pixel, about `step` apart."""
    return np.rint(np.linspace(0, length - 1, round((length - 1) / step) + 1)).astype(np.intp)
