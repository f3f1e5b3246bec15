"""What a mask's value allows a pixel to be: a set of classes, for one pack's meaning of 0, 22, 254 and 255.

A *target* (uint8) is a row of `ALLOWED`: 0..27 allow one class; the rows after them several (none of VOC's objects,
tree or grass, anything but a cat, no animal but a dog). `IGNORED` pixels teach nothing; of `UNKNOWN` ones only a
teacher knows something.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import CLASS_COUNT, CLASS_NAMES, VOC_COUNT
from explainer.segmentation.label_maps import trimap

NOT_THIS, UNKNOWN = 254, 255
"""Mask values: surely not the class that the subset labels; nothing known (or void)."""
IGNORED = 253
SUBSET_CLASS = {"cocoperson": 15, "cocou": 15, "cat": 8, "horse": 13, "sky": 21}
"""The class that a partly labelled subset labels; its 254 denies it."""
OBJECTS_ONLY = ("voc", "cocofull", "coco128")
"""Subsets whose 0 says no more than `none of VOC's 20 objects`."""
GRASS_IS_GREEN = ("lmf", "camvid")
"""Subsets whose vegetation includes lawns."""
DRAWN_AS_POLYGONS = ("cocofull", "coco128", "cocoperson", "cocostuff", "cat")
"""Subsets without a void band along their contours."""
ANIMALS = tuple(CLASS_NAMES.index(name) for name in ("bird", "cat", "cow", "dog", "horse", "sheep"))
"""VOC's animals, which are mistaken for each other, and for which other animals are mistaken."""
VEGETATION, GRASS = CLASS_NAMES.index("vegetation"), CLASS_NAMES.index("grass")


def _rows() -> tuple[NDArray[np.bool_], dict[str, int], dict[int, int], dict[int, int]]:
    rows = list(np.eye(CLASS_COUNT, dtype=np.bool_))
    not_an_object = np.ones(CLASS_COUNT, np.bool_)
    not_an_object[1:VOC_COUNT] = False
    green = np.zeros(CLASS_COUNT, np.bool_)
    green[[VEGETATION, GRASS]] = True
    named = {"no object": len(rows), "green": len(rows) + 1}
    rows += [not_an_object, green]
    denials = {}
    for denied in sorted(set(SUBSET_CLASS.values())):
        denials[denied] = len(rows)
        rows.append(np.arange(CLASS_COUNT) != denied)
    of_animals = {}
    for animal in (0, *ANIMALS):
        of_animals[animal] = len(rows)
        rows.append(~np.isin(np.arange(CLASS_COUNT), [other for other in ANIMALS if other != animal]))
    return np.array(rows), named, denials, of_animals


ALLOWED, _NAMED, DENIAL, OF_ANIMALS = _rows()
"""(targets, 28) booleans: which classes each target allows. `DENIAL[c]` is the target `anything but c`, `OF_ANIMALS[c]`
`none of VOC's animals but c`, with 0 none at all."""
RECEIVER = dict.fromkeys(DENIAL.values(), 0) | {row: animal for animal, row in OF_ANIMALS.items()}
"""For each target that denies something the class that gets what a teacher said for the denied ones."""
NO_OBJECT, GREEN = _NAMED["no object"], _NAMED["green"]


def subset(name: str) -> str:
    """The prefix that names the subset: `cocofull_000000000802` -> `cocofull`."""
    return name.split("_", 1)[0]


def targets(name: str, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The targets (H, W) of a photo's mask (H, W), by what the values mean in the photo's subset.

    Raises:
        ValueError: a value that the subset cannot hold.
    """
    kind = subset(name)
    found = mask.copy()
    if kind in OBJECTS_ONLY:
        found[mask == 0] = NO_OBJECT
    if kind in GRASS_IS_GREEN:
        found[mask == VEGETATION] = GREEN
    if kind in SUBSET_CLASS:
        found[mask == NOT_THIS] = DENIAL[SUBSET_CLASS[kind]]
    if kind == "voc":
        found[mask == UNKNOWN] = IGNORED
    if kind in DRAWN_AS_POLYGONS:
        found[contours(mask)] = IGNORED
    known = found[found < IGNORED]
    if known.size and int(known.max()) >= len(ALLOWED):
        raise ValueError(f"{name}: value {int(known.max())} found; 0..{CLASS_COUNT - 1}, 254 and 255 are allowed")
    if (found == NOT_THIS).any():
        raise ValueError(f"{name}: value 254 found, but its subset denies no class")
    return found


def contours(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The pixels on either side of a change of value: two pixels along every outline."""
    return trimap(mask, 1)
