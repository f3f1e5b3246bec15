"""Questions that came to a server of networks at the same time: those that look alike go through the network together.

What goes wrong with one photo is told to that one alone; the others of its batch are answered.
"""

from __future__ import annotations

import itertools
import logging
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from explainer.segmentation.answer import slim
from explainer.segmentation.download import is_cached
from explainer.segmentation.inference import predict_batch
from explainer.segmentation.weights import model_info
from explainer.segmentation.wire import Ask, array_of, packed, reply_of


class Sent(NamedTuple):
    """What goes back for one question: HTTP's status, and the answer as a message or the reason as text."""

    status: int
    body: bytes


def kind(ask: Ask) -> tuple[Any, ...]:
    """What questions that go through the network together have in common."""
    return ask.model, ask.side, ask.classes, ask.crf, ask.photo.shape


def answers(asks: Sequence[Ask]) -> list[Sent]:
    """One for each question, in their order; one that cannot be answered gets the reason."""
    found: dict[int, Sent] = {}
    order = sorted(range(len(asks)), key=lambda n: kind(asks[n]))
    for _, group in itertools.groupby(order, key=lambda n: kind(asks[n])):
        numbers = list(group)
        found |= dict(zip(numbers, answer_alike([asks[n] for n in numbers]), strict=True))
    return [found[n] for n in range(len(asks))]


def answer_alike(asks: Sequence[Ask]) -> list[Sent]:
    """One run of the network for all; where that fails, one for each, so that only what is at fault fails."""
    try:
        return run(asks)
    except Exception as problem:
        if len(asks) > 1:
            return [one for ask in asks for one in answer_alike([ask])]
        if isinstance(problem, ValueError):
            return [Sent(400, str(problem).encode())]
        # Of anything else its kind, here and in the log, and there its place: its words may hold what was sent.
        kind_of_it, where = type(problem).__name__, traceback.extract_tb(problem.__traceback__)[-1]
        logging.getLogger(__name__).error("%s in %s, line %s", kind_of_it, Path(where.filename).name, where.lineno)
        return [Sent(500, kind_of_it.encode())]


def run(asks: Sequence[Ask]) -> list[Sent]:
    """One run of the network for questions of one kind. Raises what is wrong with any of them."""
    first = asks[0]
    if not model_info(first.model).bundled and not is_cached(first.model):
        raise ValueError(f"the weights of {first.model} are not on this server")
    photos = [array_of(ask.photo, "uint8", 3) for ask in asks]
    sizes = [ask.size for ask in asks]
    found = predict_batch(photos, first.model, first.side, "auto", sizes, classes=first.classes, crf=first.crf)
    return [Sent(200, packed(reply_of(slim(one)))) for one in found]
