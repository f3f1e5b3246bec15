"""Does the answer have the input's size? If not, what would give it: asked of torch by trying."""

from __future__ import annotations

from itertools import product
from math import prod

from torch import nn

from explainer.experiments.stacks.measuring import Row, measure
from explainer.experiments.stacks.modules import Crop, Layer, Save
from explainer.experiments.stacks.reading import read_stack

MOST_TRIES = 64


def verdict(layers: list[Layer], rows: list[Row]) -> str:
    """Whether the stack's last map is as large as its input, and what would make it so, in a sentence or two."""
    _, height, width = rows[0].shape
    _, high, wide = rows[-1].shape
    if (high, wide) == (height, width):
        return f"**The size comes back:** {height} × {width} in, {high} × {wide} out."
    said = f"**The size does not come back:** {height} × {width} in, {high} × {wide} out."
    if all(row.kind != "up" for row in rows):
        return said + " Nothing in this stack goes up again."
    if all(row.field.jump <= 1 for row in rows):
        return f"**It only grows:** {height} × {width} in, {high} × {wide} out."
    fixed = by_output_padding(layers, rows)
    if fixed:
        return f"{said} {fixed}"
    more, less = (high - height, wide - width), (height - high, width - wide)
    if min(more) >= 0:
        return f"{said} A crop of {more[0]} rows and {more[1]} columns would: for instance `Crop({more[0] // 2})`."
    return f"{said} {max(less)} rows or columns are missing: padding has to make up for them on the way."


def by_output_padding(layers: list[Layer], rows: list[Row]) -> str | None:
    """The output_padding of the transposed convolutions that brings the size back with the least, if there is one."""
    channels, height, width = rows[0].shape
    sizing = [n for n, layer in enumerate(layers) if changes_size(layer, rows[n], rows[n + 1])]
    places = [n for n, layer in enumerate(layers) if isinstance(layer.module, nn.ConvTranspose2d)]
    choices = [range(int(layers[n].module.stride[0])) for n in places]  # type: ignore[index]
    if not places or prod(map(len, choices)) > MOST_TRIES:
        return None
    offered = {
        place: [with_output_padding(layers[place], a) for a in extras]
        for place, extras in zip(places, choices, strict=True)
    }
    for extras in sorted(product(*choices), key=sum):
        changed = list(layers)
        for place, extra in zip(places, extras, strict=True):
            changed[place] = offered[place][extra]
        try:
            tried = measure([changed[n] for n in sizing], channels, height, width, costs=False)
        except ValueError:
            continue
        if tried[-1].shape[1:] == (height, width):
            told = [f"`output_padding={a}` in layer {n + 1}" for n, a in zip(places, extras, strict=True) if a]
            return f"{' and '.join(told)} would bring it back."
    return None


def changes_size(layer: Layer, before: Row, after: Row) -> bool:
    """Whether a layer has a say in sizes; most are activations and norms, on which trying spends its time."""
    return after.kind != "other" or after.shape != before.shape or isinstance(layer.module, Save | Crop)


def with_output_padding(layer: Layer, extra: int) -> Layer:
    """The same transposed convolution with another output_padding."""
    module = layer.module
    assert isinstance(module, nn.ConvTranspose2d)
    (other,) = read_stack(
        f"ConvTranspose2d({module.in_channels}, {module.out_channels}, {module.kernel_size}, {module.stride}, "
        f"{module.padding}, {extra}, {module.groups}, {module.bias is not None}, {module.dilation})"
    )
    return other
