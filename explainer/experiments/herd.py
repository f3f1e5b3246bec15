"""One photograph, four tasks: a herd of horses with outlines drawn by hand, and what each task returns for it.

The outlines are ours, drawn by eye on the sample photo "horses" (800 x 519 pixels); the semantic answer comes from the
network. Classification here is the class that covers most of the photo, background and scenery aside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]
Outline = tuple[tuple[int, int], ...]

#: The sample that the outlines belong to, and its size (width, height) in pixels.
NAME, SIZE = "horses", (800, 519)
#: VOC's id of the class that the outlines show.
HORSE = 13
#: (x, y) corners of each animal, those in front last, since they cover others.
OUTLINES: tuple[Outline, ...] = (
    ((101, 167), (123, 180), (143, 164), (155, 185), (192, 199), (259, 215), (279, 229), (269, 263), (267,
     309), (288, 300), (288, 313), (283, 380), (269, 380), (263, 323), (252, 305), (248, 356), (235, 343),
     (225, 300), (216, 340), (189, 316), (184, 425), (168, 428), (169, 316), (155, 269), (133, 292), (112,
     287), (109, 269), (125, 229), (104, 209)),
    ((259, 177), (269, 193), (288, 193), (301, 176), (309, 196), (345, 199), (392, 212), (425, 229), (408,
     256), (408, 303), (416, 336), (419, 423), (405, 425), (403, 369), (387, 327), (373, 323), (379, 425),
     (365, 425), (360, 336), (336, 313), (328, 380), (320, 380), (315, 316), (307, 305), (285, 300), (269,
     283), (267, 243), (259, 209)),
    ((456, 265), (475, 223), (467, 193), (480, 183), (520, 183), (547, 201), (579, 199), (613, 236), (659,
     243), (675, 260), (685, 300), (707, 343), (696, 356), (680, 329), (677, 383), (688, 433), (677, 436),
     (667, 383), (659, 356), (656, 431), (643, 433), (653, 383), (629, 343), (611, 337), (616, 431), (605,
     425), (600, 336), (587, 336), (584, 423), (571, 423), (568, 332), (549, 289), (541, 256), (519, 249),
     (493, 257), (475, 271)),
    ((403, 257), (411, 247), (416, 239), (429, 247), (440, 239), (443, 271), (465, 283), (488, 296), (492,
     311), (515, 311), (509, 321), (491, 321), (491, 428), (481, 428), (477, 356), (467, 343), (475, 428),
     (461, 428), (453, 356), (445, 351), (445, 428), (435, 428), (432, 343), (421, 316), (411, 305), (405,
     276)),
    ((203, 335), (213, 345), (235, 345), (243, 367), (259, 385), (312, 388), (347, 393), (365, 416), (365,
     444), (325, 449), (259, 441), (219, 436), (216, 425), (240, 420), (224, 404), (211, 403), (208, 369)),
)  # fmt: skip
#: Colors of the single animals, told apart by brightness too.
COLORS = ("#e6550d", "#1f77b4", "#f5c518", "#2ca02c", "#9467bd")


def label_map() -> Pixels:
    """(519, 800) class ids as somebody who trains a network would draw them: horse, and 0 for all else."""
    canvas = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(canvas)
    for outline in OUTLINES:
        pen.polygon(outline, fill=HORSE)
    return np.asarray(canvas)


def boxes() -> list[tuple[int, int, int, int]]:
    """(left, top, right, bottom) of each animal."""
    return [
        (min(x for x, _ in one), min(y for _, y in one), max(x for x, _ in one), max(y for _, y in one))
        for one in OUTLINES
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
    for outline, color in zip(OUTLINES, COLORS, strict=True):
        pen.polygon(outline, fill=color)
    return np.asarray(Image.blend(Image.fromarray(photo), painted, alpha))


def commonest(labels: Pixels, ignored: Sequence[int] = (0,)) -> int:
    """The class that covers most pixels: what a classifier would say of the whole photo; 0 if there is no other."""
    ids, counts = np.unique(labels[~np.isin(labels, ignored)], return_counts=True)
    return int(ids[counts.argmax()]) if ids.size else 0
