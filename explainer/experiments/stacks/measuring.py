"""Sizes, costs and receptive fields along a stack. Sizes and counts are torch's own, on the meta device.

Receptive field r, jump j (input pixels from one output pixel to the next) and start (where the first output pixel has
its middle, in input pixels, the first pixel's middle being 0): Dumoulin & Visin 2016; Araujo, Norris & Sim 2019. On
the way up the jump is divided by the stride, and a pixel sees at most ceil(k / s) pixels of the map below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

import torch
from torch import Tensor, nn

from explainer.experiments.stacks.modules import (
    Crop,
    Join,
    Layer,
    Load,
    Misfit,
    Save,
    Unpool,
    check_channels,
    size_text,
)
from explainer.work import multiply_adds

BYTES = 4
ADAPTIVE = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)


@dataclass(frozen=True)
class Field:
    """Receptive field, jump and start in input pixels."""

    size: Fraction = Fraction(1)
    jump: Fraction = Fraction(1)
    start: Fraction = Fraction(0)

    def down(self, k: int, s: int | Fraction, p: int) -> Field:
        """Behind a convolution or pooling with a kernel of k (dilated), stride s, padding p."""
        start = self.start + (Fraction(k - 1, 2) - p) * self.jump
        return Field(self.size + (k - 1) * self.jump, self.jump * s, start)

    def stamped(self, k: int, s: int, p: int) -> Field:
        """Behind a transposed convolution."""
        start = self.start + (p - Fraction(k - 1, 2)) / s * self.jump
        return Field(self.size + (ceil(Fraction(k, s)) - 1) * self.jump, self.jump / s, start)

    def resized(self, r: Fraction, seen: int) -> Field:
        """Behind an interpolation by r that looks at `seen` pixels."""
        start = self.start + (Fraction(1) / (2 * r) - Fraction(1, 2)) * self.jump
        return Field(self.size + (seen - 1) * self.jump, self.jump / r, start)


@dataclass(frozen=True)
class Row:
    """A layer and what comes out of it.

    Attributes:
        kind: "convolution", "down", "up", "join" or "other".
        shape: (C, H, W). source: row that a join fetches from. own: whether the map is one of its own; what saves or
            fetches one makes none.
    """

    text: str
    kind: str
    shape: tuple[int, int, int]
    field: Field
    parameters: int
    multiply_adds: int
    source: int | None = None
    own: bool = True

    @property
    def size(self) -> int:
        """Bytes of the map in float32, 0 if it is no map of its own."""
        return self.own * BYTES * self.shape[0] * self.shape[1] * self.shape[2]


def measure(layers: list[Layer], channels: int, height: int, width: int, *, costs: bool = True) -> list[Row]:
    """The rows of a stack for an input (channels, height, width), the input itself first.

    A layer that is passed again has its parameters in the first row alone. Without `costs` all multiply-adds are 0:
    counting them takes longer than all else.

    Raises:
        Misfit: a layer does not take what comes; the message names it.
    """
    x = torch.empty(1, channels, height, width, device="meta")
    rows = [Row("input", "input", (channels, height, width), Field(), 0, 0)]
    saved: dict[str, tuple[Tensor, Field, int]] = {}
    counted, seen = multiply_adds if costs else nothing, set[int]()
    for number, layer in enumerate(layers, 1):
        module = layer.module.eval()
        try:
            x, row = one_step(layer.text, module, x, rows[-1].field, saved, (height, width), counted)
        except (RuntimeError, ValueError, KeyError, IndexError, TypeError, ArithmeticError) as problem:
            lost = isinstance(problem, ArithmeticError)  # torch's meta device divides by a size of zero
            reason = "nothing would be left" if lost else str(problem).strip("'\"").splitlines()[0]
            came = f"{x.shape[1]} channels of {size_text(x)}"
            said = f"Layer {number}, `{layer.text}`, does not take {came}: {reason}"
            raise Misfit(said, layers[: number - 1], channels) from None
        rows.append(replace(row, parameters=0) if id(module) in seen else row)
        seen.add(id(module))
        if isinstance(module, Save):
            saved[module.name] = (x, row.field, number)
    return rows


def one_step(
    text: str,
    module: nn.Module,
    x: Tensor,
    field: Field,
    saved: dict[str, Any],
    target: tuple[int, int],
    counted: Callable[[Callable[[], object]], int],
) -> tuple[Tensor, Row]:
    """What one layer makes of a map; `counted` runs work and says what it cost."""
    source, cost = None, 0
    if isinstance(module, Join):
        if module.name not in saved:
            raise KeyError(f"nothing was saved as {module.name!r} before")
        other, its_field, source = saved[module.name]
        cost = counted(lambda: module.fetched(other, x))
        fetched = module.fetched(other, x)
        x = module.together(fetched, x)
        field = its_field if isinstance(module, Load) else max(field, its_field, key=lambda one: one.size)
    elif isinstance(module, Crop):
        x, field = cropped(x, module.offset, target), moved(field, module.offset)
    elif not isinstance(module, Save):
        check_channels(module, x)
        given, cost = x, counted(lambda: module(x))
        x = module(given)
        x = x[0] if isinstance(x, tuple) else x  # pooling that returns its indices too
        field = behind(module, field, given, x)
    if min(x.shape[-2:]) < 1:
        raise ValueError("nothing would be left")
    shape = (x.shape[1], x.shape[2], x.shape[3])
    parameters = sum(p.numel() for p in module.parameters())
    if isinstance(module, Join) and module.score:
        parameters = module.score * (saved[module.name][0].shape[1] + 1)
    return x, Row(text, kind_of(module), shape, field, parameters, cost, source, not isinstance(module, Save | Load))


def nothing(work: Callable[[], object]) -> int:
    """No count: the work is not even run."""
    return 0


def cropped(x: Tensor, offset: int, target: tuple[int, int]) -> Tensor:
    """The window of the target's size."""
    if any(n < offset + want for n, want in zip(x.shape[-2:], target, strict=True)):
        raise ValueError(f"from {offset} on fewer than {target[0]} × {target[1]} are left")
    return x[..., offset : offset + target[0], offset : offset + target[1]]


def moved(field: Field, offset: int) -> Field:
    """The first pixel is another one now."""
    return Field(field.size, field.jump, field.start + offset * field.jump)


def behind(module: nn.Module, field: Field, x: Tensor, y: Tensor) -> Field:
    """The field after one of torch's layers, along the height."""
    if isinstance(module, nn.ConvTranspose2d):
        k = first(module.dilation) * (first(module.kernel_size) - 1) + 1
        return field.stamped(k, first(module.stride), first(module.padding))
    if isinstance(module, nn.Conv2d):
        k = first(module.dilation) * (first(module.kernel_size) - 1) + 1
        pad = module.padding
        return field.down(
            k, first(module.stride), {"same": (k - 1) // 2, "valid": 0}[pad] if isinstance(pad, str) else first(pad)
        )
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        k = first(getattr(module, "dilation", 1)) * (first(module.kernel_size) - 1) + 1
        return field.down(k, first(module.stride), first(module.padding))
    if isinstance(module, ADAPTIVE):
        ratio = Fraction(x.shape[-2], y.shape[-2])  # each pixel looks at a window of that height, rounded up
        return field.down(ceil(ratio), ratio, 0)
    if isinstance(module, Unpool):
        return field.stamped(first(module.kernel_size), first(module.stride), first(module.padding))
    if isinstance(module, nn.PixelUnshuffle):
        return field.down(module.downscale_factor, module.downscale_factor, 0)
    if isinstance(module, nn.ZeroPad2d | nn.ReflectionPad2d | nn.ReplicationPad2d):
        return moved(field, -int(module.padding[2]) if len(module.padding) > 2 else 0)
    if isinstance(module, nn.Upsample | nn.PixelShuffle):
        linear = isinstance(module, nn.Upsample) and module.mode != "nearest"
        seen = (4 if module.mode == "bicubic" else 2) if linear else 1
        return field.resized(Fraction(y.shape[-2], x.shape[-2]), seen)
    return field


def kind_of(module: nn.Module) -> str:
    """How the layer is drawn."""
    kinds: list[tuple[Callable[[], bool], str]] = [
        (lambda: isinstance(module, Join), "join"),
        (lambda: isinstance(module, nn.ConvTranspose2d | nn.Upsample | nn.PixelShuffle | Unpool), "up"),
        (lambda: isinstance(module, nn.Conv2d), "convolution"),
        (lambda: isinstance(module, (nn.MaxPool2d, nn.AvgPool2d, nn.PixelUnshuffle, *ADAPTIVE)), "down"),
    ]
    return next((kind for holds, kind in kinds if holds()), "other")


def first(value: Any) -> int:
    """The height's value of an argument that may be one number for both axes."""
    return int(value[0]) if isinstance(value, tuple | list) else int(value)
