"""Random small cases to ask about: every number small, kernels without symmetry, harder with the level.

A case is what `explainer.examples.cases` reads. Randomness comes from a `Generator` alone, so that a seed gives the
same case in the browser, on the command line and on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator

from explainer.operators import MaxPooling

Case = dict[str, Any]
#: The highest level; beyond it nothing becomes harder.
HARDEST = 4


def integer(random: Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return int(torch.randint(low, high + 1, (1,), generator=random))


def grid(random: Generator, *sizes: int, high: int = 9) -> Any:
    """Different numbers from 1 on, in random order; they repeat only where there are more cells than numbers."""
    cells = int(torch.tensor(sizes).prod())
    order = torch.randperm(max(high, cells), generator=random)[:cells] + 1
    return order.view(*sizes).tolist()


def convolution(random: Generator, level: int, dims: int) -> Case:
    """A convolution: stride from level 2 on, padding from 3, dilation from 4."""
    k, side = (3, 5) if dims == 1 else (2, 3 + (level > 1))
    params = {"stride": 1 if level < 2 else 2, "padding": 0 if level < 3 else 1}
    if level >= HARDEST and dims == 1:
        params["dilation"], side = 2, 7
    return {"op": f"conv{dims}d", "params": params, "input": grid(random, *[side] * dims),
            "weight": grid(random, *[k] * dims, high=4)}  # fmt: skip


def transposed(random: Generator, level: int, dims: int) -> Case:
    """A transposed convolution: stride 2 from level 2 on, padding from 3, output_padding (in 1D dilation too) at 4."""
    side = 3 if dims == 1 else 2
    params = {"stride": 1 if level < 2 else 2, "padding": 0 if level < 3 else 1}
    if level >= HARDEST:
        params |= {"output_padding": 1} | ({"dilation": 2} if dims == 1 else {})
    k = 2 if dims == 2 and level == 1 else 3
    return {"op": f"conv_transpose{dims}d", "params": params, "input": grid(random, *[side] * dims, high=5),
            "weight": grid(random, *[k] * dims, high=k**dims)}  # fmt: skip


def nearest(random: Generator, level: int) -> Case:
    """Nearest neighbor by 2, by 3 from level 3 on."""
    return {"op": "nearest", "params": {"scale_factor": 2 + (level > 2)}, "input": grid(random, 2, 2 + (level > 1))}


def nails(random: Generator, level: int) -> Case:
    """Bed of nails with stride 2, or 3 from level 3 on."""
    return {"op": "bed_of_nails", "params": {"stride": 2 + (level > 2)}, "input": grid(random, 2, 2 + (level > 1))}


def bilinear(random: Generator, level: int) -> Case:
    """Bilinear by 2 of multiples of 4, so that answers have few digits; in 1D at first."""
    values = 4 * torch.tensor(grid(random, 3)) if level < 3 else 16 * torch.tensor(grid(random, 2, 2))
    return {"op": "bilinear", "params": {"scale_factor": 2, "align_corners": False}, "input": values.tolist()}


def shuffle(random: Generator, level: int) -> Case:
    """Pixel shuffle of four channels."""
    return {
        "op": "pixel_shuffle",
        "params": {"upscale_factor": 2},
        "input": grid(random, 4, 1 + (level > 1), 2, high=16),
    }


def pooling(random: Generator, level: int) -> Case:
    """Max pooling in windows of 2, overlapping from level 3 on."""
    stride = 2 if level < 3 else 1
    return {"op": "max_pool2d", "params": {"kernel_size": 2, "stride": stride}, "input": grid(random, 4, 4, high=16)}


def unpooling(random: Generator, level: int) -> Case:
    """Max unpooling with the indices of a random map's pooling, of values that are not its maxima."""
    columns = 4 if level < 3 else 6
    _, indices = MaxPooling(2).with_indices(torch.tensor(grid(random, 4, columns, high=24)).double()[None, None])
    return {"op": "max_unpool2d", "params": {"kernel_size": 2, "stride": 2}, "indices": indices[0, 0].tolist(),
            "input": grid(random, 2, columns // 2)}  # fmt: skip


#: Name of an operator in a case -> what draws a case of it.
DRAWN: dict[str, Callable[[Generator, int], Case]] = {
    "nearest": nearest,
    "bed_of_nails": nails,
    "max_pool2d": pooling,
    "max_unpool2d": unpooling,
    "bilinear": bilinear,
    "pixel_shuffle": shuffle,
    "conv1d": lambda random, level: convolution(random, level, 1),
    "conv2d": lambda random, level: convolution(random, level, 2),
    "conv_transpose1d": lambda random, level: transposed(random, level, 1),
    "conv_transpose2d": lambda random, level: transposed(random, level, 2),
}
