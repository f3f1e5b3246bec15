"""The matrix of a layer."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor

from explainer.matrix import Shape, entries_of
from explainer.notebook.asked import operator_of, takes_batch
from explainer.notebook.checks import checked_shape
from explainer.operators import Record


def matrix_of(layer: Any, shape: Shape, indices: Tensor | None = None) -> Tensor:
    """The sparse matrix (float64, COO: outputs x inputs) of a linear layer on inputs of `shape`.

    Args:
        layer: as for `show`; a bias is left out. An `nn.Sequential` counts as one map.
        shape: (C, *spatial), or with a batch of one in front.

    Raises:
        ValueError: with one sentence, for what is not linear, no shape, not finite, or on another device.
    """
    size = checked_shape(shape)
    if len(size) > 2 and size[0] == 1 and takes_batch(layer, size):
        size = size[1:]
    op = operator_of(layer, size, indices)
    if isinstance(op, Record):
        if not op.is_linear:
            raise ValueError(f"{type(layer).__name__} is not linear, so it has no matrix.")
        op = op.linear_part()
    rows, columns, values = entries_of(op, size)
    outputs = op(torch.zeros(1, *size, dtype=torch.float64)).numel()
    places = torch.stack([rows, columns])
    return torch.sparse_coo_tensor(places, values, (outputs, prod(size)), is_coalesced=True, check_invariants=True)
