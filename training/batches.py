"""Batches: which photos, which windows of them, which colors, and what their pixels may be.

Batch number k of a process is a function of (seed, k, rank) alone, so a run that was interrupted goes on as if
nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from explainer.segmentation.classes import CLASS_COUNT, VOC_COUNT
from training.absent import absent, without
from training.labels import ALLOWED, IGNORED, RECEIVER, subset
from training.packs import UNLABELLED, Packs, Sample
from training.pasting import paste
from training.progress import progress
from training.views import colors, draw, pick, random_view, recolored, sampled, softened
from training.windows import GRID, Window, quilt

WINDOW = 4
"""Side of the full-resolution window, in steps of stride 32: 4 steps, 129 pixels."""
SHARE = {
    "voc": 0.26, "coco": 0.26, "msrc": 0.05, "ade": 0.035, "lmf": 0.015, "camvid": 0.015, "cocostuff": 0.02,
    "sky": 0.005, "cat": 0.01, "horse": 0.01, "cocoperson": 0.02, "cocou": 0.20, "inet": 0.10,
}  # fmt: skip
"""How often a group of photos is drawn."""
GROUP = {"cocofull": "coco", "coco128": "coco"}
SMALL = ("msrc", *UNLABELLED)
"""Groups of 320 pixels: four of them side by side fill a window, instead of one enlarged."""
BY_CLASS = 0.35
"""How often a photo is drawn because it shows a class (each class as often), and not just so."""
LONG_SIDE = 577
"""The longer side at which a photo is drawn, times a random factor of `ZOOM`."""
ZOOM = (0.6, 1.6)
QUILTED = 0.08
"""How often four photos, drawn small, fill a window side by side: objects at half their size, and less gray."""
SMALL_ZOOM = (0.7, 1.25)
PASTED = 0.25
"""How often an object of another photo is pasted into a window."""
PASTED_FROM = ("voc", "coco")
MISTAKEN = 0.4
"""How often a photo without a mask is one on which the network saw what is not there."""
SOFT = 0.12
SHARPEN = 1.4
"""The teacher's averaged probabilities are raised to this power: averaging made them too timid."""


@dataclass(frozen=True)
class Batch:
    """What a step learns from.

    Attributes:
        rgb, changes: pixels (N, 3, S, S) uint8, and how their colors are to be changed (N, 6).
        coarse: targets (N, s, s) at every 4th pixel from `phase` on.
        fine: targets (M, 129, 129) of the first M photos at every pixel of the window that starts at stride-32 cell
            (`cell_y`, `cell_x`).
        taught, teacher, trust: the T photos (T,) that the teacher knows, its probabilities (T, 21, s, s) there, and how
            much to trust them (T, s, s).
    """

    rgb: Tensor
    changes: Tensor
    coarse: Tensor
    fine: Tensor
    cell_y: int
    cell_x: int
    taught: Tensor
    teacher: Tensor
    trust: Tensor
    phase: tuple[int, int]

    def x(self) -> Tensor:
        """The network's input (N, 3, S, S), in -1..1."""
        return recolored(self.rgb, self.changes).contiguous(memory_format=torch.channels_last)

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return Batch(**(vars(self) | moved))


@dataclass
class Feed(Dataset[Batch]):
    """Draws batches from packs and the teacher's cached answers (`answers/NAME.npy`)."""

    packs: Packs
    names: list[str]
    answers: Path
    batch_size: int = 8
    fine_photos: int = 1
    seed: int = 0
    side: int = 449
    rank: int = 0
    workers: int = 1
    long_side: int = LONG_SIDE
    _samples: dict[str, Sample] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._groups: dict[str, list[str]] = {}
        self._showing: dict[str, dict[int, list[str]]] = {}
        self._mistaken: dict[str, list[str]] = {}
        for name in progress(self.names, "reading photos"):
            group = GROUP.get(subset(name), subset(name))
            if group not in SHARE or (group in UNLABELLED and not (self.answers / f"{name}.npy").exists()):
                continue
            sample = self._samples[name] = self.packs.load(name)
            self._groups.setdefault(group, []).append(name)
            if name in absent():
                self._mistaken.setdefault(group, []).append(name)
            for class_id in classes_shown(sample):
                self._showing.setdefault(group, {}).setdefault(class_id, []).append(name)
        shares = np.array([SHARE[group] for group in self._groups])
        self._chances = shares / shares.sum()

    def batch(self, number: int) -> Batch:
        """Batch `number` of this feed."""
        rng = np.random.default_rng((self.seed, number, self.rank))
        cell_y, cell_x = (int(rng.integers((self.side - 1) // 32 - WINDOW + 1)) for _ in range(2))
        groups = rng.choice(list(self._groups), self.batch_size, p=self._chances)
        phase = int(rng.integers(GRID)), int(rng.integers(GRID))
        windows = [self._window(rng, str(group)) for group in groups]
        rgb = np.stack([softened(rng, window.rgb) if rng.random() < SOFT else window.rgb for window in windows])
        changes = torch.stack([colors(rng) for _ in windows])
        truth = torch.from_numpy(np.stack([window.targets for window in windows]))
        inside = slice(cell_y * 32, (cell_y + WINDOW) * 32 + 1), slice(cell_x * 32, (cell_x + WINDOW) * 32 + 1)
        coarse = truth[:, phase[0] :: GRID, phase[1] :: GRID]
        taught = [index for index, window in enumerate(windows) if window.teacher is not None]
        answers = [window.teacher for window in windows if window.teacher is not None]
        teacher = torch.stack(answers) if answers else torch.zeros(0, VOC_COUNT, self.side, self.side)
        # The answers stand at phase 0: at most 3 pixels away, where a probability hardly changes.
        teacher = sharpened(teacher[..., : coarse.shape[1], : coarse.shape[2]])
        correct(teacher, coarse[taught])
        return Batch(
            torch.from_numpy(rgb).permute(0, 3, 1, 2), changes,
            coarse, truth[: self.fine_photos, inside[0], inside[1]], cell_y, cell_x,
            torch.tensor(taught, dtype=torch.long), teacher, trust(coarse[taught]), phase,
        )  # fmt: skip

    def batches(self, start: int, stop: int) -> Iterator[Batch]:
        """Batches start..stop-1, in their order, made ahead in `workers` processes: a GPU waits for a single one."""
        numbers = range(start, stop)
        ahead = 2 if self.workers else None  # torch takes none where nobody fetches
        yield from DataLoader(self, batch_size=None, sampler=numbers, num_workers=self.workers, prefetch_factor=ahead)

    def __getitem__(self, number: int) -> Batch:
        """As `batch`: what a `DataLoader` asks for."""
        return self.batch(number)

    def _window(self, rng: np.random.Generator, group: str) -> Window:
        if group not in SMALL and rng.random() >= QUILTED:
            name, class_id = self._draw_photo(rng, group)
            window = self._seen(rng, name, class_id, self._long_side(rng), self.side, GRID)
            if rng.random() < PASTED:
                self._paste(rng, window)
            return window
        half = self.side // 2 + 1
        zoom = float(rng.uniform(*SMALL_ZOOM))
        drawn = [self._draw_photo(rng, group) for _ in range(4)]
        return quilt([self._seen(rng, *one, 320 * zoom, half, 1) for one in drawn], self.side)

    def _long_side(self, rng: np.random.Generator) -> float:
        return self.long_side * float(np.exp(rng.uniform(*np.log(ZOOM))))

    def _paste(self, rng: np.random.Generator, window: Window) -> None:
        """Paste an object of another photo, each class as often."""
        showing = self._showing.get(str(rng.choice(PASTED_FROM)))
        if showing:
            class_id = int(rng.choice(sorted(showing)))
            name = str(rng.choice(showing[class_id]))
            paste(window, self._seen(rng, name, class_id, self._long_side(rng), self.side, GRID), class_id)

    def _seen(
        self, rng: np.random.Generator, name: str, class_id: int | None, long_side: float, side: int, every: int
    ) -> Window:
        """A window of a photo that holds a pixel of the class, if there is one."""
        sample = self._samples[name]
        scale = long_side / max(sample.rgb.shape[:2])
        focus = None if class_id is None else some_pixel(rng, sample.targets == class_id)
        view = random_view(rng, sample.targets.shape, scale, side, side, focus)
        everywhere = slice(None)
        window = Window(draw(sample.rgb, view), pick(sample.targets, view, everywhere, everywhere, IGNORED))
        file = self.answers / f"{name}.npy"
        if file.exists():
            answer = without(np.load(file), absent().get(name, ()))
            window.teacher = sampled(answer, sample.targets.shape, view, every)
        return window

    def _draw_photo(self, rng: np.random.Generator, group: str) -> tuple[str, int | None]:
        """A photo of a group, and the class that it was drawn for."""
        mistaken = self._mistaken.get(group)
        if mistaken and rng.random() < MISTAKEN:
            return str(rng.choice(mistaken)), None
        showing = self._showing.get(group)
        if showing and rng.random() < BY_CLASS:
            class_id = int(rng.choice(sorted(showing)))
            return str(rng.choice(showing[class_id])), class_id
        return str(rng.choice(self._groups[group])), None


def sharpened(teacher: Tensor) -> Tensor:
    """The teacher's probabilities (T, 21, h, w), raised to a power and made to sum to 1 again; silence stays silent."""
    raised = teacher**SHARPEN
    return raised / raised.sum(1, keepdim=True).clamp(min=1e-6)


def correct(teacher: Tensor, targets: Tensor) -> None:
    """Take from the teacher, in place, what a target denies; its receiver gets it."""
    for row, receiver in RECEIVER.items():
        here = targets == row
        if here.any():
            denied = torch.from_numpy(~ALLOWED[row, :VOC_COUNT])
            taken = teacher * denied[:, None, None] * here[:, None]
            teacher -= taken
            teacher[:, receiver] += taken.sum(1)


def trust(targets: Tensor) -> Tensor:
    """How much the teacher counts at each pixel: as much as a label, but nothing where all is to be ignored."""
    return torch.where(targets == IGNORED, 0.0, 1.0)


def classes_shown(sample: Sample, least: float = 0.004) -> list[int]:
    """The classes that fill at least 0.4 % of a photo, the background apart."""
    counts = np.bincount(sample.targets.ravel(), minlength=256)[:CLASS_COUNT]
    return [int(i) for i in np.flatnonzero(counts >= least * sample.targets.size) if i > 0]


def some_pixel(rng: np.random.Generator, where: NDArray[np.bool_]) -> tuple[int, int]:
    """A random one of the pixels that are true."""
    rows, columns = np.nonzero(where)
    one = int(rng.integers(len(rows)))
    return int(rows[one]), int(columns[one])
