"""The torch code that reproduces exactly what is shown; the tests run it."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import torch
from torch import Tensor

from explainer.operators import (
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.weights import full_weight


def snippet(op: Operator, x: Tensor) -> str:
    """A program whose variable `output` holds the operator's answer to `x` (C, *spatial), float64."""
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        "",
        f"x = {literal(x[None])}  # (N, C, {'W' if x.ndim == 2 else 'H, W'})",
        *call(op, x),
        "print(output)",
    ]
    return "\n".join(lines)


def literal(values: Tensor, dtype: str = "torch.float64") -> str:
    """`torch.tensor(...)` with short numbers."""

    def text(item: Any) -> str:
        return "[" + ", ".join(map(text, item)) + "]" if isinstance(item, list) else f"{item:.12g}"

    return f"torch.tensor({text(values.tolist())}, dtype={dtype})"


def arguments(**values: Any) -> str:
    """Keyword arguments as code."""
    return "".join(f", {name}={value!r}" for name, value in values.items())


@singledispatch
def call(op: Operator, x: Tensor) -> list[str]:
    """The lines that compute `output` from `x`."""
    raise TypeError(f"no code for {type(op).__name__}")


@call.register
def nearest(op: NearestNeighbor, x: Tensor) -> list[str]:
    """`F.interpolate`, nearest."""
    return [f"output = F.interpolate(x{target(op)}, mode={op.mode!r})"]


@call.register
def bilinear(op: Bilinear, x: Tensor) -> list[str]:
    """`F.interpolate`, linear or bilinear."""
    mode = "linear" if x.ndim == 2 else "bilinear"
    return [f"output = F.interpolate(x{target(op)}, mode={mode!r}, align_corners={op.align_corners})"]


def target(op: NearestNeighbor | Bilinear) -> str:
    """The size or the scale as an argument."""
    return arguments(size=op.size) if op.size is not None else arguments(scale_factor=op.scale_factor)


@call.register
def nails(op: BedOfNails, x: Tensor) -> list[str]:
    """A 1 x 1 kernel of one for each channel."""
    axes = x.ndim - 1
    stride = op.stride if isinstance(op.stride, tuple) else (op.stride,) * axes
    gap = tuple(s - 1 for s in stride)
    ones = ", ".join(["1"] * axes)
    return [
        f"nail = torch.ones({x.shape[0]}, 1, {ones}, dtype=torch.float64)",
        f"output = F.conv_transpose{axes}d(x, nail, stride={stride}, output_padding={gap}, groups={x.shape[0]})",
    ]


@call.register
def shuffle(op: PixelShuffle, x: Tensor) -> list[str]:
    """`F.pixel_shuffle`."""
    return [f"output = F.pixel_shuffle(x, {op.upscale_factor})"]


@call.register
def pooling(op: MaxPooling, x: Tensor) -> list[str]:
    """`F.max_pool1d/2d` with its indices."""
    rest = arguments(stride=op.stride, padding=op.padding, dilation=op.dilation, ceil_mode=op.ceil_mode)
    return [f"output, indices = F.max_pool{x.ndim - 1}d(x, {op.kernel_size}{rest}, return_indices=True)"]


@call.register
def unpooling(op: MaxUnpooling, x: Tensor) -> list[str]:
    """`F.max_unpool1d/2d` with the indices written out."""

    index = torch.tensor(op.indices, dtype=torch.int64).view(1, *x.shape)
    size = None if op.output_size is None else tuple(op.output_size)
    rest = arguments(stride=op.stride, padding=op.padding, output_size=size)
    return [
        f"indices = {literal(index, 'torch.int64')}",
        f"output = F.max_unpool{x.ndim - 1}d(x, indices, {op.kernel_size}{rest})",
    ]


@call.register
def convolution(op: Convolution, x: Tensor) -> list[str]:
    """`F.conv1d/2d`."""
    rest = arguments(stride=op.stride, padding=op.padding, dilation=op.dilation, groups=op.groups)
    return [
        f"weight = {literal(full_weight(op.weight))}  # (C_out, C_in / groups, ...)",
        f"output = F.conv{op.dims}d(x, weight{rest})",
    ]


@call.register
def transposed(op: TransposedConvolution, x: Tensor) -> list[str]:
    """`F.conv_transpose1d/2d`."""
    rest = arguments(stride=op.stride, padding=op.padding, output_padding=op.output_padding, dilation=op.dilation)
    return [
        f"weight = {literal(full_weight(op.weight))}  # (C_in, C_out / groups, ...)",
        f"output = F.conv_transpose{op.dims}d(x, weight{rest}{arguments(groups=op.groups)})",
    ]


def unpooling_story(pool: MaxPooling, unpool: MaxUnpooling, x: Tensor, values: Tensor) -> str:
    """Pool `x` (C, *spatial), remember, go on with `values`, put back: one program that ends in `output`."""
    size = None if unpool.output_size is None else tuple(unpool.output_size)
    rest = arguments(stride=pool.stride, padding=pool.padding)
    more = arguments(dilation=pool.dilation, ceil_mode=pool.ceil_mode)
    dims = x.ndim - 1
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        "",
        f"x = {literal(x[None])}",
        f"pooled, indices = F.max_pool{dims}d(x, {pool.kernel_size}{rest}{more}, return_indices=True)",
        f"values = {literal(values[None])}  # what the network made of `pooled`",
        f"output = F.max_unpool{dims}d(values, indices, {pool.kernel_size}{rest}{arguments(output_size=size)})",
        "print(output)",
    ]
    return "\n".join(lines)
