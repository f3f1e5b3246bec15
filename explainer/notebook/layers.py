"""torch's layers as operators of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from explainer.operators import (
    AdaptiveAveragePooling,
    AdaptiveMaxPooling,
    Area,
    AveragePooling,
    Bicubic,
    Bilinear,
    Convolution,
    MaxPooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
    to_nested,
)


def sizes(value: Any) -> Any:
    """Torch's sizes as a record has them: an int or a tuple."""
    return tuple(value) if isinstance(value, tuple | list) else value


def bias_of(layer: Any) -> tuple[float, ...] | None:
    """The bias as numbers."""
    return None if layer.bias is None else tuple(layer.bias.detach().double().tolist())


def convolution(layer: Any) -> Operator:
    """nn.Conv1d, nn.Conv2d."""
    weight = to_nested(layer.weight.detach().double())
    more = {"padding_mode": layer.padding_mode, "bias": bias_of(layer)}
    return Convolution(weight, layer.stride, sizes(layer.padding), layer.dilation, layer.groups, **more)


def transposed_convolution(layer: Any) -> Operator:
    """nn.ConvTranspose1d, nn.ConvTranspose2d."""
    weight = to_nested(layer.weight.detach().double())
    rest = (layer.stride, layer.padding, layer.output_padding, layer.dilation, layer.groups)
    return TransposedConvolution(weight, *rest, bias=bias_of(layer))


def upsampling(layer: Any) -> Operator:
    """nn.Upsample and its relatives."""
    scale, size = (sizes(value) for value in (layer.scale_factor, layer.size))
    again = {"recompute_scale_factor": bool(layer.recompute_scale_factor)}
    if layer.mode in ("nearest", "nearest-exact"):
        return NearestNeighbor(scale, size, layer.mode, **again)
    if layer.mode == "area":
        return Area(scale, size, **again)
    kinds = {"linear": Bilinear, "bilinear": Bilinear, "bicubic": Bicubic}
    if layer.mode not in kinds:
        raise ValueError(
            f"Upsample's mode is {layer.mode!r}; nearest, nearest-exact, linear, bilinear, bicubic, area can be drawn."
        )
    return kinds[layer.mode](scale, size, bool(layer.align_corners), **again)


def max_pooling(layer: Any) -> Operator:
    """nn.MaxPool1d, nn.MaxPool2d."""
    stride, padding, dilation = (sizes(value) for value in (layer.stride, layer.padding, layer.dilation))
    return MaxPooling(sizes(layer.kernel_size), stride, padding, dilation, layer.ceil_mode)


def average_pooling(layer: Any) -> Operator:
    """nn.AvgPool1d, nn.AvgPool2d."""
    if getattr(layer, "divisor_override", None):
        raise ValueError("AvgPool2d with divisor_override cannot be drawn; leave it out and scale the output.")
    rest = (sizes(layer.stride), sizes(layer.padding), layer.ceil_mode, layer.count_include_pad)
    return AveragePooling(sizes(layer.kernel_size), *rest)


LAYERS: dict[type[nn.Module], Callable[[Any], Operator]] = {
    nn.Conv1d: convolution,
    nn.Conv2d: convolution,
    nn.ConvTranspose1d: transposed_convolution,
    nn.ConvTranspose2d: transposed_convolution,
    nn.Upsample: upsampling,
    nn.UpsamplingNearest2d: upsampling,
    nn.UpsamplingBilinear2d: upsampling,
    nn.MaxPool1d: max_pooling,
    nn.MaxPool2d: max_pooling,
    nn.AvgPool1d: average_pooling,
    nn.AvgPool2d: average_pooling,
    nn.AdaptiveAvgPool1d: lambda layer: AdaptiveAveragePooling(sizes(layer.output_size)),
    nn.AdaptiveAvgPool2d: lambda layer: AdaptiveAveragePooling(sizes(layer.output_size)),
    nn.AdaptiveMaxPool1d: lambda layer: AdaptiveMaxPooling(sizes(layer.output_size)),
    nn.AdaptiveMaxPool2d: lambda layer: AdaptiveMaxPooling(sizes(layer.output_size)),
    nn.PixelShuffle: lambda layer: PixelShuffle(layer.upscale_factor),
    nn.PixelUnshuffle: lambda layer: PixelUnshuffle(layer.downscale_factor),
}
