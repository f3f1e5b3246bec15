"""The teacher: what the bundled FCN says about the labeled training photos.

Most of them name the objects alone and leave the rest open; a network this small, trained for an hour, learns more
from an answer at each pixel (Hinton, Vinyals and Dean 2015). Answers are the 28 probabilities at stride 8 of the photo
at 257 pixels, on disk.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from explainer.segmentation.model import FCN
from explainer.segmentation.resize import to_input
from training.labels import subset
from training.packs import Packs
from training.teacher import cache_answers

SIDE = 257
WITHOUT_MASKS = ("cocou", "inet")


class Teacher:
    """The bundled FCN at 257 pixels."""

    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        self.net = FCN()
        self.net.load_state_dict(state)
        self.net.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def answer(self, rgb: NDArray[np.uint8], kind: str) -> NDArray[np.float16]:
        """FCN-8s's probabilities (28, 4n+1, 4m+1) of a photo of 32n+1 x 32m+1 pixels; the subset does not matter."""
        x = to_input(rgb, SIDE).contiguous(memory_format=torch.channels_last)
        soft: NDArray[np.float16] = self.net.score_maps(x).fused8[0].softmax(0).half().numpy()
        return soft


def photos(packs: Packs) -> list[str]:
    """The training photos that have a mask."""
    return [name for name in packs.part("train") if subset(name) not in WITHOUT_MASKS]


def ask(packs: Packs, state: dict[str, torch.Tensor], folder: Path) -> None:
    """Cache the answers for these photos; safe to interrupt and repeat."""
    cache_answers(packs, photos(packs), Teacher(state), folder)
