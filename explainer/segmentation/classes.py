"""The 28 classes: PASCAL VOC's 21, and seven of a picture's ground and sky; their names and colors.

Ids 0..20 are VOC's own (Everingham et al. 2010): 0 is the background. `VOC_COLORS` is the VOC development kit's, for
label maps that other programs read: the bits of the id spread over red, green and blue from the highest bit down.
`SCREEN_COLORS` is for eyes. This module knows numpy and nothing else.

A *class set* says which answers count: `all` 28, or `voc21`, where the seven are part of the background, as for
networks that know nothing else.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

CLASS_NAMES: tuple[str, ...] = (
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
    "sky",
    "vegetation",
    "grass",
    "ground",
    "building",
    "water",
    "mountain",
)
"""VOC's own spelling for 0..20, then the seven scene classes; the position is the class id."""

CLASS_COUNT = len(CLASS_NAMES)
VOC_COUNT = 21
"""Ids below this are VOC's; the others count as background where only VOC's classes are asked for."""

ClassSet = Literal["all", "voc21"]
CLASS_SETS: tuple[ClassSet, ...] = get_args(ClassSet)
SCENE_IDS = range(VOC_COUNT, CLASS_COUNT)
"""Sky, vegetation, grass, road and other ground, building, water, mountain."""

_DISPLAY = {
    "diningtable": "dining table", "pottedplant": "potted plant", "tvmonitor": "tv monitor",
    "ground": "road and ground",
}  # fmt: skip


def voc_color(class_id: int) -> tuple[int, int, int]:
    """The VOC development kit's RGB color (0..255) of a class id.

    >>> voc_color(0), voc_color(15), voc_color(20)
    ((0, 0, 0), (192, 128, 128), (0, 64, 128))
    """
    red = green = blue = 0
    bits = class_id
    for shift in range(7, -1, -1):
        red |= (bits & 1) << shift
        green |= (bits >> 1 & 1) << shift
        blue |= (bits >> 2 & 1) << shift
        bits >>= 3
    return red, green, blue


VOC_COLORS: tuple[tuple[int, int, int], ...] = tuple(voc_color(i) for i in range(CLASS_COUNT))
"""RGB of each class id, 28 triples."""


# fmt: off
SCREEN_COLORS: tuple[tuple[int, int, int], ...] = (
    (0, 0, 0), (180, 60, 75), (105, 165, 120), (135, 75, 105), (90, 60, 225), (165, 0, 150), (0, 255, 240),
    (60, 165, 255), (255, 135, 0), (240, 30, 45), (165, 135, 75), (255, 180, 90), (105, 0, 255), (225, 120, 195),
    (60, 210, 255), (240, 165, 180), (0, 120, 15), (240, 30, 150), (0, 255, 165), (255, 225, 0), (75, 120, 240),
    (120, 165, 225), (120, 165, 60), (0, 210, 0), (105, 60, 45), (105, 135, 105), (0, 15, 210), (75, 60, 105),
)
"""RGB for the screen, 28 triples. VOC's own colors are dark and close together for people who confuse red and green;
these were chosen greedily for the largest smallest distance in CIELAB, as seen with normal vision and as simulated for
deuteranopia and protanopia (Machado et al. 2009), and then given to the classes nearest in hue."""
# fmt: on


def class_count(classes: ClassSet) -> int:
    """How many answers a class set has: ids 0 up to that.

    Raises:
        ValueError: there is no such set.
    """
    if classes not in CLASS_SETS:
        raise ValueError(f"got classes {classes!r}; allowed are {', '.join(CLASS_SETS)}")
    return CLASS_COUNT if classes == "all" else VOC_COUNT


def display_name(class_id: int, classes: ClassSet = "voc21") -> str:
    """The class name as a reader would write it: `dining table` for VOC's `diningtable`.

    Beside sky and grass, 0 is no background any more:

    >>> display_name(0), display_name(0, "all"), display_name(24, "all")
    ('background', 'something else', 'road and ground')
    """
    if class_id == 0 and classes == "all":
        return "something else"
    name = CLASS_NAMES[class_id]
    return _DISPLAY.get(name, name)


def display_names(classes: ClassSet) -> tuple[str, ...]:
    """The names of a class set, by id."""
    return tuple(display_name(class_id, classes) for class_id in range(class_count(classes)))


def hex_color(class_id: int) -> str:
    """`#rrggbb` of a class id on the screen."""
    return "#{:02x}{:02x}{:02x}".format(*SCREEN_COLORS[class_id])


def colorize(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint a label map in the screen's colors: (H, W) of ids 0..27 to (H, W, 3) RGB uint8.

    Raises:
        ValueError: an id above 27.
    """
    if labels.size and int(labels.max()) >= CLASS_COUNT:
        raise ValueError(f"label {int(labels.max())} found; ids 0..{CLASS_COUNT - 1} are allowed")
    table = np.asarray(SCREEN_COLORS, dtype=np.uint8)
    return table[labels]
