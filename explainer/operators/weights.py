"""Kernels inside operator records: nested tuples on the outside, tensors with all their axes on the inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.nesting import tuples_of
from explainer.operators.checks import Size, at_least, per_axis

Nested = tuple[Any, ...]


def check_kernel(weight: Nested, stride: Size, padding: Size, dilation: Size, groups: int) -> None:
    """The checks that convolution and transposed convolution share."""
    full_weight(weight)
    at_least("stride", stride, 1)
    at_least("padding", padding, 0)
    at_least("dilation", dilation, 1)
    at_least("groups", groups, 1)
    kernel_axes(weight, stride, padding, dilation)


def kernel_dims(weight: Nested) -> int:
    """Spatial axes of a kernel: 1 or 2, from how deep it is nested."""
    return {1: 1, 2: 2, 3: 1, 4: 2}[torch.tensor(weight).ndim]


def kernel_axes(weight: Nested, stride: Size, padding: Size, dilation: Size) -> list[tuple[int, int, int, int]]:
    """(k, s, p, d) for each spatial axis."""
    dims = kernel_dims(weight)
    sizes = tuple(torch.tensor(weight).shape[-dims:])
    named = (("stride", stride), ("padding", padding), ("dilation", dilation))
    return list(zip(sizes, *(per_axis(name, value, dims) for name, value in named), strict=True))


def full_weight(weight: Nested) -> Tensor:
    """The kernel with its two channel axes, float64."""
    try:
        tensor = torch.tensor(weight, dtype=torch.float64)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"the kernel must be a full grid of numbers ({problem}).") from None
    if not 1 <= tensor.ndim <= 4 or tensor.numel() == 0:
        raise ValueError(f"the kernel has shape {tuple(tensor.shape)}; it needs 1 to 4 axes, none empty.")
    return tensor[None, None] if tensor.ndim <= 2 else tensor


def transposed(dims: int) -> Callable[..., Tensor]:
    """Torch's transposed convolution for 1 or 2 spatial axes."""
    return F.conv_transpose1d if dims == 1 else F.conv_transpose2d


def to_nested(tensor: Tensor) -> Nested:
    """A tensor as nested tuples of Python numbers."""
    return tuple(tuples_of(tensor.tolist()))
