"""Kernels inside operator records: nested tuples on the outside, tensors with all their axes on the inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.nesting import shape_of, tuples_of
from explainer.operators.checks import Size, at_least, one_of, per_axis

Nested = tuple[Any, ...]


#: Padding as a number for both ends of each axis, or in words.
Padding = int | tuple[int, ...] | str


def check_kernel(weight: Nested, stride: Size, dilation: Size, groups: int) -> None:
    """The checks that convolution and transposed convolution share; the weight's first axis is split in groups."""
    full = full_weight(weight)
    at_least("stride", stride, 1)
    at_least("dilation", dilation, 1)
    at_least("groups", groups, 1)
    kernel_axes(weight, stride, dilation)
    if full.shape[0] % groups:
        raise ValueError(f"groups is {groups}; it must divide the weight's first axis, {full.shape[0]}.")


def check_padding(padding: Padding, pads: tuple[int, ...] | None, dims: int) -> None:
    """A number, `"same"` or `"valid"`; or `pads`, begins first and then ends, as ONNX writes them."""
    if isinstance(padding, str):
        one_of("padding", padding, ("same", "valid"))
    else:
        at_least("padding", padding, 0)
        per_axis("padding", padding, dims)
    if pads is not None:
        at_least("pads", pads, 0)
        if len(pads) != 2 * dims:
            raise ValueError(f"pads has {len(pads)} numbers; {dims} axes need {2 * dims}: all begins, then all ends.")
        if padding != 0:
            raise ValueError(f"give padding or pads, not both (got {padding!r} and {list(pads)}).")


def check_bias(bias: tuple[float, ...] | None, channels: int) -> None:
    """One number for each output channel."""
    if bias is not None and len(bias) != channels:
        raise ValueError(f"bias has {len(bias)} numbers; there are {channels} output channels.")


def kernel_dims(weight: Nested) -> int:
    """Spatial axes of a kernel: 1 to 3, from how deep it is nested."""
    return {1: 1, 2: 2, 3: 1, 4: 2, 5: 3}[full_depth(weight)]


def full_depth(weight: Any) -> int:
    """How deep a kernel is nested."""
    return 1 + full_depth(weight[0]) if isinstance(weight, tuple | list) and weight else 0


def kernel_axes(weight: Nested, stride: Size, dilation: Size) -> list[tuple[int, int, int]]:
    """(k, s, d) for each spatial axis."""
    dims = kernel_dims(weight)
    sizes = shape_of(weight)[-dims:]
    named = (("stride", stride), ("dilation", dilation))
    return list(zip(sizes, *(per_axis(name, value, dims) for name, value in named), strict=True))


def with_channel_axes(weight: Any, dims: int) -> Any:
    """A kernel for `dims` spatial axes, written with or without its two channel axes; with them where dims is 3.

    Raises:
        ValueError: for a kernel of another rank.
    """
    depth = full_depth(weight)
    if depth not in (dims, dims + 2):
        raise ValueError(
            f"the kernel has {depth} axes; for {dims} spatial axes it needs {dims}, "
            f"or {dims + 2} with channels in front."
        )
    return ((weight,),) if dims == 3 and depth == 3 else weight


def full_weight(weight: Nested) -> Tensor:
    """The kernel with its two channel axes, float64."""
    try:
        tensor = torch.tensor(weight, dtype=torch.float64)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"the kernel must be a full grid of numbers ({problem}).") from None
    if not 1 <= tensor.ndim <= 5 or tensor.numel() == 0:
        raise ValueError(f"the kernel has shape {tuple(tensor.shape)}; it needs 1 to 5 axes, none empty.")
    return tensor[None, None] if tensor.ndim <= 2 else tensor


def transposed(dims: int) -> Callable[..., Tensor]:
    """Torch's transposed convolution for 1 to 3 spatial axes."""
    return (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[dims - 1]


def to_nested(tensor: Tensor) -> Nested:
    """A tensor as nested tuples of Python numbers."""
    return tuple(tuples_of(tensor.tolist()))
