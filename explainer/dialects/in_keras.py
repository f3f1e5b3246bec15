"""Keras 3: layers with channels last, on whichever backend; `output` is put back to channels first at the end."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import torch
from torch import Tensor

from explainer.dialects.writing import Snippet, array, divides, overhang, rearrangement, target
from explainer.operators import (
    AdaptiveAveragePooling,
    Area,
    AveragePooling,
    BedOfNails,
    Bicubic,
    Bilinear,
    Convolution,
    MaxPooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis
from explainer.operators.resizing import Resizing
from explainer.operators.weights import full_weight

NOTES = {
    Convolution: "Channels last, kernel (..., C_in / groups, C_out); 'same' with a stride pads otherwise than torch.",
    TransposedConvolution: "Channels last, kernel (..., C_out, C_in); 'same' crops to i times the stride, an odd "
    "pixel at the end; 'valid' keeps i times the stride at least. torch's padding=1, output_padding=1 is not 'same'.",
    NearestNeighbor: "UpSampling2D copies by whole factors; ops.image.resize rounds at pixel centers (nearest-exact).",
    Bilinear: "Keras lines up areas (align_corners=False) and has no align_corners.",
    MaxPooling: "Keras knows 'valid' and 'same' only; torch's padding is put in front, minus infinity around.",
    AveragePooling: "With 'same' Keras does not count the padding; torch does by default.",
    PixelShuffle: "tf.nn.depth_to_space has the order DCR, torch CRD: reshape and transpose say which.",
    BedOfNails: "Keras has no such layer: a transposed convolution with a 1 x 1 kernel.",
}


def written(op: Operator, x: Tensor) -> Snippet:
    """The program in Keras."""
    found = call(op, x)
    if isinstance(found, Snippet):
        return found
    head = ["import keras", "import numpy as np", "from keras import layers, ops", ""]
    last = f"x = {array(x[None].movedim(1, -1), dtype='np.float32')}  # (N, ..., C)"
    tail = ["output = np.moveaxis(ops.convert_to_numpy(output), -1, 1)  # back to (N, C, ...)", "print(output)"]
    return Snippet("\n".join([*head, last, *found, *tail]), NOTES.get(type(op), ""))


@singledispatch
def call(op: Any, x: Tensor) -> list[str] | Snippet:
    """Lines that compute `output` from `x`, both (1, ..., C); or why there are none."""
    return Snippet("", "Keras has no layer for it.")


def padded(pads: list[tuple[int, int]], more: str = "") -> list[str]:
    """A line that pads the map, where there is a border."""
    around = [(0, 0), *pads, (0, 0)]
    return [f"x = ops.pad(x, {around}{more})"] if any(a or b for a, b in pads) else []


@call.register
def _(op: Convolution, x: Tensor) -> list[str] | Snippet:
    strides, dilations = (tuple(axis[n] for axis in op.axes()) for n in (1, 3))
    if max(strides) > 1 and max(dilations) > 1:
        return Snippet("", "Keras refuses stride and dilation together.")
    if op.padding_mode in ("replicate", "circular"):
        return Snippet("", "Keras pads with zeros, reflected or symmetric; not " + op.padding_mode + ".")
    weight = full_weight(op.weight)
    more = ', mode="reflect"' if op.padding_mode == "reflect" else ""
    return [
        *padded(op.borders(), more),
        f"layer = layers.Conv{op.dims}D({len(weight)}, {tuple(weight.shape[2:])}, strides={strides},",
        f"                      dilation_rate={dilations}, groups={op.groups}, use_bias={op.bias is not None})",
        "layer.build(x.shape)",
        f"layer.set_weights([{kernel(weight, op.bias)}])  # (..., C_in / groups, C_out)",
        "output = layer(x)",
    ]


def kernel(weight: Tensor, bias: tuple[float, ...] | None) -> str:
    """torch's kernel with its two channel axes at the end, and the bias."""
    order = [*range(2, weight.ndim), 1, 0]
    found = array(weight.permute(order), dtype="np.float32")
    return found if bias is None else f"{found}, {array(bias, dtype='np.float32')}"


@call.register
def _(op: TransposedConvolution, x: Tensor) -> list[str] | Snippet:
    strides, dilations = (tuple(axis[n] for axis in op.axes()) for n in (1, 3))
    if op.groups > 1:
        return Snippet("", "Keras's transposed convolution knows no groups: split the channels and concatenate.")
    if max(strides) > 1 and max(dilations) > 1:
        return Snippet("", "Keras refuses stride and dilation together.")
    weight, size = full_weight(op.weight), op.output_size(tuple(x.shape[1:]))
    same = op.padding == "same"
    crop = ", ".join(f"{a}:{a + o}" for (a, _), o in zip(op.crops(), size, strict=True))
    whole = [(i - 1) * s + d * (k - 1) + 1 for i, (k, s, _, d) in zip(x.shape[1:], op.axes(), strict=True)]
    short = [
        (0, max(0, a + o - max(n, i * s)))
        for n, i, s, (a, _), o in zip(whole, x.shape[1:], strides, op.crops(), size, strict=True)
    ]
    more = f"output = ops.pad(output, {[(0, 0), *short, (0, 0)]})  # nothing is stamped there"
    return [
        f"layer = layers.Conv{op.dims}DTranspose({weight.shape[1]}, {tuple(weight.shape[2:])}, strides={strides},",
        f'                               padding="{"same" if same else "valid"}", dilation_rate={dilations},',
        f"                               use_bias={op.bias is not None})",
        "layer.build(x.shape)",
        f"layer.set_weights([{kernel(weight, op.bias)}])  # (..., C_out, C_in)",
        "output = layer(x)",
        *([more] if any(n for _, n in short) and not same else []),
        *([] if same else [f"output = output[:, {crop}]  # torch's padding crops"]),
    ]


@call.register(NearestNeighbor)
@call.register(Bilinear)
def _(op: Resizing, x: Tensor) -> list[str] | Snippet:
    size = tuple(x.shape[1:])
    out = target(op, size)
    whole = all(o % i == 0 for i, o in zip(size, out, strict=True))
    exact = op.size is not None or op.recompute_scale_factor or whole
    if isinstance(op, Bicubic) or getattr(op, "align_corners", False) or not exact:
        return Snippet("", NO_RESIZING)
    if isinstance(op, NearestNeighbor) and op.mode == "nearest" and not whole:
        return Snippet("", NO_RESIZING)
    kind = "bilinear" if isinstance(op, Bilinear) else "nearest"
    wide = (1, *out) if len(out) == 1 else out
    rows = ["x = x[:, None]  # one row: resize is for pictures"] if len(out) == 1 else []
    more = f', interpolation="{kind}", antialias={getattr(op, "antialias", False)}, data_format="channels_last"'
    back = ["output = output[:, 0]"] if len(out) == 1 else []
    return [*rows, f"output = ops.image.resize(x, {wide}{more})", *back]


NO_RESIZING = (
    "ops.image.resize lines up areas, goes by the ratio of the sizes and has a = -0.5 in bicubic; this case is "
    "something else."
)


@call.register(Area)
@call.register(AdaptiveAveragePooling)
def _(op: Any, x: Tensor) -> list[str] | Snippet:
    size = tuple(x.shape[1:])
    out = target(op, size)
    if not divides(size, out):
        return Snippet("", "Keras's pooling layers have one window; where the sizes divide, they do the same.")
    window = tuple(i // o for i, o in zip(size, out, strict=True))
    kind = "Max" if getattr(op, "kind", "avg") == "max" else "Average"
    return [f"output = layers.{kind}Pooling{len(size)}D({window})(x)"]


@call.register
def _(op: MaxPooling, x: Tensor) -> list[str] | Snippet:
    k, s, _, d = (tuple(column) for column in zip(*op.axes(x.ndim - 1), strict=True))
    if max(d) > 1:
        return Snippet("", "Keras's pooling knows no dilation.")
    pads = overhang(op, tuple(x.shape[1:]))
    return [*padded(pads, ", constant_values=-np.inf"), f"output = layers.MaxPooling{len(k)}D({k}, {s})(x)", cut(op, x)]


def cut(op: MaxPooling | AveragePooling, x: Tensor) -> str:
    """The windows that torch drops with ceil_mode are cut off."""
    return f"output = output[:, {', '.join(f':{o}' for o in target(op, tuple(x.shape[1:])))}]"


@call.register
def _(op: AveragePooling, x: Tensor) -> list[str] | Snippet:
    k, s, p = (tuple(column) for column in zip(*op.axes(x.ndim - 1), strict=True))
    pads = overhang(op, tuple(x.shape[1:]))
    if any(b > a for a, b in pads) or (any(p) and not op.count_include_pad):
        return Snippet("", "Keras divides by the whole window; ceil_mode and count_include_pad=False have no layer.")
    return [*padded(pads), f"output = layers.AveragePooling{len(k)}D({k}, {s})(x)", cut(op, x)]


@call.register
def _(op: BedOfNails, x: Tensor) -> list[str]:
    strides, axes = per_axis("stride", op.stride, x.ndim - 1), x.ndim - 1
    one = torch.eye(len(x)).view(*[1] * axes, len(x), len(x))
    return [
        f"layer = layers.Conv{axes}DTranspose({len(x)}, 1, strides={strides}, use_bias=False)",
        "layer.build(x.shape)",
        f"layer.set_weights([{array(one, dtype='np.float32')}])",
        "output = layer(x)",
    ]


@call.register(PixelShuffle)
@call.register(PixelUnshuffle)
def _(op: Any, x: Tensor) -> list[str]:
    parts, order, size = rearrangement(op, x)
    return [
        "x = np.moveaxis(x, -1, 1)  # (N, C, ...)",
        f"output = ops.reshape(ops.transpose(ops.reshape(x, {parts}), {order}), {size})",
        "output = ops.moveaxis(output, 1, -1)",
    ]
