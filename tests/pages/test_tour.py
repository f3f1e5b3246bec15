"""The lecture's tour: every stop opens on its slide's numbers, at the step that the slide shows."""

from __future__ import annotations

import pytest

from explainer.ui.frame import WARM
from explainer.ui.navigation import PAGES, entry
from explainer.ui.tour import TOUR
from tests.components import components_of, sent_to
from tests.pages.operator_page import open_page, values

#: What the slides show, by stop (counted from 1): the output, or its size; (order, step from 0) of the stage.
NUMBERS = {
    5: [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4],
    6: [1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0],
    7: [5, 6, 7, 8],
    8: [0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 4],
}
LETTERS = {
    16: ["ax", "ay", "az + bx", "by", "bz"],
    20: ["ay + bz", "bx + cy + dz"],
    21: ["ax", "ay", "az + bx", "by", "bz", "0"],
}
SIZES = {9: (16, 16), 10: (16, 4), 11: (16, 4), 12: (4, 16), 13: (4, 16), 14: (4, 16), 15: (4, 16)}
WITHOUT_STAGE = {"start", "sliding_window", "learn", "shapes", "deconvnet", "your_photo"}
FLEURET = {17: "fleuret-convolution", 18: "fleuret-transposed", 19: "fleuret-transposed"}


def stages(app):
    """What the page's stages were given, by their key."""
    data = [sent_to(one) for one in components_of(app)]
    return {one["address"]: one for one in data if "scene" in one}


def bar(app):
    return next(data for data in (sent_to(one) for one in components_of(app)) if "slide" in data)


@pytest.mark.parametrize("number", range(1, len(TOUR) + 1), ids=lambda n: f"{n}-{TOUR[n - 1].page}")
def test_every_stop_opens_on_its_slides_numbers(number):
    stop = TOUR[number - 1]
    WARM.set()
    app = open_page(stop.page, lecture="1", stop=str(number))
    assert [one.value for one in (*app.exception, *app.error, *app.warning)] == []
    assert bar(app) == {"at": number - 1, "count": len(TOUR), "slide": stop.slide, "say": stop.say}
    assert len(stop.say) > 40 and [one.value for one in app.title] == []
    found = stages(app)
    if stop.page in WITHOUT_STAGE:
        pictures = {"tasks": 4, "pair": 2}
        assert not found and len(app.get("image")) == pictures.get(stop.figure, 0)
        return
    (stage,) = found.values()
    scene, key = stage["scene"], stage["address"]
    assert stage["visit"] == number - 1
    assert scene["step"] == int(stop.state[f"{key}_step"]) - 1
    assert scene["order"] == stop.state.get(f"{key}_order", scene["order"])
    assert scene.get("view") == stop.state.get(f"{key}_view")
    assert f"{key}_view" not in stop.state or scene["view"] in [one["id"] for one in scene["views"]]
    if number in NUMBERS:
        assert values(scene) == NUMBERS[number]
    if number in LETTERS:
        assert next(panel for panel in scene["panels"] if panel["id"] == "output")["labels"] == LETTERS[number]
    if number in SIZES:
        assert (len(values(scene, "input")), len(values(scene))) == SIZES[number]
    if number in FLEURET:
        from tests.pages.operator_page import answer_of

        assert values(scene) == answer_of(FLEURET[number])


def test_every_stage_stop_is_compared_with_its_slide():
    heavy = WITHOUT_STAGE
    compared = {*NUMBERS, *LETTERS, *SIZES, *FLEURET}
    assert {number for number, stop in enumerate(TOUR, 1) if stop.page not in heavy} == compared
    assert {stop.page for stop in TOUR} <= {page.stem for page in PAGES}


def test_a_stop_opens_from_any_page_and_a_lecture_without_a_number_starts_on_the_page():
    app = open_page("start", lecture="1", stop="16")
    assert bar(app)["at"] == 15
    assert next(iter(stages(app).values()))["scene"]["panels"][0]["labels"] == ["a", "b"]
    assert bar(open_page("bed_of_nails", lecture="1"))["at"] == 5
    for nonsense in ("nonsense", "9" * 5000):  # Python itself refuses numbers of thousands of digits
        assert bar(open_page("bed_of_nails", lecture="1", stop=nonsense))["at"] == 5
    glossary = open_page("glossary", lecture="1")
    assert (bar(glossary)["at"], bar(glossary)["slide"]) == (None, entry("glossary").title)


def test_outside_a_lecture_nothing_of_it_is_there():
    app = open_page("bed_of_nails", lecture="0")
    assert app.title[0].value and len(components_of(app)) >= 2
    assert all("slide" not in sent_to(one) for one in components_of(app))
    assert next(iter(stages(app).values()))["visit"] is None
