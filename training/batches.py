"""Batches: which photos, which windows of them, which colours, and what their pixels should become.

Batch number k is a function of (seed, k) alone, so a run that was interrupted goes on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer.segmentation.classes import CLASS_COUNT
from explainer.segmentation.resize import normalise
from training.packs import Packs, Sample, subset
from training.progress import progress
from training.targets import View, target

GRID = 4
"""The main loss looks at every 4th pixel: half the finest score map's spacing, at a sixteenth of the cost."""
WINDOW = 4
"""Side of the full-resolution window, in steps of stride 32: 4 steps, 129 pixels."""
FREQUENT = 0.10
"""Classes in fewer photos than this share are drawn more often (by the root of the ratio)."""
SUBSET_WEIGHT = {"cocofull": 4.0, "coco128": 4.0, "ccp": 0.5, "cat": 0.5, "inet": 0.7}


@dataclass(frozen=True)
class Batch:
    """`x` (N, 3, H, W) in -1..1; `coarse` (N, 21, h, w) at every 4th pixel; `fine` (M, 21, 129, 129) for the first
    M photos, at every pixel of the window that starts at stride-32 cell (`cell_y`, `cell_x`)."""

    x: Tensor
    coarse: Tensor
    fine: Tensor
    cell_y: int
    cell_x: int

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        x, coarse, fine = (tensor.to(device) for tensor in (self.x, self.coarse, self.fine))
        return Batch(x, coarse, fine, self.cell_y, self.cell_x)


@dataclass
class Feed:
    """Draws batches from packs and the teacher's cached answers."""

    packs: Packs
    names: list[str]
    answers: Path
    batch_size: int = 16
    fine_photos: int = 4
    seed: int = 0
    long_sides: tuple[int, ...] = (385, 449, 513, 513)
    _samples: dict[str, Sample] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        shapes = []
        presence = np.zeros((len(self.names), CLASS_COUNT), np.bool_)
        for row, name in enumerate(progress(self.names, "reading photos")):
            sample = self._samples[name] = self.packs.load(name)
            shapes.append(sample.rgb.shape[0] > sample.rgb.shape[1])
            presence[row] = classes_present(sample, self._answer(name))
        self._portrait = np.array(shapes)
        self._weight = sampling_weights(self.names, presence)

    def _answer(self, name: str) -> NDArray[np.float16]:
        answer: NDArray[np.float16] = np.load(self.answers / f"{name}.npy")
        return answer

    def batch(self, number: int) -> Batch:
        """Batch `number` of this feed."""
        rng = np.random.default_rng((self.seed, number))
        share = self._weight / self._weight.sum()
        portrait = bool(rng.random() < share[self._portrait].sum())
        pool = np.flatnonzero(self._portrait == portrait)
        drawn = rng.choice(pool, self.batch_size, p=share[pool] / share[pool].sum())
        long = int(rng.choice(self.long_sides))
        short = max(WINDOW * 32 + 1, round((long - 1) * 0.75 / 32) * 32 + 1)
        height, width = (long, short) if portrait else (short, long)
        cell_y, cell_x = (int(rng.integers((side - 1) // 32 - WINDOW + 1)) for side in (height, width))
        x, coarse, fine = [], [], []
        for place, index in enumerate(drawn):
            name = self.names[index]
            sample, answer = self._samples[name], self._answer(name)
            view = random_view(rng, sample.rgb.shape[1] / sample.rgb.shape[0], height, width)
            x.append(recolour(rng, draw(sample.rgb, view)))
            coarse.append(target(sample, answer, view, np.arange(0, height, GRID), np.arange(0, width, GRID)))
            if place < self.fine_photos:
                inside = np.arange(WINDOW * 32 + 1)
                fine.append(target(sample, answer, view, cell_y * 32 + inside, cell_x * 32 + inside))
        return Batch(torch.cat(x), torch.stack(coarse), torch.stack(fine), cell_y, cell_x)

    def batches(self, start: int, stop: int) -> Iterator[Batch]:
        """Batches start..stop-1, made one ahead in a thread."""
        with ThreadPoolExecutor(1) as pool:
            coming = [pool.submit(self.batch, number) for number in range(start, min(start + 2, stop))]
            for number in range(start, stop):
                ready = coming.pop(0).result()
                if number + 2 < stop:
                    coming.append(pool.submit(self.batch, number + 2))
                yield ready


def classes_present(sample: Sample, answer: NDArray[np.float16], least: float = 0.01) -> NDArray[np.bool_]:
    """Which classes fill at least 1 % of a photo, by its labels or, on unknown pixels, by the teacher."""
    rows, columns = (np.arange(side) for side in sample.labels.shape)
    view = View(0, 0, 1, 1, False, *sample.labels.shape)
    best = target(sample, answer, view, rows[::8], columns[::8]).argmax(0)
    share = torch.bincount(best.ravel(), minlength=CLASS_COUNT) / best.numel()
    return (share >= least).numpy()


def sampling_weights(names: list[str], presence: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How often each photo is drawn: rare classes more often (repeat factors), fully labelled photos more often."""
    frequency = np.maximum(presence.mean(0), 1 / max(1, len(names)))
    repeat = np.maximum(1, np.sqrt(FREQUENT / frequency))
    weight = np.where(presence, repeat, 1).max(1)
    return weight * np.array([SUBSET_WEIGHT.get(subset(name), 1.0) for name in names])


def random_view(rng: np.random.Generator, aspect: float, height: int, width: int) -> View:
    """A window of a photo of the given aspect (width / height): often all that fits, else down to 60 % of each side."""
    wanted = width / height * float(np.exp(rng.uniform(-0.1, 0.1)))
    across, down = (wanted / aspect, 1.0) if aspect > wanted else (1.0, aspect / wanted)
    zoom = 1.0 if rng.random() < 0.4 else float(rng.uniform(0.6, 1.0))
    across, down = across * zoom, down * zoom
    left, top = rng.uniform(0, 1 - across), rng.uniform(0, 1 - down)
    return View(left, top, left + across, top + down, bool(rng.random() < 0.5), height, width)


def draw(rgb: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """The pixels (height, width, 3) of a view."""
    height, width = rgb.shape[:2]
    box = (view.left * width, view.top * height, view.right * width, view.bottom * height)
    image = Image.fromarray(rgb).resize((view.width, view.height), Image.Resampling.BILINEAR, box=box)
    pixels = np.asarray(image)
    return pixels[:, ::-1] if view.mirror else pixels


def recolour(rng: np.random.Generator, rgb: NDArray[np.uint8]) -> Tensor:
    """The network's input (1, 3, H, W) with brightness, contrast and colour changed at random, sometimes to grey."""
    x = normalise(rgb)
    grey = x.mean(1, keepdim=True)
    saturation = 0.0 if rng.random() < 0.04 else float(rng.uniform(0.7, 1.3))
    x = grey + (x - grey) * saturation
    tint = torch.from_numpy(rng.uniform(-0.06, 0.06, (1, 3, 1, 1)).astype(np.float32))
    return (x * float(rng.uniform(0.75, 1.25)) + float(rng.uniform(-0.2, 0.2)) + tint).clamp(-1, 1)
