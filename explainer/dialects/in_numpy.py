"""numpy loops: every product written out, without a library to believe."""

from __future__ import annotations

from functools import singledispatch
from math import prod
from typing import Any

from torch import Tensor

from explainer.dialects.writing import (
    MODES,
    Snippet,
    array,
    indices_of,
    overhang,
    scales,
    target,
)
from explainer.operators import (
    AdaptiveAveragePooling,
    Area,
    AveragePooling,
    BedOfNails,
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
from explainer.operators.weights import full_weight


def written(op: Operator, x: Tensor) -> Snippet:
    """The loop, around it the numbers."""
    found = loop(op, x)
    if isinstance(found, Snippet):
        return found
    head = ["import numpy as np", "", f"x = {array(x)}  # (C, ...)"]
    tail = ["output = output[None]  # (N, C, ...)", "print(output)"]
    return Snippet("\n".join([*head, *found, *tail]), NOTES.get(type(op), ""))


NOTES = {
    Convolution: "np.convolve and scipy.signal.convolve flip the kernel; this loop and the layers do not.",
    TransposedConvolution: "scipy.ndimage.zoom and resize are something else: they interpolate.",
    Bicubic: "torch's cubic has a = -0.75 (as OpenCV), with antialias -0.5 (as Pillow).",
    NearestNeighbor: "floor(o / scale); np.repeat is the same for whole factors.",
}


@singledispatch
def loop(op: Any, x: Tensor) -> list[str] | Snippet:
    """Lines that compute `output` (C', ...) from `x` (C, ...)."""
    return Snippet("", "There is no loop for it here.")


@loop.register
def _(op: Convolution, x: Tensor) -> list[str]:
    mode = f", mode={MODES[op.padding_mode]!r}" if op.padding_mode in MODES else ""
    strides, dilations = (tuple(axis[n] for axis in op.axes()) for n in (1, 3))
    return [
        f"weight = {array(full_weight(op.weight))}  # (C_out, C_in / groups, ...)",
        f"bias = {array(op.bias or [0.0] * len(full_weight(op.weight)))}",
        f"strides, dilations, groups = {strides}, {dilations}, {op.groups}",
        f"x = np.pad(x, {[(0, 0), *op.borders()]}{mode})",
        "reach = [d * (k - 1) + 1 for k, d in zip(weight.shape[2:], dilations)]",
        "size = [(i - r) // s + 1 for i, r, s in zip(x.shape[1:], reach, strides)]",
        "output = np.zeros((len(weight), *size))",
        "for out, *place in np.ndindex(*output.shape):  # gather: one output pixel after the other",
        "    first = out // (len(weight) // groups) * weight.shape[1]  # its group's first input channel",
        "    for channel, *tap in np.ndindex(*weight.shape[1:]):",
        "        at = [p * s + t * d for p, t, s, d in zip(place, tap, strides, dilations)]",
        "        output[out, *place] += weight[out, channel, *tap] * x[first + channel, *at]",
        "    output[out, *place] += bias[out]",
    ]


@loop.register
def _(op: TransposedConvolution, x: Tensor) -> list[str]:
    full = full_weight(op.weight)
    strides, dilations = (tuple(axis[n] for axis in op.axes()) for n in (1, 3))
    size = op.output_size(tuple(x.shape[1:]))
    cut = ", ".join(f"{a}:{a + o}" for (a, _), o in zip(op.crops(), size, strict=True))
    return [
        f"weight = {array(full)}  # (C_in, C_out / groups, ...)",
        f"strides, dilations, groups, extra = {strides}, {dilations}, {op.groups}, {op.uncropped().extra()}",
        "spatial = zip(x.shape[1:], weight.shape[2:], strides, dilations, extra)",
        "size = [(i - 1) * s + d * (k - 1) + 1 + e for i, k, s, d, e in spatial]",
        "output = np.zeros((groups * weight.shape[1], *size))",
        "for source, *place in np.ndindex(*x.shape):  # scatter: one stamp after the other",
        "    first = source // (len(x) // groups) * weight.shape[1]  # its group's first output channel",
        "    for channel, *tap in np.ndindex(*weight.shape[1:]):",
        "        at = [p * s + t * d for p, t, s, d in zip(place, tap, strides, dilations)]",
        "        output[first + channel, *at] += weight[source, channel, *tap] * x[source, *place]",
        f"output = output[:, {cut}]  # padding crops",
        *([] if op.bias is None else [f"output += {array(op.bias)}.reshape(-1{', 1' * op.dims})"]),
    ]


@loop.register
def _(op: NearestNeighbor, x: Tensor) -> list[str]:
    size = tuple(x.shape[1:])
    steps = ", ".join(scales(op, size))
    half = " + 0.5" if op.mode == "nearest-exact" else ""
    return [
        f"size, steps = {target(op, size)}, [{steps}]",
        "output = np.zeros((len(x), *size))",
        "for channel, *place in np.ndindex(*output.shape):",
        f"    at = [min(int(np.float32((o{half}) * np.float32(step))), i - 1)",
        "          for o, step, i in zip(place, steps, x.shape[1:])]",
        "    output[channel, *place] = x[channel, *at]",
    ]


@loop.register
def _(op: Bilinear, x: Tensor) -> list[str]:
    size = tuple(x.shape[1:])
    head = [f"size, steps = {target(op, size)}, [{', '.join(scales(op, size))}]", *tap_function(op)]
    if op.antialias:
        body = [
            "        wide, at = max(step, 1), (o + 0.5) * step - 0.5",
            f"        reach = int({2 if isinstance(op, Bicubic) else 1} * wide) + 1",
            "        taps = [t for t in range(int(at) - reach, int(at) + reach + 2) if 0 <= t < len(x)]",
            "        weights = np.array([tap((t - at) / wide) for t in taps])",
            "        rows.append(np.tensordot(weights / weights.sum(), x[taps], 1))",
        ]
    else:
        position = "o * step" if op.align_corners else "(o + 0.5) * step - 0.5"
        body = [
            f"        at = {position}",
            "        low = int(np.floor(at))",
            "        rows.append(sum(tap(t - at) * x[min(max(t, 0), len(x) - 1)] for t in range(low - 1, low + 3)))",
        ]
    return [
        *head,
        "for o_size, step in zip(size, steps):  # one axis after the other",
        "    x, rows = np.moveaxis(x, 1, 0), []",
        "    for o in range(o_size):",
        *body,
        "    x = np.moveaxis(np.array(rows), 0, -1)",
        "output = x",
    ]


def tap_function(op: Bilinear) -> list[str]:
    """The weight of a pixel at a distance: a triangle, or the cubic of Keys (1981)."""
    if not isinstance(op, Bicubic):
        return ["def tap(d): return max(0, 1 - abs(d))"]
    return [
        f"a = {-0.5 if op.antialias else -0.75}",
        "def tap(d):",
        "    d = abs(d)",
        "    if d < 1: return (a + 2) * d**3 - (a + 3) * d**2 + 1",
        "    return a * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else 0",
    ]


@loop.register(Area)
@loop.register(AdaptiveAveragePooling)
def _(op: Any, x: Tensor) -> list[str]:
    how = "max" if getattr(op, "kind", "avg") == "max" else "mean"
    return [
        f"size = {target(op, tuple(x.shape[1:]))}",
        "output = np.zeros((len(x), *size))",
        "for channel, *place in np.ndindex(*output.shape):  # from floor(n i / o) to ceil((n + 1) i / o)",
        "    window = [slice(n * i // o, -(-(n + 1) * i // o)) for n, i, o in zip(place, x.shape[1:], size)]",
        f"    output[channel, *place] = x[channel, *window].{how}()",
    ]


@loop.register(MaxPooling)
@loop.register(AveragePooling)
def _(op: Any, x: Tensor) -> list[str]:
    size = tuple(x.shape[1:])
    largest = isinstance(op, MaxPooling)
    axes = [(*axis, 1)[:4] for axis in op.axes(len(size))]
    kernel, strides, _, dilations = zip(*axes, strict=True)
    pads, empty = overhang(op, size), "-np.inf" if largest else "0"
    head = f"size, kernel, strides, dilations = {target(op, size)}, {kernel}, {strides}, {dilations}"
    answer = "x[channel, *window].max()" if largest else "x[channel, *window].sum() / inside[channel, *window].sum()"
    return [
        head,
        *([] if largest else [inside_line(op, pads)]),
        f"x = np.pad(x, {[(0, 0), *pads]}, constant_values={empty})",
        "output = np.zeros((len(x), *size))",
        "for channel, *place in np.ndindex(*output.shape):",
        "    spatial = zip(place, kernel, strides, dilations)",
        "    window = [slice(p * s, p * s + d * (k - 1) + 1, d) for p, k, s, d in spatial]",
        f"    output[channel, *place] = {answer}",
    ]


def inside_line(op: AveragePooling, pads: list[tuple[int, int]]) -> str:
    """Ones where a pixel counts: the padding may, what ceil_mode adds never does."""
    ones = [(before, before) for before, _ in pads]
    if not op.count_include_pad:
        return f"inside = np.pad(np.ones_like(x), {[(0, 0), *pads]})  # what counts in the mean"
    rest = [(0, after - two) for (_, after), (_, two) in zip(pads, ones, strict=True)]
    return (
        f"inside = np.pad(np.pad(np.ones_like(x), {[(0, 0), *ones]}, constant_values=1), {[(0, 0), *rest]})"
        "  # what counts in the mean"
    )


@loop.register
def _(op: MaxUnpooling, x: Tensor) -> list[str]:
    size = target_of(op, x)
    return [
        f"indices = {array(indices_of(op, x), dtype='int')}  # flat, in each channel's output",
        f"output = np.zeros((len(x), {prod(size)}))",
        "for place in np.ndindex(*x.shape):",
        "    output[place[0], indices[place]] = x[place]",
        f"output = output.reshape(len(x), {', '.join(map(str, size))})",
    ]


def target_of(op: Any, x: Tensor) -> tuple[int, ...]:
    """Spatial output size of an operator that takes this input only."""
    return tuple(op(x[None]).shape[2:])


@loop.register
def _(op: BedOfNails, x: Tensor) -> list[str]:
    strides = per_axis("stride", op.stride, x.ndim - 1)
    size = ", ".join(str(i * s) for i, s in zip(x.shape[1:], strides, strict=True))
    return [
        f"output = np.zeros((len(x), {size}))",
        f"output[:, {', '.join(f'::{s}' for s in strides)}] = x",
    ]


@loop.register
def _(op: PixelShuffle, x: Tensor) -> list[str]:
    factors = per_axis("upscale_factor", op.upscale_factor, x.ndim - 1)
    left, sizes = x.shape[0] // prod(factors), [i * r for i, r in zip(x.shape[1:], factors, strict=True)]
    return [
        f"factors, output = {factors}, np.zeros({(left, *sizes)})",
        "for out, *place in np.ndindex(*output.shape):",
        "    inner = np.ravel_multi_index([p % r for p, r in zip(place, factors)], factors)",
        f"    channel = {'out * np.prod(factors) + inner' if op.mode == 'CRD' else f'inner * {left} + out'}",
        "    output[out, *place] = x[channel, *[p // r for p, r in zip(place, factors)]]",
    ]


@loop.register
def _(op: PixelUnshuffle, x: Tensor) -> list[str]:
    factors = per_axis("downscale_factor", op.downscale_factor, x.ndim - 1)
    sizes = [i // r for i, r in zip(x.shape[1:], factors, strict=True)]
    return [
        f"factors, output = {factors}, np.zeros({(x.shape[0] * prod(factors), *sizes)})",
        "for source, *place in np.ndindex(*x.shape):",
        "    inner = np.ravel_multi_index([p % r for p, r in zip(place, factors)], factors)",
        f"    channel = {'source * np.prod(factors) + inner' if op.mode == 'CRD' else f'inner * {len(x)} + source'}",
        "    output[channel, *[p // r for p, r in zip(place, factors)]] = x[source, *place]",
    ]
