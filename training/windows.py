"""One window of a photo, and four of them as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.segmentation.classes import VOC_COUNT

GRID = 4
"""The main loss looks at every 4th pixel: half the finest score map's spacing, at a sixteenth of the cost."""


@dataclass
class Window:
    """One window: pixels, targets at every pixel, the teacher's answers at every 4th, if there are any."""

    rgb: NDArray[np.uint8]
    targets: NDArray[np.uint8]
    teacher: Tensor | None = None


def quilt(four: list[Window], side: int) -> Window:
    """Four windows, the teacher's answers at every pixel, as one of side x side pixels."""
    half = side // 2 + 1

    def joined(parts: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        whole = np.concatenate([np.concatenate(parts[:2], 1), np.concatenate(parts[2:], 1)])
        return whole[:side, :side]

    assert 2 * half >= side
    teacher = None
    if any(window.teacher is not None for window in four):
        silent = torch.zeros(VOC_COUNT, half, half)
        a, b, c, d = (silent if window.teacher is None else window.teacher for window in four)
        teacher = torch.cat((torch.cat((a, b), 2), torch.cat((c, d), 2)), 1)[:, :side:GRID, :side:GRID]
    return Window(joined([window.rgb for window in four]), joined([window.targets for window in four]), teacher)
