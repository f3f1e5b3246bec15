"""What a network said about a photo. Importing it imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import ClassSet

FloatMap = NDArray[np.float32]


@dataclass(frozen=True)
class StrideMaps:
    """The bundled network's score maps, each (28, h, w) float32; sides n+1, 2n+1, 4n+1 (17, 33, 65 for 513).

    `grown16` is the upscored `score32`, `fused16 = grown16 + score16`, `grown8` the upscored `fused16`,
    `fused8 = grown8 + score8`.
    """

    score32: FloatMap
    score16: FloatMap
    score8: FloatMap
    grown16: FloatMap
    fused16: FloatMap
    grown8: FloatMap
    fused8: FloatMap


@dataclass(frozen=True)
class Prediction:
    """One network's answer for one photo.

    Attributes:
        model: the network's name. device: where it ran, for people (`CPU`, `NVIDIA ...`).
        labels: (H, W) uint8, class ids, at the photo's own size.
        scores: (C, h, w) float32, one map a class, at the working size, before the softmax. They are the network's own:
            where a CRF followed, a label may be that of another score than the largest.
        maps: the score maps at each stride (bundled network only).
        milliseconds: time per stage: `resize`, `network`, `upsample`, `crf`, `labels`.
        classes: which answers count: `all` 28, or VOC's 21. crf: whether a CRF followed the network.
        notices: sentences worth telling (the accelerator ran out of memory, ...).
    """

    model: str
    device: str
    labels: NDArray[np.uint8]
    scores: FloatMap
    maps: StrideMaps | None
    milliseconds: Mapping[str, float]
    classes: ClassSet = "all"
    crf: bool = False
    notices: tuple[str, ...] = ()

    @cached_property
    def probabilities(self) -> FloatMap:
        """(C, h, w) float32 at the working size: the softmax of the scores, computed when first asked for."""
        import torch

        with torch.inference_mode():
            soft: FloatMap = torch.from_numpy(self.scores).softmax(0).numpy()
        return soft

    @property
    def working_size(self) -> tuple[int, int]:
        """Height and width at which the network saw the photo."""
        return self.scores.shape[1], self.scores.shape[2]

    @property
    def total_ms(self) -> float:
        """All stages together."""
        return sum(self.milliseconds.values())


def mean_confidence(prediction: Prediction) -> dict[int, float]:
    """For each class that wins somewhere at the working size: the mean of its probability where it wins."""
    best = prediction.probabilities.argmax(0)
    return {int(i): float(prediction.probabilities[i][best == i].mean()) for i in np.unique(best)}
