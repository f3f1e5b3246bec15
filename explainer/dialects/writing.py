"""What dialects share: a snippet, arrays as text, and the numbers of an operator for each axis."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from explainer import geometry
from explainer.operators import AveragePooling, MaxPooling, MaxUnpooling, NearestNeighbor, PixelShuffle, PixelUnshuffle
from explainer.operators.bilinear import Bilinear
from explainer.operators.checks import per_axis
from explainer.operators.pixel_shuffle import shuffle_order
from explainer.operators.resizing import Resizing

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""torch's padding modes as numpy, JAX and ONNX call them."""


@dataclass(frozen=True)
class Snippet:
    """A program that prints `output` (empty where the framework has no such operator), and one line beside it."""

    code: str
    note: str = ""


def array(values: Any, call: str = "np.array", dtype: str = "float") -> str:
    """Numbers as nested lists in a call."""
    nested = values.tolist() if isinstance(values, Tensor) else values
    return f"{call}({text(nested)}, dtype={dtype})"


def text(value: Any) -> str:
    """Nested lists of short numbers."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(text, value)) + "]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def scales(op: Resizing, size: tuple[int, ...]) -> list[str]:
    """Input pixels for each output pixel on each axis, as torch goes between pixels: `1 / 1.3`, `4 / 5`, `3 / 4`."""
    out = target(op, size)
    if isinstance(op, Bilinear) and op.align_corners:
        return [f"{i - 1} / {o - 1}" if o > 1 else "0" for i, o in zip(size, out, strict=True)]
    if op.size is not None or op.recompute_scale_factor:
        return [f"{i} / {o}" for i, o in zip(size, out, strict=True)]
    asked = per_axis("scale_factor", op.scale_factor, len(size))
    return [shortcut(op, i, o) or f"1 / {scale:.17g}" for i, o, scale in zip(size, out, asked, strict=True)]


def factors(op: Resizing, size: tuple[int, ...]) -> list[float]:
    """Output pixels for each input pixel on each axis, as torch goes: the scale given, but for its shortcuts."""
    asked = per_axis("scale_factor", op.scale_factor, len(size))
    known = {"1": 1.0, "1 / 2": 2.0}
    pairs = zip(size, target(op, size), asked, strict=True)
    return [known.get(shortcut(op, i, o), float(scale)) for i, o, scale in pairs]


def shortcut(op: Resizing, i: int, o: int) -> str:
    """Where torch does not go by the scale that was given: the same size is copied, twice the size is halved."""
    copies = isinstance(op, NearestNeighbor) and op.mode == "nearest"
    if i == o and (copies or (type(op) is Bilinear and not op.antialias)):
        return "1"
    return "1 / 2" if copies and o == 2 * i else ""


def target(op: Any, size: tuple[int, ...]) -> tuple[int, ...]:
    """Spatial output size, asked of the record or of torch's meta device; for operators of one channel as of many."""
    if isinstance(op, Resizing):
        return op.resized(size)
    return tuple(op(torch.empty(1, 1, *size, device="meta", dtype=torch.float64)).shape[2:])


def overhang(op: MaxPooling | AveragePooling, size: tuple[int, ...]) -> list[tuple[int, int]]:
    """Padding (before, after) on each axis of pooling, after it what ceil_mode adds."""
    pads = []
    for i, (k, s, p, *rest) in zip(size, op.axes(len(size)), strict=True):
        d = rest[0] if rest else 1
        o = geometry.pooling_size(i, k, s, p, d, op.ceil_mode)
        pads.append((p, max(p, (o - 1) * s + geometry.reach(k, d) - i - p)))
    return pads


def indices_of(op: MaxUnpooling, x: Tensor) -> Tensor:
    """The indices in the input's shape (C, *spatial), int64."""
    return torch.tensor(op.indices, dtype=torch.int64).view(x.shape)


def divides(size: tuple[int, ...], out: tuple[int, ...]) -> bool:
    """Whether windows of adaptive pooling and area are all of one size."""
    return all(i % o == 0 for i, o in zip(size, out, strict=True))


def lines(*parts: str | list[str]) -> str:
    """A program from its lines; empty ones left out."""
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(line for line in flat if line != "\0")


#: A line that is left out.
NONE = "\0"


def rearrangement(op: PixelShuffle | PixelUnshuffle, x: Tensor) -> tuple[list[int], list[int], list[int]]:
    """The shape taken apart, the order of its axes, and the shape put together again."""
    up = isinstance(op, PixelShuffle)
    factors = per_axis("factor", op.upscale_factor if isinstance(op, PixelShuffle) else op.downscale_factor, x.ndim - 1)
    n, size = len(factors), tuple(op(x[None]).shape)
    if up:
        left = len(x) // prod(factors)
        parts = [left, *factors] if op.mode == "CRD" else [*factors, left]
        return [1, *parts, *x.shape[1:]], shuffle_order(n, op.mode), list(size)
    pairs = [part for i, r in zip(x.shape[1:], factors, strict=True) for part in (i // r, r)]
    inner, outer = [3 + 2 * axis for axis in range(n)], [2 + 2 * axis for axis in range(n)]
    order = [0, 1, *inner, *outer] if op.mode == "CRD" else [0, *inner, 1, *outer]
    return [1, len(x), *pairs], order, list(size)
