"""Ties: the elementary products of a linear operator, one for each pair of pixels that touch, and by which tap.

A tie is one product `weight * input pixel` that goes into one output pixel. Which pixels are tied, and by which tap of
the kernel, is asked of torch too: with the kernel replaced by 1, 2, 3, ... the matrix spells the tap in each entry.
So a tap whose weight is zero still shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.matrix import Map, Shape, entries_of
from explainer.operators import Convolution, TransposedConvolution
from explainer.operators.weights import full_weight


@dataclass(frozen=True)
class Ties:
    """Flat positions of each tie, sorted by output pixel, then by input pixel.

    Attributes:
        outputs, inputs: flat pixels (int64, one entry a tie).
        taps: flat position in the kernel, or None where the operator has no kernel.
        weights: the multipliers (float64).
    """

    outputs: Tensor
    inputs: Tensor
    taps: Tensor | None
    weights: Tensor


def ties_of(op: Map, shape: Shape) -> Ties:
    """The ties of a linear map on inputs of `shape` (C, *spatial)."""
    if isinstance(op, Convolution | TransposedConvolution):
        return kernel_ties(op, shape)
    rows, columns, values = entries_of(op, shape)
    return Ties(rows, columns, None, values)


def kernel_ties(op: Convolution | TransposedConvolution, shape: Shape) -> Ties:
    """As `ties_of`, with the tap of each tie spelled by a counting kernel."""
    weight = full_weight(op.weight)
    counting = torch.arange(1, weight.numel() + 1, dtype=torch.float64).view(weight.shape)
    rows, columns, numbers = entries_of(op.with_weight(counting), shape)
    taps = numbers.round().long() - 1
    return Ties(rows, columns, taps, weight.flatten()[taps])
