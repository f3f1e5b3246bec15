"""Pasting: an object of one photo stands in the window of another, so that surroundings alone give nothing away.

After Ghiasi et al. 2021, "Simple Copy-Paste is a Strong Data Augmentation Method for Instance Segmentation".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.labels import IGNORED
from training.windows import GRID, Window

BAND = 6
"""The ignored pixels that come with an object: VOC's void band along its contour is five pixels wide."""
LEAST = 400
"""An object of fewer pixels is not pasted."""


def paste(under: Window, over: Window, class_id: int) -> None:
    """Put what `over` shows of a class into `under`, in place; the teacher, if there is one, is told so."""
    covered = with_band(over.targets, class_id)
    if covered is None:
        return
    under.rgb = np.where(covered[..., None], over.rgb, under.rgb)
    under.targets = np.where(covered, over.targets, under.targets)
    if under.teacher is not None:
        rows, columns = np.nonzero(covered[::GRID, ::GRID])
        under.teacher[:, rows, columns] = 0
        under.teacher[class_id, rows, columns] = 1


def with_band(targets: NDArray[np.uint8], class_id: int) -> NDArray[np.bool_] | None:
    """The pixels of a class and the ignored ones around them; None if there are too few."""
    shown = targets == class_id
    if np.count_nonzero(shown) < LEAST:
        return None
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    around = (
        slice(max(0, rows[0] - BAND), rows[-1] + BAND + 1),
        slice(max(0, columns[0] - BAND), columns[-1] + BAND + 1),
    )
    shown[around] |= targets[around] == IGNORED
    return shown
