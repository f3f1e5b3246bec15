"""What the figure in the browser gets: the followed maps as numbers, the answers as pictures, the words."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explainer.experiments.indices import Journey, Map, Pooling, Unpooling, Way
from explainer.palette import PALETTE
from explainer.photos import to_data_uri
from explainer.quantities import percent
from explainer.segmentation.groups import GROUPS
from explainer.segmentation.label_maps import outline

FINEST = 32767
"""Numbers travel in 16 bits: the largest of a map is this."""
PHOTO_SHARE = 0.35
Pixels = NDArray[np.uint8]


def figure_data(found: Journey) -> dict[str, Any]:
    """A journey as the figure takes it; poolings and rises are the finest first."""
    height, width = found.photo.shape[:2]
    return {
        "height": height,
        "width": width,
        "photo": to_data_uri(found.photo),
        "poolings": [pooling_data(one) for one in found.poolings],
        "ways": [way_data(one, found) for one in found.ways],
        "palette": {
            name: {"input": theme["text"]["input"], "output": theme["text"]["output"], "accent": theme["accent"],
                   "background": theme["background"]}
            for name, theme in PALETTE.items()
        },
    }  # fmt: skip


def pooling_data(one: Pooling) -> dict[str, Any]:
    """A pooling's map and what it kept."""
    return {
        "channel": one.channel,
        "channels": one.channels,
        "height": one.before.shape[0],
        "width": one.before.shape[1],
        "before": packed(one.before),
        "kept": bits(one.kept),
    }


def way_data(one: Way, found: Journey) -> dict[str, Any]:
    """A way up: its answer, its words, its maps."""
    own = one is found.ways[0]
    share = f"{percent(one.same)} of the pixels named alike, IoU {percent(one.overlap)}"
    return {
        "name": one.told.name,
        "title": one.told.title,
        "how": one.told.how,
        "score": "the network as it was trained" if own else share,
        "answer": to_data_uri(answer_picture(found.photo, one.labels)),
        "alt": f"Label map with {one.told.title.lower()}: {words(one.labels)}",
        "rises": [rise_data(rise) for rise in one.rises],
    }


def rise_data(one: Unpooling) -> dict[str, Any]:
    """An unpooling: values, where they were put, what came of it."""
    return {
        "values": packed(one.values),
        "put": bits(one.put),
        "grown": packed(one.grown),
        "channel": one.grown_channel,
    }


def packed(values: Map) -> dict[str, Any]:
    """A map as whole numbers of 16 bits, little-endian, and what one of them is worth."""
    most = float(np.abs(values).max()) or 1.0
    whole = np.rint(values / most * FINEST).astype("<i2")
    return {"unit": most / FINEST, "numbers": bits(whole)}


def bits(values: NDArray[Any]) -> str:
    """An array's bytes in base64."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def answer_picture(photo: Pixels, labels: Pixels) -> Pixels:
    """The groups' colors over the photo, their outlines white."""
    colors = np.array([group.color for group in GROUPS], np.float32)[labels]
    mixed = (photo * PHOTO_SHARE + colors * (1 - PHOTO_SHARE) + 0.5).astype(np.uint8)
    mixed[outline(labels)] = 255
    return mixed


def words(labels: Pixels) -> str:
    """The groups of a label map by their share of the pixels.

    >>> words(np.array([[1, 1], [4, 1]], np.uint8))
    'person 75%, sky 25%'
    """
    counts = np.bincount(labels.ravel(), minlength=len(GROUPS))
    order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
    return ", ".join(f"{GROUPS[i].title} {percent(counts[i] / labels.size)}" for i in order)
