"""The figure comes first: measured boxes in the real browser, on a projector, on a laptop and on a phone."""

from __future__ import annotations

import pytest

from explainer.ui.navigation import PAGES

#: Pages whose first figure is a stage; the others have figures of their own.
OTHER = {
    "checkerboard": ".stPlotlyChart",
    "sliding_window": ".sliding",
    "side_by_side": ".lens",
    "start": "img",
}
WITHOUT = {"questions", "glossary", "your_photo"}
STAGED = [page for page in PAGES if page.stem not in OTHER and page.stem not in WITHOUT]


def box(page, selector):
    found = page.locator(selector).first
    found.wait_for()
    return found.bounding_box()


@pytest.mark.parametrize("entry", STAGED, ids=lambda one: one.stem)
def test_the_whole_first_figure_is_on_the_first_screen(visitor, entry):
    page = visitor.page
    for width, height in ((1280, 720), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        visitor.open(entry.url_path)
        found = box(page, ".stage")
        assert found["y"] + found["height"] <= height, (width, height, found)
        sizes = page.eval_on_selector_all(
            ".stage:first-of-type .number", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert not sizes or min(sizes) >= 14, sorted(sizes)[:3]
        scrolls = "e => e.scrollWidth - e.clientWidth"
        assert page.locator(".stage").first.evaluate(scrolls) <= 1


@pytest.mark.parametrize("entry", STAGED, ids=lambda one: one.stem)
def test_on_a_phone_the_figure_begins_above_the_middle(visitor, entry):
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.open(entry.url_path)
    assert box(page, ".stage")["y"] < 260
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize("stem", OTHER)
def test_other_figures_are_on_the_first_screen_too(visitor, stem):
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    visitor.open(next(one.url_path for one in PAGES if one.stem == stem))
    found = box(page, f'[data-testid="stMain"] {OTHER[stem]}')
    assert found["y"] < 260
    assert found["height"] > 100
