"""What pages have computed ahead is what their settings ask for when somebody changes one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explainer.segmentation.samples import samples
from explainer.ui import ahead, lineup
from explainer.ui.indices import ahead as journeys
from explainer.ui.indices import figure
from explainer.ui.learning import course, parts
from explainer.ui.photo import ahead as labels
from explainer.ui.photo import asking
from explainer.ui.photo.intake import sample_photo
from explainer.ui.shelf import Shelf

PAGES = Path(__file__).parents[1] / "pages"


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_todo", SimpleQueue())
    monkeypatch.setattr(ahead, "_asked", set())


def work_off() -> None:
    """Do all that has been asked for, as the server's own thread would."""
    while not ahead._todo.empty():
        ahead._todo.get()()


def page(stem: str) -> AppTest:
    return AppTest.from_file(PAGES / f"{stem}.py", default_timeout=60)


def one_setting_changed(app: AppTest, *labels: str) -> Iterator[str]:
    """Choose every option of some select boxes, each from how the page opens."""
    for label in labels:
        (box,) = (one for one in app.selectbox if one.label == label)
        first = box.value
        for option in box.options:
            box.set_value(option).run()
            yield option
            box.set_value(first).run()


def test_courses_of_one_changed_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[parts.Recipe] = []

    def show(recipe: parts.Recipe, _: str) -> None:
        asked.append(recipe)
        st.stop()

    monkeypatch.setattr(parts, "show_course", show)
    app = page("learn").run()
    likely = set(parts.likely())
    for option in one_setting_changed(
        app, "Task", "Layer", "Kernel k", "Stride s", "Start from", "Optimizer", "Learning rate"
    ):
        assert asked.pop() in likely, option
    app.selectbox[1].set_value("Convolutions + pixel shuffle").run()
    for option in one_setting_changed(app, "Task"):
        assert asked.pop() in likely, option


def test_a_course_learned_ahead_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "_kept", Shelf(64))
    wanted = course.Recipe(steps=50), course.Recipe(steps=50, kernel=2)
    course.look_ahead(wanted)
    work_off()
    found = [course._kept.get(recipe) for recipe in wanted]
    assert [len(played.data["losses"]) for played in found if played] == [51, 51]
    course.look_ahead(wanted)
    assert ahead._todo.empty(), "once for the process"


def test_samples_labelled_ahead_are_what_the_page_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SAMPLES", Shelf(48))
    monkeypatch.setattr(labels, "SAMPLES", asking.SAMPLES)
    monkeypatch.setattr(labels, "label", lambda photo, request: answered(photo, request))
    labels.look_ahead()
    work_off()
    assert len(asking.SAMPLES) == len(samples())

    def refused(*_: Any) -> None:
        raise AssertionError("it was labelled again")

    monkeypatch.setattr(asking, "ask", refused)
    monkeypatch.setattr(asking, "Labelled", Answered)
    for one in samples():
        found = asking.answer_for(sample_photo(one.name), labels.USUAL)
        assert isinstance(found, Answered) and found.photo == f"sample:{one.name}"


class Answered:
    """Stands for a network's answer."""

    notices: tuple[str, ...] = ()

    def __init__(self, photo: str) -> None:
        self.photo = photo


def answered(photo: Any, request: Any) -> Answered:
    assert request == labels.USUAL
    return Answered(photo.key)


def test_the_page_opens_with_the_usual_request(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(asking, "answer_for", lambda photo, request: asked.append(request))
    page("your_photo").run()
    assert asked == [labels.USUAL]


def test_a_server_of_networks_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSAMPLING_SERVE", "http://127.0.0.1:8900/")
    labels.look_ahead()
    assert ahead._todo.empty()


def test_journeys_of_other_photos_and_with_other_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf: Shelf[Any] = Shelf(48)
    for module in (figure, journeys):
        monkeypatch.setattr(module, "SAMPLES", shelf)
    monkeypatch.setattr(journeys, "travelled", lambda photo, other: (photo.key, other.key))
    monkeypatch.setattr(journeys, "drawn", lambda photo, journey: {"drawn": journey})
    horses, castle = sample_photo("horses"), sample_photo("castle")
    journeys.look_ahead(horses, castle)
    work_off()
    pairs = [(one.key, castle.key) for one in map(sample_photo, names()) if one.key != castle.key]
    pairs += [(horses.key, one.key) for one in map(sample_photo, names()) if one.key != horses.key]
    assert len(shelf) == 2 * len(set(pairs)) <= shelf.room
    for photo, other in pairs:
        assert shelf.get((photo, "indices", "journey", other)) == (photo, other)
        assert shelf.get((photo, "indices", "figure", other)) == {"drawn": (photo, other)}


def names() -> list[str]:
    return [one.name for one in samples()]


def test_photos_side_by_side_by_either_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(lineup, "pictures_of", lambda name, r: asked.append((name, r)))
    lineup.look_ahead()
    work_off()
    assert sorted(asked) == sorted((name, r) for name in names() for r in (2, 3))
