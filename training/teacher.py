"""The teacher: what the earlier networks say about the photos, so that training on VOC does not unlearn COCO.

VOC draws a wheel hollow and leaves distant cars out; COCO fills the wheel and keeps the car. A network trained on VOC's
masks alone gets worse on COCO. So it also hears the mean of two earlier ones, each at two sizes, plain and mirrored:
the FCN that training starts from, which counts twice (a point better on validation's COCO photos than once), and
DeepLab, dilated. VOC's photos hear DeepLab alone: the FCN knows their masks by heart. Crowds and ImageNet's photos have
no masks and nothing else to say; of ImageNet's animals it is known that they are a dog or a bear, and `training.absent`
says what was seen on either and is not there. Answers are VOC's 21 probabilities at stride 8 of the photo at 513
pixels, on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from training.packs import COCO, UNLABELLED, Packs
from training.progress import progress
from training.start import initialize

SIDE = 513
LARGE, SMALL = (513, 641), (321, 385)
"""The longer sides at which both are asked about sharp photos, and about the unlabelled ones of 320 pixels."""
DEEPLAB_ALONE = ("voc",)
FCN_COUNTS = 2
ASKED = (*COCO, "voc", "cocoperson", *UNLABELLED)


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
        sides = SMALL if kind in UNLABELLED else LARGE
        said = [scores for side in sides for scores in self._scores(rgb, side, kind)]
        total = torch.zeros((VOC_COUNT, *size), device=self.device)
        for scores in said:
            total += F.interpolate(scores, size, mode="bilinear", align_corners=True).softmax(1)[0]
        return (total / len(said)).half().cpu().numpy()

    def _scores(self, rgb: NDArray[np.uint8], side: int, kind: str) -> Iterator[Tensor]:
        """The 21 scores of a photo and of its mirror image, turned back, from each network that is asked."""
        x = to_input(rgb, side).to(self.device)
        both = torch.cat((x, x.flip(3))).contiguous(memory_format=torch.channels_last)
        said = [self.deeplab(both)]
        if kind not in DEEPLAB_ALONE:
            said += [voc_only(self.fcn.score_maps(both).fused8)] * FCN_COUNTS
        for scores in said:
            yield scores[:1]
            yield scores[1:].flip(3)


def taught(packs: Packs) -> list[str]:
    """Those of the training photos that the teacher is asked about."""
    return [name for name in packs.part("train") if subset(name) in ASKED]


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
