"""Long work beside the pages: the visitor who asked waits for it, the others' pages are drawn meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from explainer.experiments.onecore import on_one_core
from explainer.ui.crowd import leave

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """Leave the turn, run `work` on one core and wait for its result; errors come through."""
    leave()
    return on_one_core(work)
