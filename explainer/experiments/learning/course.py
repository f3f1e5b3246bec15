"""One course of learning: every step's loss, and now and then a look at kernel and answer.

A course is a function of its recipe alone, so a link reopens it, and everybody who asks for the same recipe can be
given the same course. It is computed in slices; only one slice at a time runs in the whole process, so many learners
share one core fairly, and the others serve those who do not learn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explainer.experiments import lineup
from explainer.experiments.learning.layers import LAYERS, kernels_of
from explainer.experiments.learning.tasks import TASKS, Data
from explainer.experiments.overlap import pattern_share
from explainer.threads import one_thread

Parameters = Iterator[nn.Parameter]
OPTIMIZERS: dict[str, Callable[[Parameters, float], torch.optim.Optimizer]] = {
    "Adam": lambda weights, rate: torch.optim.Adam(weights, lr=rate),
    "SGD": lambda weights, rate: torch.optim.SGD(weights, lr=rate),
    "SGD with momentum": lambda weights, rate: torch.optim.SGD(weights, lr=rate, momentum=0.9),
}
"""Name -> (weights, learning rate) -> torch's own optimizer."""
MARGIN = 8
"""The border is left out of loss and PSNR: beyond it the layers guess differently, which is not what is learned."""
LOOKS = 60
SLICE_SECONDS = 0.05
_turn = threading.Lock()


@dataclass(frozen=True)
class Recipe:
    """All that a course depends on; the values of its fields are keys of TASKS, LAYERS, STARTS and OPTIMIZERS."""

    task: str = "photo"
    layer: str = "Transposed convolution"
    kernel: int = 6
    stride: int = 2
    start: str = "random"
    optimizer: str = "Adam"
    rate: float = 0.03
    steps: int = 300
    seed: int = 1


@dataclass(frozen=True)
class Look:
    """The layer after `step` steps: kernels (n, k, k), its answer (rh, rw) to the kept-back map and that one's PSNR.

    `pattern` is the share of energy that repeats with the stride in its answer to a constant map: a checkerboard.
    """

    step: int
    kernels: Tensor
    answer: Tensor
    psnr: float
    pattern: float


@dataclass
class Course:
    """What has been learned so far.

    Attributes:
        losses: mean squared error before each step.
        rivals: PSNR in dB of what does not learn, by name.
        diverged: the step at which the loss was no number any more, if it was so.
    """

    recipe: Recipe
    data: Data
    losses: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    rivals: dict[str, float] = field(default_factory=dict)
    diverged: int | None = None


def follow(recipe: Recipe) -> Iterator[Course]:
    """Learn in slices; after each one the same, longer course."""
    with _turn, one_thread():
        data = TASKS[recipe.task].make(recipe.stride, recipe.seed)
        course = Course(recipe, data, rivals=rivals(data, recipe.stride))
        layer = LAYERS[recipe.layer](recipe.kernel, recipe.stride, recipe.start, recipe.seed)
        course.data = data.of(next(layer.parameters()).dtype)
        optimizer = OPTIMIZERS[recipe.optimizer](layer.parameters(), recipe.rate)
    wanted = looked_at(recipe.steps)
    todo = iter(range(recipe.steps + 1))
    while True:
        with _turn, one_thread():
            until = time.monotonic() + SLICE_SECONDS
            for step in todo:
                advance(course, layer, optimizer, step, step in wanted)
                if course.diverged is not None or time.monotonic() >= until:
                    break
        yield course
        if course.diverged is not None or len(course.losses) > recipe.steps:
            return


def advance(course: Course, layer: nn.Module, optimizer: torch.optim.Optimizer, step: int, look: bool) -> None:
    """Note the loss, look if it is time, and take a step."""
    loss = F.mse_loss(inner(layer(course.data.small)), inner(course.data.large))
    value = loss.item()
    if not isfinite(value) or value > 1e6:
        course.diverged = step
        return
    course.losses.append(value)
    if look:
        course.looks.append(look_at(layer, course.data, step, course.recipe.stride))
    if step < course.recipe.steps:
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


@torch.no_grad()
def look_at(layer: nn.Module, data: Data, step: int, stride: int) -> Look:
    """What the layer has become."""
    answer = layer(data.unseen)
    flat = inner(layer(torch.ones_like(data.unseen)))
    return Look(step, kernels_of(layer), answer[0, 0], psnr(answer, data.truth), pattern_share(flat[0, 0], stride))


def rivals(data: Data, stride: int) -> dict[str, float]:
    """PSNR of the interpolations, which have nothing to learn."""
    modes = {"nearest": "nearest", "bilinear": "bilinear", "bicubic": "bicubic"}
    return {
        name: psnr(F.interpolate(data.unseen, scale_factor=stride, mode=mode), data.truth)
        for name, mode in modes.items()
    }


def psnr(picture: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio in dB away from the border, of values clipped to 0..1; 200 where all is equal."""
    return min(200.0, lineup.psnr(inner(picture).clamp(0, 1), inner(truth).clamp(0, 1)))


def inner(maps: Tensor) -> Tensor:
    """Without MARGIN pixels on each side."""
    return maps[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def looked_at(steps: int) -> set[int]:
    """About LOOKS steps, close together at first, when most happens; the first and the last among them.

    >>> sorted(looked_at(4))
    [0, 1, 2, 3, 4]
    """
    return {round(steps * (n / LOOKS) ** 2) for n in range(LOOKS + 1)} | set(range(min(steps, 5) + 1))
