"""Journeys of the samples, made while nobody waits: a class changes the photo, or whose indices are tried."""

from __future__ import annotations

from functools import partial

from explainer.segmentation.samples import samples
from explainer.ui.ahead import ahead
from explainer.ui.indices.figure import SAMPLES, drawn, found_key, travelled
from explainer.ui.photo.ahead import alone
from explainer.ui.photo.intake import sample_photo
from explainer.ui.photo.labelled import ShownPhoto


def look_ahead(photo: ShownPhoto, other: ShownPhoto) -> None:
    """The other samples with these indices, and this one with those of the others."""
    if not photo.is_sample:
        return
    for one in (sample_photo(one.name) for one in samples()):
        for pair in ((one, other), (photo, one)):
            if pair[0].key != pair[1].key:
                key = (travel_alone, *(half.key for half in pair))
                ahead(key, partial(travel_alone, *pair))


def travel_alone(photo: ShownPhoto, other: ShownPhoto) -> None:
    """Make a journey and its figure for whoever asks later."""
    travelled_key, figure_key = (found_key(photo, (what, other.key)) for what in ("journey", "figure"))
    if SAMPLES.get(figure_key) is None:
        journey = alone(lambda: travelled(photo, other))
        SAMPLES.put(travelled_key, journey)
        SAMPLES.put(figure_key, alone(lambda: drawn(photo, journey)))
