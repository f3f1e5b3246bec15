"""The teacher: the initial DeepLab network, asked at two sizes and mirrored; its answers are kept on disk.

Averaging 513 and 641 pixels, each with its mirror image, lifts the teacher's own mean IoU by about five points
on the validation photos. Answers are probabilities at stride 8 of the photo at 513 px.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from explainer.segmentation.model import FCN, initialise
from explainer.segmentation.resize import network_sides, to_input
from training.packs import Packs
from training.progress import progress

TEACHER_SIDES = (513, 641)


class DeepLab(nn.Module):
    """The initial network as its authors ran it: stride 16, the last blocks dilated. (N, 3, H, W) -> scores."""

    def __init__(self, state: dict[str, Tensor]) -> None:
        super().__init__()
        self.net = initialise(FCN(), state)
        for index in range(14, 18):
            depthwise = self.net.features[index].conv[1][0]  # type: ignore[union-attr,index]
            assert isinstance(depthwise, nn.Conv2d)
            depthwise.stride = (1, 1)
            if index > 14:
                depthwise.dilation = depthwise.padding = (2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W), sides 16n+1, to (N, 21, n+1, n+1)."""
        scores: Tensor = self.net.head(self.net.features(x))
        return scores


@torch.inference_mode()
def soft_labels(teacher: DeepLab, rgb: NDArray[np.uint8], device: torch.device) -> NDArray[np.float16]:
    """The averaged probabilities of one photo, (21, 4n+1, 4m+1) for the photo at 513 px = (32n+1, 32m+1)."""
    height, width = network_sides(rgb.shape[0], rgb.shape[1], TEACHER_SIDES[0])
    size = ((height - 1) // 8 + 1, (width - 1) // 8 + 1)
    total = torch.zeros((21, *size), device=device)
    for side in TEACHER_SIDES:
        x = to_input(rgb, side).to(device, memory_format=torch.channels_last)
        for mirror in (False, True):
            scores = teacher(x.flip(3)).flip(3) if mirror else teacher(x)
            total += F.interpolate(scores, size, mode="bilinear", align_corners=True).softmax(1)[0]
    return (total / (2 * len(TEACHER_SIDES))).half().cpu().numpy()


def cache_answers(packs: Packs, names: list[str], weights: Path, folder: Path, device: torch.device) -> None:
    """Ask the teacher about each named photo that has no answer in `folder` yet; safe to interrupt and repeat."""
    folder.mkdir(parents=True, exist_ok=True)
    todo = [name for name in names if not (folder / f"{name}.npy").exists()]
    if not todo:
        return
    state = torch.load(weights, map_location="cpu", weights_only=True)
    teacher = DeepLab(state).eval().to(device, memory_format=torch.channels_last)
    for name in progress(todo, "teacher"):
        part = folder / f"{name}.part"
        with part.open("wb") as file:
            np.save(file, soft_labels(teacher, packs.load(name).rgb, device))
        part.replace(folder / f"{name}.npy")
