"""Whole pages, each loaded once: the figure first, on a projector, a laptop and a phone, and nothing that axe-core
finds serious, in light and dark."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from explainer.ui.navigation import PAGES, Entry

#: Pages whose first figure is no stage, and how to find it; pages of words have none.
OTHER = {
    "checkerboard": ".stPlotlyChart",
    "deconvnet": ".indices",
    "learn": ".learning",
    "shapes": "img",
    "side_by_side": ".lens",
    "sliding_window": ".sliding",
    "start": "img",
    "your_photo": ".viewer",
}
WORDS = {"questions", "glossary"}
#: The figure begins above this on a phone.
HIGH = 260
#: Digits at least this large, in pixels.
READABLE = 14
GRAVE = ("serious", "critical")
#: What axe-core finds grave and is Streamlit's own markup: rule, part of the element's address, and why it stays.
THEIRS: tuple[tuple[str, str, str], ...] = ()


def figure_of(entry: Entry) -> str | None:
    """How to find a page's first figure."""
    return None if entry.stem in WORDS else OTHER.get(entry.stem, ".stage")


def box(page: Page, selector: str, width: int, height: int) -> dict[str, float]:
    """The first figure's box in a window of that size."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(600)  # the stage lays itself out again after a resize
    found = page.get_by_test_id("stMain").locator(selector).first.bounding_box()
    assert found
    return found


def digits(page: Page) -> list[float]:
    """The sizes of all numbers in the first stage, in pixels."""
    read = "one => [...one.querySelectorAll('.number')].map(text => parseFloat(getComputedStyle(text).fontSize))"
    stages = page.get_by_test_id("stMain").locator(".stage:has(.board)")
    return stages.first.evaluate(read) if stages.count() else []


def grave(page: Page, scheme: str) -> list[tuple[str, str, str]]:
    """What axe-core finds serious on the whole page and is ours to mend: rule, where, what to do.

    In the dark only the contrast can be another one.
    """
    page.emulate_media(color_scheme=scheme)
    page.wait_for_timeout(300)
    options = {"resultTypes": ["violations"]} | ({"runOnly": ["color-contrast"]} if scheme == "dark" else {})
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    nodes = [(one["id"], str(node["target"]), node["failureSummary"]) for one in found if one["impact"] in GRAVE
             for node in one["nodes"]]  # fmt: skip
    return [one for one in nodes if not any(rule == one[0] and part in one[1] for rule, part, _ in THEIRS)]


def jumps(page: Page) -> list[tuple[int, int]]:
    """Headings that go down by more than one level."""
    read = "all => all.filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all(read)
    assert levels.count(1) == 1 and levels[0] == 1, levels
    return [(a, b) for a, b in pairwise(levels) if b > a + 1]


def sideways(page: Page) -> int:
    """By how much the page is wider than the screen; it scrolls in its main block, not in the document."""
    over = "Math.max(...[document.documentElement, main].map(one => one.scrollWidth - one.clientWidth))"
    return int(page.get_by_test_id("stMain").evaluate(f"main => {over}"))


def steps_to_its_end(page: Page) -> None:
    """The first stage plays forward by its button, and ends with its last step."""
    stage = page.get_by_test_id("stMain").locator(".stage:has(.board)").first
    count = stage.locator(".count")
    steps = int((count.text_content() or "").split("/")[1])
    stage.get_by_role("button", name="Next step", exact=True).click()
    expect(count).to_have_text(f"2 / {steps}")
    if steps > 2:
        stage.get_by_role("button", name="Last step", exact=True).click()
    expect(count).to_have_text(f"{steps} / {steps}")
    expect(stage.get_by_role("button", name="Next step", exact=True)).to_be_disabled()


def proofs_beside(page: Page) -> list[bool]:
    """For each text that quotes its proofs, whether they stand beside it (and not below)."""
    read = """all => all.map(one => one.getBoundingClientRect().left > one.parentElement.firstElementChild
      .getBoundingClientRect().right)"""
    return page.locator("p ~ blockquote").evaluate_all(read)


@pytest.mark.parametrize("entry", PAGES, ids=lambda one: one.stem)
def test_the_figure_is_first_and_nothing_keeps_anybody_out(visitor, entry):
    page, selector = visitor.page, figure_of(entry)
    page.set_viewport_size({"width": 1280, "height": 720})
    visitor.open(entry.url_path)
    expect(page.get_by_test_id("stMain").locator("h1").first).to_be_visible()
    if selector:
        page.get_by_test_id("stMain").locator(selector).first.wait_for(timeout=180_000)  # start waits for torch
        visitor.settle()
        for height in (720, 800):
            found = box(page, selector, 1280, height)
            assert found["y"] + found["height"] <= height, found
            assert min(digits(page), default=READABLE) >= READABLE
    if selector == ".stage":
        steps_to_its_end(page)
        beside = proofs_beside(page)
        assert beside and all(beside)
    assert jumps(page) == []
    for scheme in ("light", "dark"):
        assert grave(page, scheme) == [], scheme
        assert sideways(page) <= 0
    if selector:
        assert box(page, selector, 390, 844)["y"] < HIGH
    else:
        page.set_viewport_size({"width": 390, "height": 844})
    assert not any(proofs_beside(page))
    assert sideways(page) <= 0
    expect(page.get_by_test_id("stException")).to_have_count(0)
