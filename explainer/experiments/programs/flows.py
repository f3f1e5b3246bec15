"""A map on its way through a program: every layer that it passes is noted, so that the program becomes a stack.

A stack is a line; where a program goes back to an earlier map, that map is saved and fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from explainer.experiments.stacks.measuring import measure
from explainer.experiments.stacks.modules import Add, Join, Layer, Load, Mul, Save, check_channels, size_text
from explainer.experiments.stacks.reading import MOST_LAYERS


@dataclass(frozen=True, eq=False)
class Flow:
    """A map: its shape on the meta device, and behind how many layers of the stack it stands (0: the input)."""

    x: Tensor
    place: int


@dataclass
class Track:
    """The layers passed so far, what variables called the maps behind them, and which of these were fetched again."""

    channels: int
    height: int
    width: int
    passed: list[Layer] = field(default_factory=list)
    named: dict[int, str] = field(default_factory=dict)
    fetched: set[int] = field(default_factory=set)

    def start(self) -> Flow:
        """The input."""
        return Flow(torch.empty(1, self.channels, self.height, self.width, device="meta"), 0)

    def through(self, flow: Flow, layer: Layer) -> Flow:
        """What a layer makes of a map. ValueError: it does not take it, said as `measure` says it."""
        if flow.place != len(self.passed):
            self.note(word(Load(self.keep(flow))))
        self.note(layer)
        try:
            check_channels(layer.module, flow.x)
            made = layer.module.eval()(flow.x)
        except (RuntimeError, ValueError, IndexError, TypeError, ArithmeticError):
            whole = self.stack()
            self.passed.pop()
            measure(whole, self.channels, self.height, self.width, costs=False)
            raise ValueError(f"`{layer.text}` does not take {said(flow.x)}") from None
        return Flow(made[0] if isinstance(made, tuple) else made, len(self.passed))

    def joined(self, flows: list[Flow], join: type[Join]) -> Flow:
        """Maps added, multiplied or set behind one another.

        Raises:
            ValueError: their sizes do not fit; the message names them.
        """
        hand = next((one for one in reversed(flows) if one.place == len(self.passed)), flows[-1])
        if hand.place != len(self.passed):
            self.note(word(Load(self.keep(hand))))
        x, left = hand.x, list(flows)
        left.remove(hand)
        for other in left:
            fits = join is Mul or other.x.shape[2:] == x.shape[2:]
            if not fits or (join is Add and other.x.shape != x.shape):
                raise ValueError(f"{said(other.x)} and {said(x)} do not fit together")
            module = join(self.keep(other))
            x = module.together(other.x, x)
            self.note(word(module))
        return Flow(x, len(self.passed))

    def note(self, layer: Layer) -> None:
        """One layer more. Raises ValueError if there are too many."""
        if len(self.passed) == MOST_LAYERS:
            raise ValueError(f"a map may pass {MOST_LAYERS} layers; here it passes more")
        self.passed.append(layer)

    def keep(self, flow: Flow) -> str:
        """Note that a map is fetched again; until the stack is told, its place is its name."""
        self.fetched.add(flow.place)
        return str(flow.place)

    def stack(self) -> list[Layer]:
        """The layers, with a `Save` behind each map that is fetched again."""
        names, woven = self.names(), list[Layer]()
        for place in range(len(self.passed) + 1):
            for layer in self.passed[place - 1 : place]:
                join = layer.module
                woven.append(word(type(join)(names[int(join.name)])) if isinstance(join, Join) else layer)
            if place in names:
                woven.append(word(Save(names[place])))
        return woven

    def names(self) -> dict[int, str]:
        """Place -> what to call the map there: as its first variable is called, with a number if that is taken."""
        names: dict[int, str] = {}
        for place in sorted(self.fetched):
            name, k = self.named.get(place, "map"), 2
            while f"{name}_{k}" in names.values():
                k += 1
            names[place] = name if name not in names.values() else f"{name}_{k}"
        return names


def word(module: Save | Join) -> Layer:
    """A layer of the stack's own, as it is written."""
    return Layer(f"{type(module).__name__}({module.name!r})", module)


def said(x: Tensor) -> str:
    """A map's shape for a message."""
    return f"{x.shape[1]} channels of {size_text(x)}"
