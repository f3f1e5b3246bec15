"""The figure comes first: measured boxes in the real browser, on a projector, on a laptop and on a phone."""

from __future__ import annotations

import pytest

from explainer.ui.navigation import PAGES

#: Pages whose first figure is no stage, and how to find it; pages of words have none.
OTHER = {
    "checkerboard": ".stPlotlyChart",
    "side_by_side": ".lens",
    "sliding_window": ".sliding",
    "start": "img",
    "your_photo": ".viewer",
}
WORDS = {"questions", "glossary"}
FIGURES = {page: OTHER.get(page.stem, ".stage") for page in PAGES if page.stem not in WORDS}


def figure(visitor, selector: str, width: int, height: int) -> dict[str, float]:
    """The first figure's box in a window of that size."""
    visitor.page.set_viewport_size({"width": width, "height": height})
    visitor.settle()
    found = visitor.page.locator(f'[data-testid="stMain"] {selector}').first
    found.wait_for(timeout=90_000)
    visitor.page.wait_for_timeout(400)  # the stage lays itself out again after a resize
    return found.bounding_box()


@pytest.mark.parametrize("entry", FIGURES, ids=lambda one: one.stem)
def test_the_whole_first_figure_is_on_the_first_screen(visitor, entry):
    page, selector = visitor.open(entry.url_path), FIGURES[entry]
    for width, height in ((1280, 720), (1280, 800)):
        found = figure(visitor, selector, width, height)
        assert found["y"] + found["height"] <= height, (width, height, found)
        sizes = page.eval_on_selector_all(
            ".stage .number", "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert not sizes or min(sizes) >= 14, min(sizes)
    found = figure(visitor, selector, 390, 844)
    assert found["y"] < (260 if selector == ".stage" else 844 / 2), found
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
