"""What is not there: objects that the network claimed on photos without masks, and that somebody looked for in vain.

The teacher of such a photo is the network itself, which believes its own mistakes: a gong was a bottle, an insect a
potted plant. On the photos of crowds and of ImageNet the seventh round's file made 1,493 claims (a class of VOC's on
0.4 % of a photo or more, sure enough to be kept, and neither a person in a crowd nor what ImageNet says it is). Each
was looked at, outlined on its photo; 408 on 387 photos were of something else, and stand in `absent.tsv`. Doubtful ones
(a glass as a bottle, a street's tram as a bus) mostly do not.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation.classes import CLASS_NAMES

TABLE = Path(__file__).with_name("absent.tsv")


@cache
def absent() -> dict[str, tuple[int, ...]]:
    """Photo -> ids of the classes that it does not show, though the network said so."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["name"]: tuple(CLASS_NAMES.index(one) for one in row["absent"].split(" ")) for row in rows}


def without(answer: NDArray[np.float16], classes: tuple[int, ...]) -> NDArray[np.float16]:
    """A teacher's answer (21, h, w), in which the background gets what it said for these classes."""
    if not classes:
        return answer
    corrected = answer.copy()
    corrected[0] += corrected[list(classes)].sum(0)
    corrected[list(classes)] = 0
    return corrected
