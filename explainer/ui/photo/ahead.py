"""The other samples, labelled while nobody waits: a class that opens *Your photo* tries them one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from explainer.segmentation import served, worker
from explainer.segmentation.samples import samples
from explainer.segmentation.weights import CRF_MODEL, DEFAULT_SIDE
from explainer.ui.ahead import ahead
from explainer.ui.crowd import leave
from explainer.ui.photo.asking import SAMPLES, answer_key
from explainer.ui.photo.intake import sample_photo
from explainer.ui.photo.labelled import Request, label

T = TypeVar("T")


USUAL = Request(CRF_MODEL, DEFAULT_SIDE, "auto", crf=True)
"""How the page labels as it opens."""


def look_ahead() -> None:
    """Have all samples labelled in the usual way. A server of networks is spared that."""
    if not served.address():
        for one in samples():
            ahead((label_alone, one.name), partial(label_alone, one.name))


def label_alone(name: str) -> None:
    """Label a sample for whoever asks later."""
    photo = sample_photo(name)
    key = answer_key(photo, USUAL)
    if SAMPLES.get(key) is None:
        found = alone(lambda: label(photo, USUAL))
        if not found.notices:  # They belong to this run, not to later ones.
            SAMPLES.put(key, found)


def alone(work: Callable[[], T]) -> T:
    """Run a piece of work on the worker that visitors' requests stand in line for, in a quiet moment."""
    leave()
    return worker.LOCAL.run(work)
