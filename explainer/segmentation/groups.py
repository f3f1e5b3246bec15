"""Nine answers instead of 28, for a network as small as the bundled DeconvNet: which class joins which group.

This module knows numpy and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import CLASS_COUNT, CLASS_NAMES, SCREEN_COLORS


@dataclass(frozen=True)
class Group:
    """Several of the 28 classes that count as one; `color` is that of one of them on the screen."""

    title: str
    members: tuple[str, ...]
    color: tuple[int, int, int]


def _group(title: str, color_of: str, members: str) -> Group:
    return Group(title, tuple(members.split()), SCREEN_COLORS[CLASS_NAMES.index(color_of)])


GROUPS: tuple[Group, ...] = (
    _group("something else", "background", "background bottle chair diningtable pottedplant sofa tvmonitor"),
    _group("person", "person", "person"),
    _group("animal", "cat", "bird cat cow dog horse sheep"),
    _group("vehicle", "car", "aeroplane bicycle boat bus car motorbike train"),
    _group("sky", "sky", "sky"),
    _group("plants and hills", "vegetation", "vegetation grass mountain"),
    _group("road and ground", "ground", "ground"),
    _group("building", "building", "building"),
    _group("water", "water", "water"),
)
"""The position is the group's id."""
GROUP_COUNT = len(GROUPS)


def _table() -> NDArray[np.uint8]:
    place = {name: number for number, group in enumerate(GROUPS) for name in group.members}
    return np.array([place[name] for name in CLASS_NAMES], np.uint8)


GROUP_OF = _table()
"""(28,): the group of each class."""


def grouped(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A label map of the 28 classes as one of the nine groups.

    Raises:
        ValueError: an id above 27.
    """
    if labels.size and int(labels.max()) >= CLASS_COUNT:
        raise ValueError(f"label {int(labels.max())} found; ids 0..{CLASS_COUNT - 1} are allowed")
    merged: NDArray[np.uint8] = GROUP_OF[labels]
    return merged


def painted(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint a label map of the groups: (H, W) of ids 0..8 to (H, W, 3) RGB uint8.

    Raises:
        ValueError: an id above 8.
    """
    if labels.size and int(labels.max()) >= GROUP_COUNT:
        raise ValueError(f"label {int(labels.max())} found; ids 0..{GROUP_COUNT - 1} are allowed")
    return np.array([group.color for group in GROUPS], np.uint8)[labels]
