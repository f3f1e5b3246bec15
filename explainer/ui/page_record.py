"""What differs between operator pages, as records; the flow that reads them is `operator_page`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from explainer.operators import Nested, Operator
from explainer.scene.view import View
from explainer.ui.navigation import entry
from explainer.ui.settings import encode

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
        free: the others may need any of its options (a group count), so all are tried for them.
        letter: how the paper spells it (Dumoulin & Visin 2016), for the short form `s = 2`; the name if empty.
    """

    name: str
    label: str
    options: tuple[Any, ...]
    neutral: Any
    pairs: tuple[Any, ...] = ()
    help: str | None = None
    letter: str = ""
    free: bool = False

    def short(self, value: Any) -> str:
        """The parameter and its value in a few letters."""
        if self.name == "op":
            return encode(value)
        several = isinstance(value, tuple) and (self.name == "pads" or any(isinstance(one, float) for one in value))
        shown = ", ".join(map(encode, value)) if several else encode(value)
        return f"{self.letter or self.name} = {shown}"


@dataclass(frozen=True)
class Companion:
    """A second picture below the first: the operator that stands behind, or in front of, the page's own.

    `input` is (C, *spatial), float64.
    """

    heading: str
    text: str
    op: Operator
    input: Tensor


@dataclass(frozen=True)
class OperatorPage:
    """What differs between operator pages.

    Attributes:
        stem: the page's file name without .py; picks its title, examples, lessons and the prefix of its keys.
        lead: one or two short sentences that stand above the stage; the whole must stay on a phone's first screen.
        story: the rest, below the stage.
        make: builds the operator from the chosen parameters (with `weight` where there is a kernel).
        ops: names of the cases that count as its examples (all of the page's if empty).
        channels: how many channels an input may have.
        readings: offer the second reading (zeros inserted).
        transpose: draw Cᵀ beside C.
        stage: which of the page's stages this is, from the top.
        beside: draws something beside the stage, from the operator and its input (C, *spatial) as nested tuples.
        companion: what stands behind or in front of the operator in a network, from the operator and its input.
        heading: what stands above it instead of the page's title, for a second stage.
        renamed: parameters of cases that have another name in the fields. A field "op" picks between operators.
    """

    stem: str
    lead: str
    story: str
    make: Callable[..., Operator]
    fields: tuple[Field, ...]
    kernel: bool = False
    ops: tuple[str, ...] = ()
    channels: int = 1
    readings: bool = False
    transpose: bool = False
    stage: int = 0
    heading: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    proofs: Callable[[Any, Tensor], list[Any]] = field(default=lambda op, x: [])
    companion: Callable[[Any, Tensor], Companion | None] = field(default=lambda op, x: None)
    beside: Callable[[Any, Nested], None] | None = None

    @property
    def prefix(self) -> str:
        """Start of the keys of its settings in the URL."""
        return entry(self.stem).prefixes[self.stage]

    @property
    def picks(self) -> bool:
        """Whether a field picks between operators."""
        return any(one.name == "op" for one in self.fields)

    def params_of(self, op: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """An example's parameters under the names of the fields; the operator without its number of axes."""
        found = {self.renamed.get(name, name): value for name, value in params.items()}
        return found | ({"op": re.sub(r"[123]d$", "", op)} if self.picks else {})

    @property
    def is_last(self) -> bool:
        """Whether the page's lessons follow below this stage."""
        return self.stage == len(entry(self.stem).prefixes) - 1


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
