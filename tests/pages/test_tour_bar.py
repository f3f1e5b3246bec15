"""The lecture's bar by hand: its buttons and keys at the ends of the tour, and on a page that it does not visit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from explainer.stage.bundle import bundle
from explainer.ui import tour
from tests.browser import load

HOME = "http://lecture.test/"
MOUNT = """data => window.module.default({
  data, parentElement: document.getElementById('host'),
  setTriggerValue: (name, value) => window.told.push([name, value])
})"""
COUNT = 4


@pytest.fixture
def bar(browser):
    """A page with nothing but the bar in it, whose address is that of a page outside the tour."""
    page = browser.new_page(viewport={"width": 900, "height": 500})
    page.route(f"{HOME}**", lambda route: route.fulfill(content_type="text/html", body="<div id=host></div>"))
    page.goto(f"{HOME}glossary?lecture=1&stop=3&gl_word=stride")
    load(page, bundle(Path(tour.__file__).parent / "tour.js"))
    page.evaluate("window.told = []")
    yield page
    page.close()


def mount(page: Page, at: int | None, **more: Any) -> None:
    page.evaluate(MOUNT, {"at": at, "count": COUNT, "slide": "Glossary", "say": ""} | more)


def asked(page: Page) -> list[int]:
    """The stops that were asked for since this was called last."""
    told = page.evaluate("window.told.splice(0)")
    assert all(name == "go" for name, _ in told)
    return [value for _, value in told]


def enabled(page: Page) -> tuple[bool, bool]:
    return page.locator(".previous").is_enabled(), page.locator(".next").is_enabled()


def test_outside_the_tour_every_button_and_key_leads_to_its_first_stop(bar):
    mount(bar, None)
    assert bar.locator(".place").text_content() == f"– / {COUNT}"
    assert bar.locator(".done").evaluate("done => done.getBoundingClientRect().width") == 0
    assert enabled(bar) == (True, True)
    for name in (".previous", ".next"):
        bar.locator(name).click()
        assert asked(bar) == [0], name
    for key in ("PageDown", "PageUp", "[", "]"):
        bar.keyboard.press(key)
        assert asked(bar) == [0], key


def test_the_end_leads_back_to_the_page_with_its_settings(bar):
    mount(bar, None)
    assert bar.locator(".end").get_attribute("href") == f"{HOME}glossary?gl_word=stride"


def test_inside_the_tour_they_lead_to_the_neighbors_and_not_over_its_ends(bar):
    for at, neighbors in ((0, [1]), (1, [0, 2]), (COUNT - 1, [COUNT - 2])):
        mount(bar, at)
        assert bar.locator(".place").text_content() == f"{at + 1} / {COUNT}"
        assert enabled(bar) == (at > 0, at < COUNT - 1)
        for name in (".previous", ".next"):
            bar.locator(name).click(force=True)
        assert asked(bar) == neighbors
        for key in ("PageUp", "PageDown"):
            bar.keyboard.press(key)
        assert asked(bar) == neighbors


def test_notes_open_where_there_are_some_and_stay_open_at_the_next_stop(bar):
    say = bar.locator(".say")
    mount(bar, 1, say="What to say.")
    assert say.is_hidden()
    bar.locator(".notes").click()
    assert say.is_visible() and bar.locator(".notes").get_attribute("aria-expanded") == "true"
    mount(bar, None)
    assert say.is_hidden(), "there is nothing to say on this page"
    mount(bar, 2, say="And then.")
    assert say.text_content() == "And then." and say.is_visible()
    bar.keyboard.press("n")
    assert say.is_hidden()
