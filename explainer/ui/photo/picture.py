"""What the viewer in the browser gets: pixels as data URIs and packed arrays, never a file that somebody sent."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explainer.photos import to_data_uri
from explainer.segmentation.classes import ClassSet, display_names, hex_color
from explainer.segmentation.label_maps import class_shares, shrink
from explainer.segmentation.regions import regions

Pixels = NDArray[np.uint8]
SHOWN = 800
"""Long side of the picture that is drawn."""


def pack(array: Pixels) -> str:
    """Bytes for the browser: zlib, then base64."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 6)).decode()


def shown_size(shape: Sequence[int]) -> tuple[int, int]:
    """Height and width at which a photo is drawn."""
    scale = min(1.0, SHOWN / max(shape[0], shape[1]))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def base_of(rgb: Pixels, classes: ClassSet) -> dict[str, Any]:
    """The photo's part of the viewer's data, and the classes' names and colors."""
    named = [[name, hex_color(class_id)] for class_id, name in enumerate(display_names(classes))]
    height, width = shown_size(rgb.shape)
    small = np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS))
    return {"photo": to_data_uri(small, jpeg=True), "width": width, "height": height, "classes": named}


def layer_of(title: str, labels: Pixels, size: tuple[int, int], confidence: Mapping[int, float]) -> dict[str, Any]:
    """One label map: its pixels, its legend, and where names are written."""
    small = shrink(labels, size)
    return {
        "title": title,
        "labels": pack(small),
        "legend": [
            [one.class_id, round(one.share, 5), round(confidence.get(one.class_id, -1), 3)]
            for one in class_shares(labels)
        ],
        "names": [[r.class_id, *(round(n, 4) for n in (r.x, r.y, r.width, r.height))] for r in regions(small)],
    }


def view_of(
    rgb: Pixels,
    labels: Pixels,
    confidence: Mapping[int, float],
    probabilities: Pixels,
    working: tuple[int, int],
    classes: ClassSet,
) -> dict[str, Any]:
    """The whole view of one answer."""
    base = base_of(rgb, classes)
    layer = layer_of("", labels, (base["height"], base["width"]), confidence)
    packed = {"height": probabilities.shape[1], "width": probabilities.shape[2], "data": pack(probabilities)}
    return {**base, "layers": [layer], "probabilities": packed, "working": list(working)}


def layers_view(
    rgb: Pixels, answers: Sequence[tuple[str, Pixels]], mode: str, classes: ClassSet, layer: int = 0
) -> dict[str, Any]:
    """Several label maps over one photo, to compare or to play; `layer` is shown first."""
    base = base_of(rgb, classes)
    size = (base["height"], base["width"])
    layers = [layer_of(title, labels, size, {}) for title, labels in answers]
    return {**base, "layers": layers, "mode": mode, "layer": layer}
