"""What can be drawn at all: real, finite numbers in a dense tensor; everything else gets a sentence."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import torch
from torch import Tensor, nn

from explainer.matrix import Shape

#: Beyond this no product of a few layers can be sure to stay finite.
LARGEST = 1e30


def check_numbers(name: str, values: Tensor) -> None:
    """Refuse what float64 cannot say or no cell can show.

    Raises:
        ValueError: with what `values`, called `name`, are, and what to do about it.
    """
    if values.layout != torch.strided:
        raise ValueError(f"{name} is sparse; make it dense first: .to_dense().")
    if values.is_quantized:
        raise ValueError(f"{name} is quantized; make it plain numbers first: .dequantize().")
    if values.is_complex():
        raise ValueError(f"{name} is complex; only real numbers can be drawn: take .real, .imag or .abs().")
    numbers = values.detach().double()
    if not bool(numbers.isfinite().all()):
        raise ValueError(f"{name} has NaN or infinity in it; only finite numbers can be drawn.")
    largest = float(numbers.abs().max()) if numbers.numel() else 0.0
    if largest > LARGEST:
        raise ValueError(f"{name} has numbers as large as {largest:.3g}; allowed is up to {LARGEST:g}.")


def check_module(layer: nn.Module) -> None:
    """Refuse a layer whose weights are elsewhere, not there yet, or no numbers that can be drawn."""
    for part in (*layer.parameters(), *layer.buffers()):
        if part.device.type != "cpu":
            raise ValueError(f"the layer is on {part.device}; move a copy to the CPU first: layer.cpu().")
    for name, part in layer.named_parameters():
        if nn.parameter.is_lazy(part):
            raise ValueError(f"the layer's {name} is not there yet; call the layer with a tensor first.")
        check_numbers(f"the layer's {name}", part)


def checked_shape(shape: Any) -> Shape:
    """A shape as whole numbers, none below 1."""
    if not isinstance(shape, tuple | list) or len(shape) < 2:
        raise ValueError(f"shape is {said(shape)}; it must be (C, *spatial), such as (1, 3, 3).")
    if not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) >= 1 for n in shape):
        raise ValueError(f"shape is {said(shape)}; its numbers must be whole and at least 1.")
    return tuple(int(n) for n in shape)


def said(value: Any) -> str:
    """A value on one line, not too long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else text[:40] + "…"


def reason(problem: Exception) -> str:
    """An error's type and the first line of its text."""
    return ": ".join([type(problem).__name__, *str(problem).strip().splitlines()[:1]])
