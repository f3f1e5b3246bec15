"""One photograph, four tasks: a flock of sheep with outlines drawn by hand, and what each task returns for it.

The outlines are ours, drawn by eye on the sample photo "sheep" (800 x 389 pixels); the semantic answer comes from the
network. Classification here is the kind of object that covers most of the photo, scenery aside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]
Outline = tuple[tuple[int, int], ...]

#: The sample that the outlines belong to, and its size (width, height) in pixels.
NAME, SIZE = "sheep", (800, 389)
#: VOC's id of the class that the outlines show.
SHEEP = 17
#: (x, y) corners of each animal, the front one last, since it covers others.
SHEEP_OUTLINES: tuple[Outline, ...] = (
    ((97, 115), (112, 108), (127, 111), (138, 126), (140, 152), (138, 186), (130, 206), (112, 208), (92, 186),
     (103, 178), (98, 158), (94, 134)),
    ((240, 75), (262, 58), (285, 46), (325, 42), (345, 50), (355, 70), (352, 104), (344, 146), (328, 146), (320, 116),
     (302, 114), (302, 140), (280, 140), (278, 112), (262, 106), (250, 94)),
    ((476, 56), (495, 42), (514, 43), (523, 76), (521, 112), (506, 112), (499, 86), (482, 82)),
    ((512, 152), (532, 135), (560, 133), (584, 150), (587, 178), (560, 172), (528, 176)),
    ((333, 205), (345, 165), (380, 142), (430, 142), (480, 158), (530, 175), (565, 172), (588, 188), (578, 225),
     (560, 262), (540, 266), (546, 300), (573, 341), (550, 346), (520, 310), (470, 300), (455, 262), (420, 248),
     (385, 255), (370, 290), (355, 290), (345, 250)),
    ((353, 345), (368, 300), (370, 265), (395, 250), (425, 248), (450, 262), (462, 295), (476, 340), (465, 347),
     (440, 356), (428, 353), (430, 325), (412, 310), (388, 320), (370, 336)),
)  # fmt: skip
#: Colors of the single animals, told apart by brightness too.
COLORS = ("#e6550d", "#1f77b4", "#f5c518", "#2ca02c", "#9467bd", "#17becf")


def label_map() -> Pixels:
    """(389, 800) class ids as somebody who trains a network would draw them: sheep, and 0 for all else."""
    canvas = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(canvas)
    for outline in SHEEP_OUTLINES:
        pen.polygon(outline, fill=SHEEP)
    return np.asarray(canvas)


def boxes() -> list[tuple[int, int, int, int]]:
    """(left, top, right, bottom) of each animal."""
    return [
        (min(x for x, _ in one), min(y for _, y in one), max(x for x, _ in one), max(y for _, y in one))
        for one in SHEEP_OUTLINES
    ]


def with_boxes(photo: Pixels) -> Pixels:
    """The photo with a frame around each animal: what object detection returns."""
    picture = Image.fromarray(photo)
    pen = ImageDraw.Draw(picture)
    for box, color in zip(boxes(), COLORS, strict=True):
        pen.rectangle(box, outline=color, width=5)
    return np.asarray(picture)


def with_instances(photo: Pixels, alpha: float = 0.6) -> Pixels:
    """The photo with each animal in a color of its own: what instance segmentation returns."""
    painted = Image.fromarray(photo)
    pen = ImageDraw.Draw(painted)
    for outline, color in zip(SHEEP_OUTLINES, COLORS, strict=True):
        pen.polygon(outline, fill=color)
    return np.asarray(Image.blend(Image.fromarray(photo), painted, alpha))


def commonest(labels: Pixels, ignored: Sequence[int] = (0,)) -> int:
    """The class that covers most pixels: what a classifier would say of the whole photo; 0 if there is no other."""
    ids, counts = np.unique(labels[~np.isin(labels, ignored)], return_counts=True)
    return int(ids[counts.argmax()]) if ids.size else 0
