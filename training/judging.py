"""How good networks are on a part of the split: VOC's classes on VOC and COCO photos, the scenes' on scenes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from explainer.segmentation.classes import SCENE_IDS, VOC_COUNT
from explainer.segmentation.crf import along_edges
from explainer.segmentation.label_maps import trimap
from explainer.segmentation.mirrored import both_ways
from explainer.segmentation.model import FCN, HEADS, Head
from explainer.segmentation.resize import labels_at, to_input, voc_only
from explainer.threads import one_thread
from training.labels import GRASS, GRASS_IS_GREEN, OBJECTS_ONLY, VEGETATION, subset
from training.metrics import Confusion
from training.packs import Packs, Sample
from training.progress import progress
from training.versions import version

FAMILIES = ("voc", "coco", "scenes")
Pixels = NDArray[np.uint8]
Networks = Callable[[Pixels, bool], Mapping[str, Pixels]]
"""Labels a photo by one or several networks, by name: VOC's 21 classes if the second argument is true, else 28."""


def family(name: str) -> str:
    """Which of the three sets a photo belongs to."""
    kind = subset(name)
    return "voc" if kind == "voc" else "coco" if kind in OBJECTS_ONLY else "scenes"


def comparable(name: str, mask: Pixels, predicted: Pixels) -> Pixels:
    """The predictions in the mask's own terms: grass counts as vegetation where vegetation includes lawns."""
    if subset(name) in GRASS_IS_GREEN:
        return np.where((mask == VEGETATION) & (predicted == GRASS), np.uint8(VEGETATION), predicted)
    return predicted


@dataclass
class Found:
    """What was counted for one network: by family everywhere, near VOC's outlines, and the time per photo in ms."""

    families: dict[str, Confusion] = field(default_factory=dict)
    outlines: Confusion = field(default_factory=Confusion)
    milliseconds: list[float] = field(default_factory=list)

    def add(self, sample: Sample, predicted: Pixels) -> None:
        """Count one photo."""
        kind = family(sample.name)
        said = comparable(sample.name, sample.mask, predicted)
        self.families.setdefault(kind, Confusion()).add(sample.mask, said)
        if kind == "voc":
            band = trimap(sample.mask)
            self.outlines.add(sample.mask[band], said[band])

    def means(self) -> dict[str, float]:
        """Mean IoU of each family (of the scene classes alone on scenes), and the mean of these."""
        found = {
            kind: counts.mean_iou(SCENE_IDS if kind == "scenes" else range(VOC_COUNT))
            for kind, counts in self.families.items()
        }
        return found | {"mean": sum(found.values()) / len(found)}


def heads_of(
    net: FCN,
    side: int,
    device: torch.device,
    heads: tuple[Head, ...] = HEADS,
    *,
    mirrored: bool = False,
    every_class: bool = False,
    crf: bool = False,
) -> Networks:
    """The heads of an FCN; `every_class` as in `FCN.grow`, `crf`: behind each a CRF draws outlines.

    The app asks it both ways (`mirrored`); training compares its checkpoints by one look, in half the time.
    """

    def label(rgb: Pixels, voc: bool) -> dict[str, Pixels]:
        x = to_input(rgb, side).to(device, memory_format=torch.channels_last)
        maps = both_ways(net, x) if mirrored else net.score_maps(x)
        found = {}
        for head in heads:
            scores = net.grow(maps, head, every_class=every_class)
            scores = voc_only(scores) if voc else scores
            size = rgb.shape[:2]
            found[head] = along_edges(scores, x).labels(*size) if crf else labels_at(scores, *size)
        return found

    return label


@one_thread()
@torch.inference_mode()
def judge(networks: Networks, packs: Packs, names: list[str], number: int = 0) -> dict[str, Found]:
    """Counts for each network on the named photos in version `number` of each, labels at each photo's own size.

    The time is that of all the networks of one call together.
    """
    found: dict[str, Found] = {}
    for name in progress(names, "validating"):
        sample = version(packs.load(name), number)
        start = time.perf_counter()
        answers = networks(sample.rgb, family(name) != "scenes")
        spent = (time.perf_counter() - start) * 1000
        for network, predicted in answers.items():
            one = found.setdefault(network, Found())
            one.add(sample, predicted)
            one.milliseconds.append(spent)
    return found
