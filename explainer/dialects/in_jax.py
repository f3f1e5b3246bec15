"""JAX: `jax.lax` and `jax.image`, in float64."""

from __future__ import annotations

from functools import singledispatch
from math import prod
from typing import Any

from torch import Tensor

from explainer import geometry
from explainer.dialects.writing import (
    MODES,
    Snippet,
    array,
    divides,
    indices_of,
    overhang,
    rearrangement,
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

NOTES = {
    Convolution: "Padding is a pair for each axis; feature_group_count is torch's groups. Flax keeps channels last.",
    TransposedConvolution: "Written as the second reading: lhs_dilation inserts the zeros. lax.conv_transpose with "
    "padding 'SAME' has Keras's size and numbers, and does not turn the kernel unless transpose_kernel=True.",
    NearestNeighbor: "jax.image.resize(..., 'nearest') rounds at pixel centers: it is torch's nearest-exact.",
    Bilinear: "jax.image.resize lines up areas (align_corners=False) and antialiases unless told not to.",
    AveragePooling: "flax.linen.avg_pool counts the padding, as torch does by default.",
    PixelShuffle: "JAX has no pixel shuffle: reshape and transpose.",
    MaxUnpooling: "Where an index repeats, the order of the writes is not promised.",
}


def written(op: Operator, x: Tensor) -> Snippet:
    """The program in JAX."""
    found = call(op, x)
    if isinstance(found, Snippet):
        return found
    head = ["import jax", "import jax.numpy as jnp", "", 'jax.config.update("jax_enable_x64", True)']
    tail = ["print(output)"]
    return Snippet("\n".join([*head, f"x = {array(x[None], 'jnp.array')}", *found, *tail]), NOTES.get(type(op), ""))


@singledispatch
def call(op: Any, x: Tensor) -> list[str] | Snippet:
    """Lines that compute `output` from `x`, both (1, C, ...); or why there are none."""
    return Snippet("", "JAX has no operator for it.")


@call.register
def _(op: Convolution, x: Tensor) -> list[str]:
    wraps = op.padding_mode in MODES
    around = [(0, 0), (0, 0), *op.borders()]
    strides, dilations = (tuple(axis[n] for axis in op.axes()) for n in (1, 3))
    return [
        f"weight = {array(full_weight(op.weight), 'jnp.array')}  # (C_out, C_in / groups, ...)",
        *([f"x = jnp.pad(x, {around}, mode={MODES[op.padding_mode]!r})"] if wraps else []),
        "output = jax.lax.conv_general_dilated(",
        f"    x, weight, {strides}, {[(0, 0)] * op.dims if wraps else op.borders()},",
        f"    rhs_dilation={dilations}, feature_group_count={op.groups})",
        *bias(op),
    ]


def bias(op: Convolution | TransposedConvolution) -> list[str]:
    """The bias, one number for each output channel."""
    if op.bias is None:
        return []
    return [f"output += {array(op.bias, 'jnp.array')}.reshape(1, -1{', 1' * op.dims})"]


@call.register
def _(op: TransposedConvolution, x: Tensor) -> list[str]:
    full = full_weight(op.weight)
    c_in, c_out, *k = full.shape
    groups, spatial = op.groups, ", ".join(map(str, k))
    strides, dilations = (tuple(axis[n] for axis in op.axes()) for n in (1, 3))
    pads = [
        (geometry.direct_border(n, a, d), geometry.direct_border(n, b, d) + e)
        for (n, _, _, d), (a, b), e in zip(op.axes(), op.crops(), op.extra(), strict=True)
    ]
    turn = ", ".join(["::-1"] * op.dims)
    return [
        f"weight = {array(full, 'jnp.array')}  # (C_in, C_out / groups, ...)",
        f"turned = weight.reshape({groups}, {c_in // groups}, {c_out}, {spatial}).swapaxes(1, 2)",
        f"turned = turned.reshape({groups * c_out}, {c_in // groups}, {spatial})[..., {turn}]",
        "output = jax.lax.conv_general_dilated(",
        f"    x, turned, {(1,) * op.dims}, {pads}, lhs_dilation={strides},",
        f"    rhs_dilation={dilations}, feature_group_count={groups})",
        *bias(op),
    ]


@call.register
def _(op: NearestNeighbor, x: Tensor) -> list[str]:
    size = tuple(x.shape[1:])
    out, ratio = target(op, size), op.size is not None or op.recompute_scale_factor
    whole = all(o % i == 0 for i, o in zip(size, out, strict=True))
    if (op.mode == "nearest-exact" and ratio) or whole:
        return [f'output = jax.image.resize(x, {(1, len(x), *out)}, "nearest")']
    half = " + 0.5" if op.mode == "nearest-exact" else ""
    found = []
    for axis, (i, o, step) in enumerate(zip(size, out, scales(op, size), strict=True), 2):
        at = f"jnp.floor((jnp.arange({o}){half}) * jnp.float32({step})).astype(int)"
        found.append(f"x = jnp.take(x, jnp.minimum({at}, {i - 1}), axis={axis})")
    return [*found, "output = x"]


@call.register
def _(op: Bilinear, x: Tensor) -> list[str] | Snippet:
    cubic = isinstance(op, Bicubic)
    if cubic and not op.antialias:
        return Snippet("", "jax.image's cubic has a = -0.5 and drops what lies outside; torch's a = -0.75 repeats it.")
    size = tuple(x.shape[1:])
    out, method = target(op, size), "cubic" if cubic else "linear"
    by_ratio = (op.size is not None or op.recompute_scale_factor) and not op.align_corners
    if by_ratio:
        return [f'output = jax.image.resize(x, {(1, len(x), *out)}, "{method}", antialias={op.antialias})']
    if op.align_corners and (op.antialias or 1 in out or 1 in size):
        return Snippet("", "jax.image cannot line up corners here.")
    steps = ", ".join(scales(op, size))
    move = "0.5 - 0.5 * scale" if op.align_corners else "0 * scale"
    return [
        f"scale = 1 / jnp.array([{steps}])  # output pixels for each input pixel",
        "output = jax.image.scale_and_translate(",
        f"    x, {(1, len(x), *out)}, {tuple(range(2, x.ndim + 1))}, scale, {move}, "
        f'"{method}", antialias={op.antialias})',
    ]


@call.register(Area)
@call.register(AdaptiveAveragePooling)
def _(op: Any, x: Tensor) -> list[str] | Snippet:
    size = tuple(x.shape[1:])
    out = target(op, size)
    if not divides(size, out):
        return Snippet("", "JAX has no adaptive pooling; where the sizes divide, it is a reshape and a mean.")
    parts = [n for i, o in zip(size, out, strict=True) for n in (o, i // o)]
    axes = tuple(3 + 2 * n for n in range(len(size)))
    how = "max" if getattr(op, "kind", "avg") == "max" else "mean"
    return [f"output = x.reshape(1, {len(x)}, {', '.join(map(str, parts))}).{how}(axis={axes})"]


@call.register
def _(op: MaxPooling, x: Tensor) -> list[str]:
    kernel, strides, _, dilations = zip(*op.axes(x.ndim - 1), strict=True)
    pads = [(0, 0), (0, 0), *overhang(op, tuple(x.shape[1:]))]
    return [
        f"output = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, {(1, 1, *kernel)}, {(1, 1, *strides)},",
        f"                               {pads}, window_dilation={(1, 1, *dilations)})",
        cut(op, x),
    ]


@call.register
def _(op: AveragePooling, x: Tensor) -> list[str]:
    kernel, strides, _ = zip(*op.axes(x.ndim - 1), strict=True)
    pads = overhang(op, tuple(x.shape[1:]))
    counted = [(0, 0), (0, 0), *((a, a if op.count_include_pad else 0) for a, _ in pads)]
    rest = [(0, 0), (0, 0), *((0, b - a) for a, b in pads)]
    if not op.count_include_pad:
        counted, rest = [(0, 0)] * (x.ndim + 1), [(0, 0), (0, 0), *pads]
    return [
        "ones = jnp.pad(jnp.ones_like(x), " + f"{counted}, constant_values=1)  # what counts in the mean",
        f"window = {(1, 1, *kernel)}, {(1, 1, *strides)}",
        f"total = jax.lax.reduce_window(x, 0.0, jax.lax.add, *window, {[(0, 0), (0, 0), *pads]})",
        f"output = total / jax.lax.reduce_window(ones, 0.0, jax.lax.add, *window, {rest})",
        cut(op, x),
    ]


def cut(op: MaxPooling | AveragePooling, x: Tensor) -> str:
    """The windows that torch drops with ceil_mode are cut off."""
    out = target(op, tuple(x.shape[1:]))
    return f"output = output[..., {', '.join(f':{o}' for o in out)}]"


@call.register
def _(op: MaxUnpooling, x: Tensor) -> list[str]:
    size = tuple(op(x[None]).shape[2:])
    return [
        f"indices = {array(indices_of(op, x).flatten(1), 'jnp.array', 'int')}  # flat, in each channel's output",
        f"channel = jnp.arange({len(x)})[:, None]",
        f"output = jnp.zeros({(len(x), prod(size))}).at[channel, indices].set(x.reshape({len(x)}, -1))",
        f"output = output.reshape{(1, len(x), *size)}",
    ]


@call.register
def _(op: BedOfNails, x: Tensor) -> list[str]:
    strides = per_axis("stride", op.stride, x.ndim - 1)
    size = [i * s for i, s in zip(x.shape[1:], strides, strict=True)]
    places = ", ".join(f"::{s}" for s in strides)
    return [f"output = jnp.zeros({(1, len(x), *size)}).at[..., {places}].set(x)"]


@call.register(PixelShuffle)
@call.register(PixelUnshuffle)
def _(op: Any, x: Tensor) -> list[str]:
    return rearranged(op, x)


def rearranged(op: PixelShuffle | PixelUnshuffle, x: Tensor) -> list[str]:
    """Pixel shuffle and back as reshape, transpose, reshape."""
    parts, order, size = rearrangement(op, x)
    return [f"output = x.reshape({parts}).transpose({order}).reshape({size})"]
