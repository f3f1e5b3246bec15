"""A course of learning on the page: computed while the visitor waits, kept for the others, played in the browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from explainer.experiments.learning.course import Course, Look, Recipe, follow, inner
from explainer.palette import PALETTE
from explainer.photos import to_data_uri
from explainer.quantities import percent
from explainer.ui.addressed import Addressed, addressed
from explainer.ui.ahead import ahead
from explainer.ui.crowd import leave
from explainer.ui.fetched_once import component
from explainer.ui.shelf import Shelf
from explainer.ui.turns import Turns

HERE = Path(__file__).parent
_mount = component("learning", HERE / "learning.js")
_turns = Turns()


@dataclass(frozen=True)
class Played:
    """A course as the player takes it, and the address that the player fetches it from."""

    data: dict[str, Any]
    sent: Addressed


#: Courses of public recipes, for everybody.
_kept: Shelf[Played] = Shelf(64)
CAP = 60.0
"""Bars end at so many dB; beyond, two pictures look the same."""
CURVE = 240


def show_course(recipe: Recipe, key: str) -> dict[str, Any]:
    """Learn by the recipe, or take what was learned before, and play it; returns what the player got."""
    played = _kept.get(recipe) or in_turn(recipe)
    _mount(key=key, data=played.sent.message)
    return played.data


def in_turn(recipe: Recipe) -> Played:
    """Learn when all who asked before have learned: a class that learns at once would stop everybody's pages.

    Whoever waited for the same recipe takes what the first has learned.
    """
    place = st.empty()
    leave()
    with _turns.taken(lambda at: _tell(place, at)):
        place.empty()
        return _kept.get(recipe) or keep(recipe, player_data(learned(recipe)))


def look_ahead(recipes: Iterable[Recipe]) -> None:
    """What will be asked for next."""
    for recipe in recipes:
        ahead((learn_alone, recipe), partial(learn_alone, recipe))


def learn_alone(recipe: Recipe) -> None:
    """Learn while nobody waits, a slice at a time."""
    if _kept.get(recipe) is None:
        for course in follow(recipe):  # noqa: B007 - the last one is the whole course
            leave()
        keep(recipe, player_data(course))


def _tell(place: DeltaGenerator, at: int) -> None:
    place.markdown(f":material/hourglass_top: Waiting: number {at} in the line …")


def keep(recipe: Recipe, data: dict[str, Any]) -> Played:
    """Remember a course; the one that was not asked for longest is forgotten."""
    played = Played(data, addressed(data))
    _kept.put(recipe, played)
    return played


def learned(recipe: Recipe) -> Course:
    """Run the whole course with its progress on the page; whoever leaves stops it."""
    place = st.empty()
    for course in follow(recipe):
        done = len(course.losses) / (recipe.steps + 1)
        place.progress(min(1.0, done), f"Learning: step {len(course.losses) - 1} of {recipe.steps}")
    place.empty()
    return course


def player_data(course: Course) -> dict[str, Any]:
    """A course as the player takes it."""
    recipe, looks = course.recipe, course.looks
    most = max(float(look.kernels.abs().max()) for look in looks)
    size = " × ".join([str(looks[0].kernels.shape[-1])] * 2)
    count = len(looks[0].kernels)
    floor, best = min(course.rivals.values()), max([look.psnr for look in looks] + list(course.rivals.values()))
    return {
        "id": repr(recipe),
        "steps": recipe.steps,
        "looks": [look_data(look, course) for look in looks],
        "losses": thinned(course.losses),
        "lossWords": f"The loss falls from {course.losses[0]:.2g} to {min(course.losses):.2g}",
        "rivals": list(course.rivals.items()),
        "cap": CAP,
        "floor": floor,
        "most_ahead": max(1.0, min(best, CAP) - floor),
        "truth": picture(inner(course.data.truth)[0, 0]),
        "truthAlt": "What the answer should be; the layer never learned from it",
        "kernelTitle": f"kernel {size}" if count == 1 else f"first {count} kernels {size}",
        "most": most,
        "palette": PALETTE,
    }


def look_data(look: Look, course: Course) -> dict[str, Any]:
    """One look, with its sentence."""
    return {
        "step": look.step,
        "kernels": [[[round(v, 4) for v in row] for row in kernel] for kernel in look.kernels.tolist()],
        "answer": picture(inner(look.answer)),
        "psnr": round(look.psnr, 2),
        "says": sentence(look, course),
    }


def sentence(look: Look, course: Course) -> str:
    """What can be seen at this look."""
    bilinear = course.rivals["bilinear"]
    ahead = look.psnr - bilinear
    text = f"Step {look.step}: loss {course.losses[look.step]:.2g}. "
    if abs(ahead) < 0.05:
        text += "On the picture kept back, as good as bilinear."
    elif look.psnr > CAP > bilinear:
        text += f"On the picture kept back, more than {int(CAP - bilinear)} dB better than bilinear."
    else:
        text += f"On the picture kept back, {abs(ahead):.1f} dB {'better' if ahead > 0 else 'worse'} than bilinear."
    if bilinear >= 199:
        text = f"Step {look.step}: loss {course.losses[look.step]:.2g}. Bilinear itself is what is to be learned."
    if look.pattern > 5e-4:
        text += f" Checkerboard on a flat map: {percent(look.pattern, 1e-5)} of the energy."
    return text


def thinned(losses: list[float]) -> list[tuple[int, float]]:
    """(step, loss) at no more than CURVE steps, the last among them."""
    every = max(1, len(losses) // CURVE)
    steps = sorted({*range(0, len(losses), every), len(losses) - 1})
    return [(step, losses[step]) for step in steps]


def picture(values: Tensor) -> str:
    """A map of values in 0..1 as a picture's `data:` address."""
    gray = (255 * values.clamp(0, 1)).round().byte().numpy()
    return to_data_uri(np.ascontiguousarray(gray))
