"""A photo with a network's answer, cut down to what the page shows. Runs in the worker's thread; no Streamlit here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import ClassSet
from explainer.segmentation.prediction import Prediction, StrideMaps, mean_confidence
from explainer.ui.photo.picture import view_of

Pixels = NDArray[np.uint8]
FINEST = 129
"""Long side of the probability maps that travel to the browser."""


@dataclass(frozen=True)
class ShownPhoto:
    """A photo to label.

    Attributes:
        key: `sample:` and its name, or the SHA-256 of the file's bytes. title: for captions; never a file's name.
        rgb: upright pixels, reduced. width, height: the photo's own size. read_ms: time to decode it.
    """

    key: str
    title: str
    rgb: Pixels
    width: int
    height: int
    read_ms: float
    notices: tuple[str, ...] = ()

    @property
    def is_sample(self) -> bool:
        """Whether everybody may see it."""
        return self.key.startswith("sample:")


@dataclass(frozen=True)
class Request:
    """How a photo is to be labelled: a network's name, the working size, the device, the answers that count."""

    model: str
    side: int
    device: str
    classes: ClassSet = "all"


@dataclass(frozen=True)
class Labelled:
    """A network's answer.

    Attributes:
        labels: (H, W) at the size of the photo that is shown. confidence: mean probability by class id.
        probabilities: (C, h, w) uint8 of 255, small. maps: score maps by stride (bundled network only).
        milliseconds: time of each stage, by name. view: what the viewer in the browser gets.
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
    view: dict[str, Any]
    classes: ClassSet


def label(photo: ShownPhoto, request: Request) -> Labelled:
    """Run the network and draw the answer."""
    from explainer.segmentation.inference import predict

    answer = predict(photo.rgb, request.model, request.side, request.device, classes=request.classes)
    start = time.perf_counter()
    slim = _slim(answer)
    view = view_of(photo.rgb, slim.labels, slim.confidence, slim.probabilities, slim.working_size, slim.classes)
    drawn = replace(slim, view={**view, **_fields(request.model)})
    draw = (time.perf_counter() - start) * 1000
    times = {"read": photo.read_ms, **answer.milliseconds, "draw": draw}
    return replace(drawn, milliseconds=times)


def _slim(answer: Prediction) -> Labelled:
    """The answer without its large arrays: 28 full-size score maps are some 22 MB a photo."""
    return Labelled(
        answer.model,
        answer.device,
        answer.labels,
        mean_confidence(answer),
        coarse(answer.probabilities),
        answer.maps,
        answer.working_size,
        {},
        answer.notices,
        {},
        answer.classes,
    )


def _fields(model: str) -> dict[str, list[dict[str, int]]]:
    """How far around its center a pixel of each score map sees; only the bundled network is known so closely."""
    from explainer.segmentation.anatomy import field_of_pixel
    from explainer.segmentation.model import HEADS

    strides = {"fcn32s": (32,), "fcn16s": (16, 32), "fcn8s": (8, 16, 32)}
    if model not in HEADS:
        return {}
    return {"fields": [{"stride": s, "reach": -field_of_pixel(0, 0, s, "fcn8s")[0]} for s in strides[model]]}


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
