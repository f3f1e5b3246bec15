"""How good the DeconvNet is: its eight named groups, at each photo's own size, on a part of the split.

VOC and COCO name objects only, so there all that is no person, animal or vehicle counts as one answer; the scenes
packs judge sky, plants and hills, ground, building and water.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from explainer.segmentation.classes import CLASS_COUNT
from explainer.segmentation.deconvnet import DeconvNet
from explainer.segmentation.groups import GROUP_COUNT, GROUP_OF, GROUPS, grouped
from explainer.segmentation.label_maps import trimap
from explainer.segmentation.model import FCN
from explainer.segmentation.remembered import LONG_SIDE, REPLACEMENTS, sides, to_input
from explainer.segmentation.resize import labels_at
from explainer.segmentation.resize import to_input as fcn_input
from explainer.threads import one_thread
from training.judging import family
from training.packs import Packs
from training.progress import progress

FCN_SIDE = LONG_SIDE + 1
"""Of the form 32n+1, as it wants."""
OBJECTS = (1, 2, 3)
SCENES = (4, 5, 6, 7, 8)
Pixels = NDArray[np.uint8]
Labeler = Callable[[Pixels], Mapping[str, Pixels]]
"""Group labels (H, W) of a photo, by the name of the network or of what its indices were replaced with."""


def count(truth: Pixels, said: Pixels) -> NDArray[np.int64]:
    """(9, 9) counts, rows the truth."""
    pairs = truth.astype(np.int64) * GROUP_COUNT + said
    return np.bincount(pairs.ravel(), minlength=GROUP_COUNT**2).reshape(GROUP_COUNT, GROUP_COUNT)


def iou(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """IoU of each group; NaN where it is neither true nor said."""
    right = np.diag(counts).astype(np.float64)
    union = counts.sum(0) + counts.sum(1) - right
    return np.divide(right, union, out=np.full(GROUP_COUNT, np.nan), where=union > 0)


@dataclass
class Tally:
    """Counts of one network on photos of objects, on scenes, and near VOC's outlines."""

    objects: NDArray[np.int64] = field(default_factory=lambda: np.zeros((GROUP_COUNT, GROUP_COUNT), np.int64))
    scenes: NDArray[np.int64] = field(default_factory=lambda: np.zeros((GROUP_COUNT, GROUP_COUNT), np.int64))
    outlines: NDArray[np.int64] = field(default_factory=lambda: np.zeros((GROUP_COUNT, GROUP_COUNT), np.int64))

    def add(self, name: str, mask: Pixels, said: Pixels) -> None:
        """Count one photo: its mask of the 28 classes, and the groups that were said."""
        known = mask < CLASS_COUNT
        truth = GROUP_OF[np.where(known, mask, 0)]
        if family(name) == "scenes":
            self.scenes += count(truth[known], said[known])
            return
        objects = np.where(np.isin(said, OBJECTS), said, np.uint8(0))
        self.objects += count(truth[known], objects[known])
        if family(name) == "voc":
            band = known & trimap(mask)
            self.outlines += count(truth[band], objects[band])

    def by_group(self) -> dict[str, float]:
        """IoU of the eight named groups."""
        of_objects, of_scenes = iou(self.objects), iou(self.scenes)
        found = {GROUPS[i].title: float(of_objects[i]) for i in OBJECTS}
        return found | {GROUPS[i].title: float(of_scenes[i]) for i in SCENES}

    def summary(self) -> dict[str, float]:
        """Mean IoU of the eight, the shares of pixels that are right, everywhere and within 6 of VOC's outlines."""
        pixels = self.objects + self.scenes
        return {
            "mean IoU": float(np.nanmean(list(self.by_group().values()))),
            "pixels": float(np.trace(pixels) / max(1, pixels.sum())),
            "near outlines": float(np.trace(self.outlines) / max(1, self.outlines.sum())),
        }


def intact(net: DeconvNet, long_side: int = LONG_SIDE) -> Labeler:
    """The network as it is."""

    def label(rgb: Pixels) -> dict[str, Pixels]:
        return {"own": labels_at(net(to_input(rgb, sides(*rgb.shape[:2], long_side))), *rgb.shape[:2])}

    return label


def replaced(net: DeconvNet, long_side: int = LONG_SIDE) -> Labeler:
    """The network with its own indices, and with each replacement; the other photo is the one judged before."""
    before: list[Pixels] = []

    def label(rgb: Pixels) -> dict[str, Pixels]:
        size = sides(*rgb.shape[:2], long_side)
        own = net.down(to_input(rgb, size))
        other = net.down(to_input(before.pop() if before else rgb[:, ::-1], size))
        before.append(rgb)
        return {
            one.name: labels_at(net.up(own.bottom, one.told(own, other)).scores, *rgb.shape[:2]) for one in REPLACEMENTS
        }

    return label


def eights(net: FCN) -> Labeler:
    """FCN-8s at DeconvNet's size, its 28 answers as the nine groups."""

    def label(rgb: Pixels) -> dict[str, Pixels]:
        x = fcn_input(rgb, FCN_SIDE).contiguous(memory_format=torch.channels_last)
        scores = net.grow(net.score_maps(x), "fcn8s")
        return {"fcn8s": grouped(labels_at(scores, *rgb.shape[:2]))}

    return label


@one_thread()
@torch.inference_mode()
def judge(labeler: Labeler, packs: Packs, names: list[str]) -> dict[str, Tally]:
    """Counts for each network on the named photos, labels at each photo's own size."""
    found: dict[str, Tally] = {}
    for name in progress(names, "validating"):
        sample = packs.load(name)
        for network, said in labeler(sample.rgb).items():
            found.setdefault(network, Tally()).add(name, sample.mask, said)
    return found
