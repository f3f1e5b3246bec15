"""What a step learns from: windows of photos, what their pixels may be, and what the teacher says there.

Batch number k is a function of (seed, k) alone, so a run that was interrupted goes on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer.segmentation.classes import CLASS_COUNT
from explainer.segmentation.groups import GROUP_COUNT, GROUP_OF
from training.batches import classes_shown, some_pixel
from training.labels import ALLOWED, IGNORED, subset
from training.packs import Packs
from training.views import draw, pick, random_view, recolor, sampled

WINDOW = 128
"""Side of a window."""
LONG_SIDE = 176
"""The longer side at which a photo is drawn, times a random factor of `ZOOM`."""
ZOOM = (0.75, 1.4)
KEPT_SIDE = 288
"""Photos are kept in memory at most this large."""
SHARE = {
    "voc": 0.44, "cocofull": 0.08, "coco128": 0.05, "msrc": 0.2, "ade": 0.08, "lmf": 0.03, "camvid": 0.03,
    "cocostuff": 0.02, "sky": 0.01, "cat": 0.02, "horse": 0.02, "cocoperson": 0.02,
}  # fmt: skip
"""How often a subset is drawn."""
BY_CLASS = 0.5
"""How often a photo is drawn because it shows a class (each class as often), and not just so."""


def allowed_groups() -> NDArray[np.bool_]:
    """(targets, 9): which groups each target of `training.labels` allows."""
    merged = np.zeros((len(ALLOWED), GROUP_COUNT), np.bool_)
    for class_id, group in enumerate(GROUP_OF):
        merged[:, group] |= ALLOWED[:, class_id]
    return merged


@dataclass(frozen=True)
class Batch:
    """`x` (N, 3, 128, 128) in -1..1, `targets` (N, 128, 128) as in `training.labels`, `teacher` (N, 9, 128, 128)."""

    x: Tensor
    targets: Tensor
    teacher: Tensor


@dataclass(frozen=True)
class Kept:
    """A photo in memory, reduced: pixels, targets, the teacher's answers for the nine groups."""

    rgb: NDArray[np.uint8]
    targets: NDArray[np.uint8]
    teacher: NDArray[np.float16]


class Windows:
    """Draws batches from the photos that the teacher knows (`answers/NAME.npy`)."""

    def __init__(self, packs: Packs, answers: Path, batch_size: int = 8, seed: int = 0) -> None:
        self.packs, self.answers, self.batch_size, self.seed = packs, answers, batch_size, seed
        self._kept: dict[str, Kept] = {}
        self._groups: dict[str, list[str]] = {}
        self._showing: dict[str, dict[int, list[str]]] = {}
        for name in packs.part("train"):
            if subset(name) in SHARE and (answers / f"{name}.npy").exists():
                self._groups.setdefault(subset(name), []).append(name)
                self._note(name)
        shares = np.array([SHARE[group] for group in self._groups])
        self._chances = shares / shares.sum()

    def _note(self, name: str) -> None:
        sample = self.packs.load(name)
        scale = min(1.0, KEPT_SIDE / max(sample.rgb.shape[:2]))
        size = round(sample.rgb.shape[1] * scale), round(sample.rgb.shape[0] * scale)
        small = np.asarray(Image.fromarray(sample.rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=2))
        targets = np.asarray(Image.fromarray(sample.targets).resize(size, Image.Resampling.NEAREST))
        soft = np.load(self.answers / f"{name}.npy")
        merged = np.zeros((GROUP_COUNT, *soft.shape[1:]), np.float16)
        np.add.at(merged, GROUP_OF, soft)
        self._kept[name] = Kept(small, targets, merged)
        showing = self._showing.setdefault(subset(name), {})
        for class_id in classes_shown(sample):
            showing.setdefault(class_id, []).append(name)

    def batch(self, number: int) -> Batch:
        """Batch `number`."""
        rng = np.random.default_rng((self.seed, abs(number), number < 0))
        groups = rng.choice(list(self._groups), self.batch_size, p=self._chances)
        windows = [self._window(rng, str(group)) for group in groups]
        x, targets, teacher = (torch.stack(parts) for parts in zip(*windows, strict=True))
        return Batch(x, targets, teacher)

    def batches(self, start: int, stop: int) -> Iterator[Batch]:
        """Batches start..stop-1, made ahead in a thread."""
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self.batch, start)
            for number in range(start, stop):
                ready, coming = coming.result(), pool.submit(self.batch, number + 1)
                yield ready

    def _window(self, rng: np.random.Generator, group: str) -> tuple[Tensor, Tensor, Tensor]:
        name, class_id = self._draw(rng, group)
        kept = self._kept[name]
        shape = kept.targets.shape
        scale = LONG_SIDE * float(np.exp(rng.uniform(*np.log(ZOOM)))) / max(shape)
        shown = class_id is not None and (kept.targets == class_id).any()
        focus = some_pixel(rng, kept.targets == class_id) if shown else None
        view = random_view(rng, shape, scale, WINDOW, WINDOW, focus)
        everywhere = slice(None)
        targets = torch.from_numpy(pick(kept.targets, view, everywhere, everywhere, IGNORED))
        return recolor(rng, draw(kept.rgb, view))[0], targets, sampled(kept.teacher, shape, view, 1)

    def _draw(self, rng: np.random.Generator, group: str) -> tuple[str, int | None]:
        showing = self._showing[group]
        if showing and rng.random() < BY_CLASS:
            class_id = int(rng.choice(sorted(showing)))
            return str(rng.choice(showing[class_id])), class_id
        return str(rng.choice(self._groups[group])), None


def truths(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A mask's pixels as groups, `IGNORED` where none is known; for masks that label all that they can."""
    known = mask < CLASS_COUNT
    return np.where(known, GROUP_OF[np.where(known, mask, 0)], np.uint8(IGNORED))
