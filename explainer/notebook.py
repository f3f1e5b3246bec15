"""The door for people who write code: a layer of your own, drawn in the notebook, and its matrix.

    from explainer import show, matrix_of
    show(nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1), torch.ones(1, 1, 3, 3))

Torch's layers are drawn by the operators of this package, `nn.Sequential` layer by layer, and any other linear module
or function by its answers to impulses. Everything is computed in float64 on a copy; the layer itself is not touched.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from explainer.matrix import Shape, entries_of
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
    Record,
    TransposedConvolution,
    to_nested,
)
from explainer.scene.panels import Scene
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from explainer.stage.export import to_html

#: Pixels of an input or output that can be drawn with a number in each.
MOST_CELLS = 1024
#: Layers of an `nn.Sequential` that are drawn below each other.
MOST_LAYERS = 6

Layer = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Picture:
    """What `show` returns: the stage as a page of its own, which a notebook draws in a sandboxed frame."""

    pages: tuple[str, ...] = field(repr=False)
    heights: tuple[int, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """A frame for each layer; its scripts cannot reach the notebook."""
        frames = [
            f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts allow-downloads" '
            f'style="width: 100%; height: {height}px; border: 0" title="{escape(title)}"></iframe>'
            for page, height, title in zip(self.pages, self.heights, self.notes, strict=True)
        ]
        return "".join(frames)

    def save(self, path: str | Path) -> None:
        """Write the page to a file (the first layer's, where there are several)."""
        Path(path).write_text(self.pages[0], encoding="utf-8")


def show(
    layer: Any, x: Tensor, indices: Tensor | None = None, *, order: str = "gather", theme: str = "auto"
) -> Picture:
    """Draw what a layer does with `x`, step by step.

    Args:
        layer: a torch layer, an `nn.Sequential` of a few, or any linear module or function of a tensor.
        x: (1, C, *spatial) or (C, *spatial), one or two spatial axes.
        indices: for `nn.MaxUnpool1d/2d`: where each value goes, as pooling returned it.
        order: "gather" (one output a step) or "scatter" (one input a step).
        theme: "auto", "light" or "dark".

    Raises:
        ValueError: with one sentence, for what is not linear, too large, or on another device.
    """
    pages, heights, notes = [], [], []
    layers = list(layer) if isinstance(layer, nn.Sequential) else [layer]
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"the Sequential has {len(layers)} layers; 1 to {MOST_LAYERS} can be drawn.")
    values = one_map(layers[0], x)
    for one in layers:
        op = operator_of(one, tuple(values.shape), indices)
        drawn = op.linear_part() if isinstance(op, Record) else op
        title, note = type(one).__name__, ""
        if drawn != op:
            note = "The bias is left out: with it the layer is affine, and the matrix is that of the layer without it."
        scene = scene_within(drawn, values, order)
        pages.append(to_html(scene, title, note, theme, "free"))
        heights.append(height_of(scene))
        notes.append(f"{title}: {tuple(values.shape)}")
        values = op(values[None])[0]
    return Picture(tuple(pages), tuple(heights), tuple(notes))


def matrix_of(layer: Any, shape: Shape, indices: Tensor | None = None) -> Tensor:
    """The sparse matrix (float64, COO: outputs x inputs) of a linear layer on inputs of `shape`.

    Args:
        layer: as for `show`; a bias is left out. An `nn.Sequential` counts as one map.
        shape: (C, *spatial), or with a batch of one in front.

    Raises:
        ValueError: with one sentence, for what is not linear or on another device.
    """
    size = tuple(shape[1:]) if len(shape) > 2 and shape[0] == 1 and takes_batch(layer, shape) else tuple(shape)
    op = operator_of(layer, size, indices)
    if isinstance(op, Record):
        if not op.is_linear:
            raise ValueError(f"{type(layer).__name__} is not linear, so it has no matrix.")
        op = op.linear_part()
    rows, columns, values = entries_of(op, size)
    outputs = op(torch.zeros(1, *size, dtype=torch.float64)).numel()
    places = torch.stack([rows, columns])
    return torch.sparse_coo_tensor(places, values, (outputs, prod(size)), is_coalesced=True, check_invariants=True)


def takes_batch(layer: Any, shape: Shape) -> bool:
    """Whether a leading 1 of a shape is the batch: torch's layers say how many axes they have."""
    axes = next((int(digit) for digit in reversed(type(layer).__name__) if digit in "123"), None)
    return len(shape) == (axes + 2 if axes else 4)


def one_map(layer: Any, x: Tensor) -> Tensor:
    """(C, *spatial) in float64 from one map with or without a batch of one."""
    if not isinstance(x, Tensor):
        raise ValueError(f"x is a {type(x).__name__}; it must be a tensor (1, C, *spatial) or (C, *spatial).")
    if x.device.type != "cpu":
        raise ValueError(f"x is on {x.device}; move it to the CPU first: x.cpu().")
    if x.ndim in (3, 4) and x.shape[0] == 1 and takes_batch(layer, tuple(x.shape)):
        x = x[0]
    if x.ndim not in (2, 3) or x.numel() == 0:
        raise ValueError(f"x has shape {tuple(x.shape)}; one map (1, C, H, W), (C, H, W) or (C, W) can be drawn.")
    return x.detach().double()


def scene_within(op: Operator, x: Tensor, order: str) -> Scene:
    """The scene, if input and output are small enough to be drawn with a number in each cell."""
    if order not in ("gather", "scatter"):
        raise ValueError(f"order is {order!r}; allowed are gather and scatter.")
    output = op(x[None])[0]
    for name, size in (("input", x.shape), ("output", output.shape)):
        if prod(size) > MOST_CELLS:
            raise ValueError(f"the {name} has {prod(size)} pixels, at most {MOST_CELLS} can be drawn; crop the input.")
    scene = scene_of(op, x, View(order=order, editable=False, readings=isinstance(op, TransposedConvolution)))
    return {**scene, "order": order if order in [one["id"] for one in scene["orders"]] else scene["orders"][0]["id"]}


def height_of(scene: Scene) -> int:
    """Pixels a picture takes: its lanes of cells, and the transport."""
    lanes: dict[int, int] = {}
    for panel in scene["panels"]:
        lanes[panel["lane"]] = max(lanes.get(panel["lane"], 0), panel["shape"][-2])
    return min(1400, 260 + sum(60 + min(420, 34 * rows) for rows in lanes.values()))


def operator_of(layer: Any, shape: Shape, indices: Tensor | None = None) -> Operator:
    """The operator that does what a layer does.

    Raises:
        ValueError: with one sentence.
    """
    if isinstance(layer, Record):
        return layer  # type: ignore[return-value]
    if isinstance(layer, nn.Module):
        elsewhere = [part.device for part in (*layer.parameters(), *layer.buffers()) if part.device.type != "cpu"]
        if elsewhere:
            raise ValueError(f"the layer is on {elsewhere[0]}; move a copy to the CPU first: layer.cpu().")
    if isinstance(layer, nn.MaxUnpool1d | nn.MaxUnpool2d):
        if indices is None:
            raise ValueError("MaxUnpool needs the indices that pooling returned: show(layer, values, indices).")
        inner = indices[0] if indices.ndim == len(shape) + 1 else indices
        return MaxUnpooling(to_nested(inner), sizes(layer.kernel_size), sizes(layer.stride), sizes(layer.padding))
    for kind, make in LAYERS.items():
        if type(layer) is kind:
            return make(layer)
    if not callable(layer):
        raise ValueError(f"{type(layer).__name__} is no layer and no function of a tensor.")
    return linear_map(layer, shape)


@dataclass(frozen=True)
class LinearMap(Record):
    """Any linear map, known by its answers only; an offset (a bias) is subtracted by `linear_part`."""

    call: Layer
    name: str
    offset: bool = True

    def __call__(self, x: Tensor) -> Tensor:
        answers = torch.cat([self.call(one[None]) for one in x])
        return answers if self.offset else answers - self.call(torch.zeros_like(x[:1]))

    def linear_part(self) -> LinearMap:
        """Without what it answers to zeros."""
        return LinearMap(self.call, self.name, False) if self.offset else self

    def size_formula(self, size: tuple[int, ...]) -> list[str]:
        """Nothing is known of its size."""
        return []

    def code(self, x: Tensor) -> list[str]:
        """Its own name is all there is."""
        return [f"output = {self.name}(x)"]


def linear_map(layer: Layer, shape: Shape) -> LinearMap:
    """A module or function as a map in float64, after a test that it is linear (or affine) on random inputs."""
    name = getattr(layer, "__name__", type(layer).__name__)
    call: Layer = copy.deepcopy(layer).double().eval() if isinstance(layer, nn.Module) else layer
    generator = torch.Generator().manual_seed(0)
    one, two = torch.randn(2, 1, *shape, dtype=torch.float64, generator=generator).unbind()
    try:
        with torch.no_grad():
            zero, first, second, both = (call(v) for v in (torch.zeros_like(one), one, two, 2 * one - 3 * two))
    except (RuntimeError, TypeError, ValueError, IndexError) as problem:
        raise ValueError(f"{name} does not take an input of {(1, *shape)}: {str(problem).splitlines()[0]}") from None
    if not all(isinstance(v, Tensor) and v.ndim in (3, 4) and len(v) == 1 for v in (zero, first)):
        raise ValueError(f"{name} must return one map (1, C, W) or (1, C, H, W) to be drawn.")
    straight = 2 * (first - zero) - 3 * (second - zero)
    if not torch.allclose(both - zero, straight, rtol=1e-7, atol=1e-7 * float(straight.abs().max() + 1)):
        raise ValueError(f"{name} is not linear, so no matrix holds for every input.")
    offset = bool(zero.any())
    return LinearMap(call, name, True) if offset else LinearMap(call, name, False)


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
    kinds = {"linear": Bilinear, "bilinear": Bilinear, "bicubic": Bicubic}
    if layer.mode not in kinds:
        raise ValueError(
            f"Upsample's mode is {layer.mode!r}; nearest, nearest-exact, linear, bilinear, bicubic can be drawn."
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
    nn.PixelShuffle: lambda layer: PixelShuffle(layer.upscale_factor),
    nn.PixelUnshuffle: lambda layer: PixelUnshuffle(layer.downscale_factor),
}
