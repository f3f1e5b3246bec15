"""What a network said about a photo, and the pictures made from it. Importing it imports no torch."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explainer.segmentation.palette import CLASS_COUNT, CLASS_NAMES, PALETTE, colourise

FloatMap = NDArray[np.float32]


@dataclass(frozen=True)
class StrideMaps:
    """The bundled network's score maps, each (21, h, w) float32; sides n+1, 2n+1, 4n+1 (17, 33, 65 for 513).

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
        labels: (H, W) uint8, VOC ids 0..20, at the photo's own size.
        scores: (21, h, w) float32 at the working size, before the softmax.
        maps: the score maps at each stride (bundled network only).
        milliseconds: time per stage: `resize`, `network`, `upsample`, `labels`.
        notices: sentences worth telling (the accelerator ran out of memory, ...).
    """

    model: str
    device: str
    labels: NDArray[np.uint8]
    scores: FloatMap
    maps: StrideMaps | None
    milliseconds: Mapping[str, float]
    notices: tuple[str, ...] = ()

    @cached_property
    def probabilities(self) -> FloatMap:
        """(21, h, w) float32 at the working size: the softmax of the scores, computed when first asked for."""
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


def mean_confidence(prediction: Prediction) -> dict[int, float]:
    """For each class that wins somewhere at the working size: the mean of its probability where it wins."""
    best = prediction.probabilities.argmax(0)
    return {int(i): float(prediction.probabilities[i][best == i].mean()) for i in np.unique(best)}


def overlay(
    rgb: NDArray[np.uint8], labels: NDArray[np.uint8], alpha: float = 0.55, *, background: bool = False
) -> NDArray[np.uint8]:
    """The photo (H, W, 3) with the label map (H, W) laid over it, `alpha` 0 (photo) to 1 (colours).

    The background keeps the photo's pixels unless `background` is true.

    Raises:
        ValueError: photo and label map differ in size, or `alpha` is outside 0..1.
    """
    if rgb.shape[:2] != labels.shape:
        raise ValueError(f"got a photo of {rgb.shape[:2]} and labels of {labels.shape}; they must be equal")
    if not 0 <= alpha <= 1:
        raise ValueError(f"got alpha={alpha}; 0..1 is allowed")
    mixed = (rgb * (1 - alpha) + colourise(labels) * np.float32(alpha) + 0.5).astype(np.uint8)
    return mixed if background else np.where((labels > 0)[..., None], mixed, rgb)


def shrink(labels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The label map at (height, width) by nearest neighbor; itself if it has that size."""
    if labels.shape == size:
        return labels
    return np.asarray(Image.fromarray(labels).resize(size[::-1], Image.Resampling.NEAREST))


def outline(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True at pixels whose right or lower neighbour has another class: the label map's contours, (H, W)."""
    edge = np.zeros(labels.shape, np.bool_)
    edge[:-1] |= labels[:-1] != labels[1:]
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    return edge


def labels_png(labels: NDArray[np.uint8]) -> bytes:
    """The label map as a palette PNG (mode P) whose pixel values are the VOC ids and whose colours are VOC's."""
    image = Image.fromarray(np.ascontiguousarray(labels, dtype=np.uint8))
    image.putpalette([channel for colour in PALETTE for channel in colour])
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
