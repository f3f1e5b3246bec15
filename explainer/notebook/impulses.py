"""Any linear module or function as an operator: known by its answers only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explainer.operators import Record

Layer = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class LinearMap(Record):
    """Any linear map, known by its answers only; an offset (a bias) is subtracted by `linear_part`.

    Every call gets a copy of its own: a function that works in place would change the next one's input.
    """

    call: Layer
    name: str
    offset: bool = True

    def __call__(self, x: Tensor) -> Tensor:
        answers = torch.cat([self.call(one[None].clone()) for one in x])
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


def linear_map(layer: Layer, shape: tuple[int, ...]) -> LinearMap:
    """A module or function as a map in float64, after a test that it is linear (or affine) on random inputs."""
    name = getattr(layer, "__name__", type(layer).__name__)
    call: Layer = copy.deepcopy(layer).double().eval() if isinstance(layer, nn.Module) else layer
    generator = torch.Generator().manual_seed(0)
    one, two = torch.randn(2, 1, *shape, dtype=torch.float64, generator=generator).unbind()
    try:
        with torch.no_grad():
            zero, first, second, both = (call(v.clone()) for v in (torch.zeros_like(one), one, two, 2 * one - 3 * two))
    except (RuntimeError, TypeError, ValueError, IndexError) as problem:
        raise ValueError(f"{name} does not take an input of {(1, *shape)}: {str(problem).splitlines()[0]}") from None
    if not all(isinstance(v, Tensor) and v.ndim in (3, 4) and len(v) == 1 for v in (zero, first)):
        raise ValueError(f"{name} must return one map (1, C, W) or (1, C, H, W) to be drawn.")
    straight = 2 * (first - zero) - 3 * (second - zero)
    if not torch.allclose(both - zero, straight, rtol=1e-7, atol=1e-7 * float(straight.abs().max() + 1)):
        raise ValueError(f"{name} is not linear, so no matrix holds for every input.")
    offset = bool(zero.any())
    return LinearMap(call, name, True) if offset else LinearMap(call, name, False)
