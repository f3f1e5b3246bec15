"""torch as a module: the layer of `torch.nn` that holds the same numbers."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from torch import Tensor

from explainer.dialects.writing import Snippet, indices_of
from explainer.operators import (
    AdaptiveAveragePooling,
    AveragePooling,
    Bicubic,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis
from explainer.operators.notation import arguments, literal
from explainer.operators.weights import full_weight


def written(op: Operator, x: Tensor) -> Snippet:
    """The layer, filled and called."""
    made = layer(op, x)
    if isinstance(made, Snippet):
        return made
    head = ["import torch", "from torch import nn", "", f"x = {literal(x[None])}"]
    tail = ["with torch.no_grad():", "    output = layer(x)", "print(output)"]
    return Snippet("\n".join([*head, *made, *tail]), NOTES.get(type(op), ""))


NOTES = {
    Convolution: "The layer's weight is (C_out, C_in / groups, ...), and it is not flipped.",
    TransposedConvolution: "The layer's weight is (C_in, C_out / groups, ...): axes swapped against nn.Conv.",
}


@singledispatch
def layer(op: Any, x: Tensor) -> list[str] | Snippet:
    """Lines that make `layer`, or why there is none."""
    return Snippet("", "torch has no layer for it; use the function above.")


@layer.register
def _(op: Convolution, x: Tensor) -> list[str] | Snippet:
    if op.pads is not None:
        return Snippet("", "nn.Conv pads both ends alike; put nn.ZeroPad before it, or use the function above.")
    weight = full_weight(op.weight)
    call = f"{weight.shape[1] * op.groups}, {weight.shape[0]}, {tuple(weight.shape[2:])}"
    more = arguments(stride=op.stride, padding=op.padding, dilation=op.dilation, groups=op.groups)
    more += arguments(bias=op.bias is not None, padding_mode=op.padding_mode)
    return filled(f"nn.Conv{op.dims}d({call}{more})", weight, op.bias)


@layer.register
def _(op: TransposedConvolution, x: Tensor) -> list[str] | Snippet:
    if not op.is_even() or isinstance(op.padding, str):
        return Snippet("", "nn.ConvTranspose crops both ends alike and knows no padding in words.")
    weight = full_weight(op.weight)
    call = f"{weight.shape[0]}, {weight.shape[1] * op.groups}, {tuple(weight.shape[2:])}"
    more = arguments(stride=op.stride, padding=op.padding, output_padding=op.output_padding)
    more += arguments(dilation=op.dilation, groups=op.groups, bias=op.bias is not None)
    return filled(f"nn.ConvTranspose{op.dims}d({call}{more})", weight, op.bias)


def filled(call: str, weight: Tensor, bias: tuple[float, ...] | None) -> list[str]:
    """A layer with its numbers."""
    found = [f"layer = {call}.double()", "with torch.no_grad():", f"    layer.weight.copy_({literal(weight)})"]
    return found if bias is None else [*found, f"    layer.bias.copy_(torch.tensor({list(bias)}))"]


@layer.register(NearestNeighbor)
@layer.register(Bilinear)
@layer.register(Bicubic)
def _(op: Any, x: Tensor) -> list[str] | Snippet:
    options = op.options(x.ndim - 1)
    if options.pop("antialias", False):
        return Snippet("", "nn.Upsample cannot antialias; use the function above.")
    goal = arguments(size=op.size) if op.size is not None else arguments(scale_factor=op.scale_factor)
    goal += arguments(recompute_scale_factor=True) if op.recompute_scale_factor else ""
    return [f"layer = nn.Upsample({(goal + arguments(**options))[2:]})"]


@layer.register
def _(op: MaxPooling, x: Tensor) -> list[str]:
    rest = arguments(stride=op.stride, padding=op.padding, dilation=op.dilation, ceil_mode=op.ceil_mode)
    return [f"layer = nn.MaxPool{x.ndim - 1}d({op.kernel_size}{rest})"]


@layer.register
def _(op: AveragePooling, x: Tensor) -> list[str]:
    rest = arguments(stride=op.stride, padding=op.padding, ceil_mode=op.ceil_mode)
    rest += arguments(count_include_pad=op.count_include_pad)
    return [f"layer = nn.AvgPool{x.ndim - 1}d({op.kernel_size}{rest})"]


@layer.register
def _(op: AdaptiveAveragePooling, x: Tensor) -> list[str]:
    return [f"layer = nn.Adaptive{op.kind.capitalize()}Pool{x.ndim - 1}d({op.output_size})"]


@layer.register
def _(op: MaxUnpooling, x: Tensor) -> list[str]:
    indices = literal(indices_of(op, x)[None], "torch.int64")
    rest = arguments(stride=op.stride, padding=op.padding)
    size = "" if op.output_size is None else f", output_size={per_axis('output_size', op.output_size, x.ndim - 1)}"
    return [
        f"indices = {indices}",
        f"unpool = nn.MaxUnpool{x.ndim - 1}d({op.kernel_size}{rest})",
        f"layer = lambda values: unpool(values, indices{size})",
    ]


@layer.register
def _(op: PixelShuffle, x: Tensor) -> list[str] | Snippet:
    r = op.upscale_factor
    if op.mode != "CRD" or x.ndim != 3 or not isinstance(r, int):
        return Snippet("", "nn.PixelShuffle knows 2D, one factor and the order CRD; use the function above.")
    return [f"layer = nn.PixelShuffle({r})"]


@layer.register
def _(op: PixelUnshuffle, x: Tensor) -> list[str] | Snippet:
    r = op.downscale_factor
    if op.mode != "CRD" or x.ndim != 3 or not isinstance(r, int):
        return Snippet("", "nn.PixelUnshuffle knows 2D, one factor and the order CRD; use the function above.")
    return [f"layer = nn.PixelUnshuffle({r})"]
