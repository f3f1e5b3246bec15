"""The scene of a named example: what `render` draws."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.examples.cases import grid
from explainer.examples.table import Example
from explainer.nesting import tuples_of
from explainer.operators import MaxPooling, MaxUnpooling, TransposedConvolution
from explainer.scene.panels import Scene
from explainer.scene.scenes import scene_of
from explainer.scene.view import View


def example_scene(example: Example) -> Scene:
    """The scene of an example, titled with its name.

    Raises:
        ValueError: where torch refuses the case, or where there is nothing to draw.
    """
    if "max_unpool" in example.op and not example.is_single:
        scene = pooled_scene(example)
    elif example.op == "conv_transpose1d x3":
        scene = stacked_scene(example)
    elif example.is_single:
        problem = example.problem()
        readings = isinstance(problem.op, TransposedConvolution) and problem.symbols is None
        view = View(order=example.order, readings=readings, symbols=problem.symbols)
        scene = scene_of(problem.op, problem.input, view)
    else:
        raise ValueError(f"{example.slug} is a question of sizes; there is no picture of it.")
    return {**scene, "name": example.title}


def pool_then_unpool(case: Any) -> tuple[Tensor, Tensor, MaxUnpooling]:
    """Run the pooling of a sequence case: the map (1, *spatial), the pooled values, and the unpooling to come."""
    params, x = dict(case["params"]), grid("input", case["input"])[None]
    size = params.pop("output_size", None)
    pool = MaxPooling(**{key: tuples_of(value) for key, value in params.items()})
    values, indices = pool.with_indices(x[None])
    # Pooling with ceil_mode leaves indices that only fit the map they came from.
    size = tuple(x.shape[1:]) if size is None and pool.ceil_mode else size
    unpool = MaxUnpooling(
        tuples_of(indices[0, 0].tolist()), pool.kernel_size, pool.stride, pool.padding, tuples_of(size)
    )
    return x, values[0], unpool


def pooled_scene(example: Example) -> Scene:
    """Pool, then put back: the scene of the putting back, with the map that the indices point into."""
    x, pooled, unpool = pool_then_unpool(example.case)
    before = tuple(x.flatten().tolist())
    return scene_of(unpool, pooled, View(order=example.order, pooled_from=before))


def stacked_scene(example: Example) -> Scene:
    """Three transposed convolutions of ones: the last layer, fed by the two before it."""
    x = grid("input", example.case["input"])[None, None]
    sizes = list(zip(example.case["params"]["kernels"], example.case["params"]["strides"], strict=True))
    for k, s in sizes[:-1]:
        x = F.conv_transpose1d(x, torch.ones(1, 1, k, dtype=torch.float64), stride=s)
    k, s = sizes[-1]
    return scene_of(TransposedConvolution((1.0,) * k, stride=s), x[0], View(order=example.order, matrix=False))
