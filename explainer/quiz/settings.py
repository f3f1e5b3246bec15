"""Which of two settings made this picture: both are torch's, one of them made it, and what gives the other away."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Generator, Tensor

from explainer.operators import Operator, Record
from explainer.quiz.cases import integer
from explainer.quiz.mistakes import MISTAKES, Mistake, outcomes


@dataclass(frozen=True)
class Choice:
    """Two settings.

    Attributes:
        options: what they are called, in the order in which they are offered.
        answer: the one that made the picture; `other` did not.
        made: the operator with that setting.
        mistake: the mistake of taking the other one; its reason says where the two pictures differ.
        shared: the parameters that both have, in words.
    """

    options: tuple[str, str]
    answer: str
    other: str
    made: Operator
    mistake: Mistake
    shared: str


def choice(random: Generator, op: Operator, x: Tensor) -> Choice | None:
    """Two settings for an input (C, *spatial) that give different pictures; None if this operator has none."""
    pairs = [(mistake, instead, out) for mistake, instead, out in outcomes(op, x)
             if mistake.setting and isinstance(instead, Record) and not same_picture(out, op(x[None])[0])]  # fmt: skip
    if not pairs:
        return None
    mistake, instead, changed = pairs[integer(random, 0, len(pairs) - 1)]
    assert mistake.setting is not None
    made: tuple[str, Any, Tensor] = (mistake.setting(op), op, op(x[None])[0])
    other: tuple[str, Any, Tensor] = (mistake.label, instead, changed)
    if integer(random, 0, 1):
        made, other = other, made
    options = (made[0], other[0]) if integer(random, 0, 1) else (other[0], made[0])
    told = replace(mistake, reason=difference(other[0], other[2], made[2]))
    return Choice(options, made[0], other[0], made[1], told, shared(op, instead))


def has_settings(operator: type[Operator]) -> bool:
    """Whether there is a setting of torch's that could be taken for another."""
    return any(mistake.setting for mistake in MISTAKES[operator])


def same_picture(one: Tensor, other: Tensor) -> bool:
    """The same size and the same numbers."""
    return one.shape == other.shape and torch.equal(one, other)


def difference(label: str, would: Tensor, drawn: Tensor) -> str:
    """What the other setting would have given: another size, or another number at the first cell that differs."""
    label = label if re.match(r"\w*[_=]", label) else label[0].upper() + label[1:]  # a name of torch's stays as it is
    if would.shape != drawn.shape:
        sizes = (" × ".join(map(str, one.shape[1:])) for one in (would, drawn))
        return "{} would give an output of {}; this one has {}.".format(label, *sizes)
    place = (would != drawn).nonzero()[0].tolist()
    where = ",".join(map(str, place if len(drawn) > 1 else place[1:]))
    here, there = (float(one[tuple(place)]) for one in (drawn, would))
    return f"{label} would put {there:g} at out[{where}]; here stands {here:g}."


def shared(one: Any, other: Any) -> str:
    """What both settings have, such as `stride 2, padding 1`, without what does nothing; "" for two operators."""
    if type(one) is not type(other):
        return ""
    both = {field.name: getattr(one, field.name) for field in fields(one)
            if getattr(one, field.name) == getattr(other, field.name)}  # fmt: skip
    neutral = {"scale_factor": 1, "kernel_size": 1, "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    said = [name for name, value in neutral.items() if isinstance(both.get(name), int | float) and both[name] != value]
    return ", ".join(f"{name} {both[name]:g}" for name in said)
