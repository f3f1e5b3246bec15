"""Any linear module or function as an operator: known by its answers only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explainer.notebook.checks import check_numbers, reason
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
        answers = torch.cat([self.answer(one[None]) for one in x])
        return answers if self.offset else answers - self.answer(torch.zeros_like(x[:1]))

    def answer(self, x: Tensor) -> Tensor:
        """What it returns for one map.

        Raises:
            ValueError: with whatever went wrong in a stranger's code.
        """
        try:
            return self.call(x.clone())
        except Exception as problem:
            raise ValueError(f"{self.name} does not take an input of {tuple(x.shape)}: {reason(problem)}") from problem

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
    found = LinearMap(in_float64(layer, name) if isinstance(layer, nn.Module) else layer, name)
    generator = torch.Generator().manual_seed(0)
    one, two = torch.randn(2, 1, *shape, dtype=torch.float64, generator=generator).unbind()
    with torch.no_grad():
        asked = (torch.zeros_like(one), one, two, 2 * one - 3 * two)
        zero, first, second, both = answers = [found.answer(v) for v in asked]
    if not all(isinstance(v, Tensor) and v.ndim in (3, 4) and len(v) == 1 for v in answers):
        raise ValueError(f"{name} must return one map (1, C, W) or (1, C, H, W) to be drawn.")
    for answer in answers:
        check_numbers(f"what {name} returns", answer)
    straight = 2 * (first - zero) - 3 * (second - zero)
    if not torch.allclose(both - zero, straight, rtol=1e-7, atol=1e-7 * float(straight.abs().max() + 1)):
        raise ValueError(f"{name} is not linear, so no matrix holds for every input.")
    return found if bool(zero.any()) else found.linear_part()


def in_float64(layer: nn.Module, name: str) -> Layer:
    """A copy of a module that computes in float64, as it does when it is evaluated."""
    try:
        return copy.deepcopy(layer).double().eval()
    except Exception as problem:
        raise ValueError(f"{name} cannot be copied: {reason(problem)}") from problem
