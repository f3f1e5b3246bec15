"""How a photo and its answer travel between the app and a server of networks: MessagePack, checked on arrival.

Only pixels go out, at the size the network sees: no file, name or place.
"""

from __future__ import annotations

import math
from dataclasses import astuple
from typing import Any

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from explainer.segmentation.answer import Answer
from explainer.segmentation.classes import ClassSet, class_count
from explainer.segmentation.prediction import StrideMaps

MEDIA_TYPE = "application/msgpack"
MOST_SIDE = 4096
"""No label map that is asked for is longer or wider."""


class BadMessage(ValueError):
    """What arrived is not what was agreed on; the message says what."""


class Grid(msgspec.Struct, frozen=True, array_like=True):
    """An array: its shape and its bytes."""

    shape: tuple[int, ...]
    data: bytes


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo to label: `photo` (h, w, 3) uint8 as the network sees it; `size` of the label map wanted."""

    model: str
    side: int
    classes: ClassSet
    size: tuple[int, int]
    photo: Grid
    crf: bool


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An `Answer` in bytes."""

    device: str
    labels: Grid
    confidence: dict[int, float]
    probabilities: Grid
    maps: tuple[Grid, ...] | None
    working_size: tuple[int, int]
    milliseconds: dict[str, float]
    notices: tuple[str, ...]
    crf: bool


def grid_of(array: NDArray[Any]) -> Grid:
    """An array, to be sent."""
    return Grid(array.shape, array.tobytes())


def array_of(grid: Grid, dtype: DTypeLike, dimensions: int) -> NDArray[Any]:
    """The array that was sent. Raises BadMessage unless shape and length agree."""
    kind = np.dtype(dtype)
    fits = len(grid.shape) == dimensions and min(grid.shape) > 0
    if not fits or math.prod(grid.shape) * kind.itemsize != len(grid.data):
        raise BadMessage(f"got {len(grid.data)} bytes for an array {grid.shape} of {kind}")
    return np.frombuffer(grid.data, kind).reshape(grid.shape)


def packed(message: Ask | Reply) -> bytes:
    """To bytes."""
    return msgspec.msgpack.encode(message)


def read_ask(data: bytes) -> Ask:
    """A request from its bytes. Raises BadMessage."""
    try:
        found = msgspec.msgpack.decode(data, type=Ask)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise BadMessage(str(problem)) from None
    if not all(0 < one <= MOST_SIDE for one in found.size):
        raise BadMessage(f"got a label map of {found.size}; up to {MOST_SIDE} each way is allowed")
    array_of(found.photo, np.uint8, 3)
    return found


def reply_of(answer: Answer) -> Reply:
    """An answer, to be sent."""
    return Reply(
        answer.device,
        grid_of(answer.labels),
        answer.confidence,
        grid_of(answer.probabilities),
        tuple(map(grid_of, astuple(answer.maps))) if answer.maps is not None else None,
        answer.working_size,
        answer.milliseconds,
        answer.notices,
        answer.crf,
    )


def read_reply(data: bytes, ask: Ask) -> Answer:
    """The answer to a request from its bytes. Raises BadMessage, also where it answers something else."""
    try:
        found = msgspec.msgpack.decode(data, type=Reply)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise BadMessage(str(problem)) from None
    labels = array_of(found.labels, np.uint8, 2)
    probabilities = array_of(found.probabilities, np.uint8, 3)
    count = class_count(ask.classes)
    if labels.shape != ask.size or labels.max() >= count or len(probabilities) > count:
        raise BadMessage(f"got labels {labels.shape} up to {labels.max()} of {len(probabilities)} classes")
    if not set(found.confidence) <= set(range(count)):
        raise BadMessage("got a confidence for classes that nobody asked for")
    return Answer(
        ask.model,
        found.device,
        labels,
        found.confidence,
        probabilities,
        _maps(found.maps),
        found.working_size,
        found.milliseconds,
        found.notices,
        ask.classes,
        found.crf,
    )


def _maps(grids: tuple[Grid, ...] | None) -> StrideMaps | None:
    if grids is None:
        return None
    if len(grids) != len(StrideMaps.__dataclass_fields__):
        raise BadMessage(f"got {len(grids)} score maps")
    return StrideMaps(*(array_of(one, np.float32, 3) for one in grids))
