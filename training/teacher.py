"""The teacher: what the earlier networks say about the photos, so that training on VOC does not unlearn COCO.

VOC draws a wheel hollow and leaves distant cars out; COCO fills the wheel and keeps the car. A network trained on VOC's
masks alone gets worse on COCO. So on COCO's photos it also hears the mean of two earlier ones: the FCN that training
starts from, at 641 pixels, and DeepLab, dilated, at 513 pixels and mirrored. Crowds, which have no masks, hear the FCN
alone; ImageNet's animals, which have none either but are known to be a dog or a bear, both at 385 pixels; VOC's photos
their masks alone. Answers are VOC's 21 probabilities at stride 8 of the photo at 513 pixels, on
disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from explainer.segmentation.classes import VOC_COUNT
from explainer.segmentation.model import FCN
from explainer.segmentation.resize import network_sides, to_input, voc_only
from training.labels import subset
from training.packs import COCO, Packs
from training.progress import progress
from training.start import initialize

SIDE = 513
FCN_SIDE = 641
SMALL_SIDE = 385
"""ImageNet's photos are sharp at 320 pixels only."""
SIDES = dict.fromkeys(COCO, (FCN_SIDE, SIDE)) | {"inet": (SMALL_SIDE, SMALL_SIDE)}
"""Where both are asked: at which longer side the FCN, at which DeepLab."""
CROWDS = 400
"""So many of the photos without masks are asked about; more would cost more than they teach."""


class DeepLab(nn.Module):
    """The initial network as its authors ran it: stride 16, the last blocks dilated. (N, 3, H, W) -> scores."""

    def __init__(self, state: dict[str, Tensor]) -> None:
        super().__init__()
        self.net = initialize(FCN(), state)
        for index in range(14, 18):
            depthwise = self.net.features[index].conv[1][0]  # type: ignore[union-attr,index]
            assert isinstance(depthwise, nn.Conv2d)
            depthwise.stride = (1, 1)
            if index > 14:
                depthwise.dilation = depthwise.padding = (2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W), sides 16n+1, to (N, 21, n+1, n+1)."""
        return voc_only(self.net.head(self.net.features(x)))


class Teacher:
    """Both earlier networks: `start` is a state that `initialize` takes, `initial` DeepLab's."""

    def __init__(self, start: dict[str, Tensor], initial: dict[str, Tensor], device: torch.device) -> None:
        self.device = device
        self.fcn, self.deeplab = (
            net.eval().to(device, memory_format=torch.channels_last)
            for net in (initialize(FCN(), start), DeepLab(initial))
        )

    @torch.inference_mode()
    def answer(self, rgb: NDArray[np.uint8], kind: str) -> NDArray[np.float16]:
        """The mean probabilities (21, 4n+1, 4m+1) of one photo of a subset, which at 513 px has (32n+1, 32m+1)."""
        height, width = network_sides(rgb.shape[0], rgb.shape[1], SIDE)
        size = ((height - 1) // 8 + 1, (width - 1) // 8 + 1)
        ours, deeplabs = SIDES.get(kind, (SIDE, None))
        said = [voc_only(self.fcn.score_maps(self._input(rgb, ours)).fused8)]
        if deeplabs:
            said.append(self.deeplab(self._input(rgb, deeplabs).flip(3)).flip(3))
        total = torch.zeros((VOC_COUNT, *size), device=self.device)
        for scores in said:
            total += F.interpolate(scores, size, mode="bilinear", align_corners=True).softmax(1)[0]
        return (total / len(said)).half().cpu().numpy()

    def _input(self, rgb: NDArray[np.uint8], side: int) -> Tensor:
        return to_input(rgb, side).to(self.device, memory_format=torch.channels_last)


def taught(packs: Packs) -> list[str]:
    """Those of the training photos that the teacher is asked about."""
    names = packs.part("train")
    named = [name for name in names if subset(name) in (*COCO, "cocoperson") or name in packs.animals]
    crowds = [name for name in names if subset(name) == "cocou"]
    return named + crowds[:CROWDS]


class Answers(Protocol):
    """Who can be asked about a photo of a subset."""

    def answer(self, rgb: NDArray[np.uint8], kind: str) -> NDArray[np.float16]:
        """Probabilities (C, h, w)."""


def cache_answers(packs: Packs, names: list[str], teacher: Answers, folder: Path) -> None:
    """Ask about each photo that has no answer in `folder` yet; safe to interrupt and repeat."""
    folder.mkdir(parents=True, exist_ok=True)
    todo = [name for name in names if not (folder / f"{name}.npy").exists()]
    for name in progress(todo, "teacher"):
        part = folder / f"{name}.part"
        with part.open("wb") as file:
            np.save(file, teacher.answer(packs.load(name).rgb, subset(name)))
        part.replace(folder / f"{name}.npy")
