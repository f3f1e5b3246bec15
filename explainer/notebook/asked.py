"""What was asked about: a layer as an operator, and one map of numbers in float64."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from explainer.matrix import Shape
from explainer.notebook.checks import check_module, check_numbers
from explainer.notebook.impulses import linear_map
from explainer.notebook.layers import LAYERS, sizes
from explainer.operators import MaxUnpooling, Operator, Record, to_nested


def operator_of(layer: Any, shape: Shape, indices: Tensor | None = None) -> Operator:
    """The operator that does what a layer does.

    Raises:
        ValueError: with one sentence.
    """
    if isinstance(layer, Record):
        return layer  # type: ignore[return-value]
    if isinstance(layer, nn.Module):
        check_module(layer)
    if isinstance(layer, nn.MaxUnpool1d | nn.MaxUnpool2d):
        if indices is None:
            raise ValueError("MaxUnpool needs the indices that pooling returned: show(layer, values, indices).")
        if not isinstance(indices, Tensor):
            raise ValueError(f"indices is a {type(indices).__name__}; it must be the tensor that pooling returned.")
        inner = indices[0] if indices.ndim == len(shape) + 1 else indices
        return MaxUnpooling(to_nested(inner), sizes(layer.kernel_size), sizes(layer.stride), sizes(layer.padding))
    for kind, make in LAYERS.items():
        if type(layer) is kind:
            return make(layer)
    if not callable(layer):
        raise ValueError(f"{type(layer).__name__} is no layer and no function of a tensor.")
    return linear_map(layer, shape)


def takes_batch(layer: Any, shape: Shape) -> bool:
    """Whether a leading 1 of a shape is the batch: torch's layers say how many axes they have."""
    axes = next((int(digit) for digit in reversed(type(layer).__name__) if digit in "123"), None)
    return len(shape) == (axes + 2 if axes else 4)


def one_map(layer: Any, x: Tensor) -> Tensor:
    """(C, *spatial) in float64 from one map with or without a batch of one: a copy, as functions may write into it."""
    if not isinstance(x, Tensor):
        raise ValueError(f"x is a {type(x).__name__}; it must be a tensor (1, C, *spatial) or (C, *spatial).")
    if x.device.type != "cpu":
        raise ValueError(f"x is on {x.device}; move it to the CPU first: x.cpu().")
    if x.ndim in (3, 4) and x.shape[0] == 1 and takes_batch(layer, tuple(x.shape)):
        x = x[0]
    if x.ndim not in (2, 3) or x.numel() == 0:
        raise ValueError(f"x has shape {tuple(x.shape)}; one map (1, C, H, W), (C, H, W) or (C, W) can be drawn.")
    check_numbers("x", x)
    return x.detach().to(torch.float64, copy=True)
