"""What differs between operator pages, as records; the flow that reads them is `operator_page`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from explainer.operators import Operator
from explainer.scene.view import View

#: More output pixels than this are no picture any more, and too much for a phone.
MOST_PIXELS = 1200


@dataclass(frozen=True)
class Field:
    """One parameter the visitor may change.

    Attributes:
        name: torch's name of the parameter.
        options: values offered; those that torch refuses with the other settings are left out.
        pairs: further values, (rows, columns), offered for 2D maps.
        neutral: the value that rules out least, taken for later fields while earlier ones are chosen.
    """

    name: str
    label: str
    options: tuple[Any, ...]
    neutral: Any
    pairs: tuple[Any, ...] = ()
    help: str | None = None


@dataclass(frozen=True)
class OperatorPage:
    """What differs between operator pages.

    Attributes:
        stem: the page's file name without .py; picks its examples and lessons.
        prefix: start of its keys in the URL.
        make: builds the operator from the chosen parameters (with `weight` where there is a kernel).
        ops: names of the cases that count as its examples (all of the page's if empty).
        channels: how many channels an input may have.
        readings: offer the second reading (zeros inserted).
        transpose: draw Cᵀ beside C.
        lessons: list the page's misunderstandings below.
    """

    stem: str
    prefix: str
    make: Callable[..., Operator]
    fields: tuple[Field, ...]
    kernel: bool = False
    ops: tuple[str, ...] = ()
    channels: int = 1
    readings: bool = False
    transpose: bool = False
    lessons: bool = True
    proofs: Callable[[Operator, Tensor], list[Any]] = field(default=lambda op, x: [])


@dataclass(frozen=True)
class PageState:
    """What an operator page shows at the moment: hashable, so that scenes can be kept."""

    op: Operator
    input: tuple[Any, ...]
    view: View
    name: str

    def tensor(self) -> Tensor:
        """The input (C, *spatial), float64."""
        return torch.tensor(self.input, dtype=torch.float64)
