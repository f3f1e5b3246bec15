"""The strip of thumbnails: which photo is marked, and what is told to the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from explainer.stage.bundle import bundle
from explainer.ui.photo import picking
from tests.browser import load

MOUNT = """data => window.module.default({
  data, parentElement: document.getElementById('host'),
  setTriggerValue: (name, value) => window.told.push([name, value])
})"""
NAMES = [f"photo {number}" for number in range(12)]


def photos(*ids: str) -> list[dict[str, str]]:
    return [{"id": one, "title": one.title(), "uri": "data:,"} for one in ids]


@pytest.fixture
def strip(browser):
    """A page with the strip in it, too narrow for all photos."""
    page = browser.new_page(viewport={"width": 480, "height": 320})
    css = (Path(picking.__file__).parent / "picker.css").read_text(encoding="utf-8")
    page.set_content(f"<style>{css}</style><div id=host></div>")
    load(page, bundle(Path(picking.__file__).parent / "picker.js"))
    page.evaluate("window.told = []")
    page.evaluate(MOUNT, {"photos": photos(*NAMES), "chosen": NAMES[0]})
    yield page
    page.close()


def marked(page: Page) -> list[str]:
    """The photos that are marked as the chosen one."""
    return page.locator("input:checked").evaluate_all("all => all.map(one => one.value)")


def in_sight(page: Page, name: str) -> bool:
    """Whether a photo lies inside the strip as it is scrolled."""
    found = page.locator("label").filter(has=page.locator(f'[value="{name}"]')).bounding_box()
    return found["x"] >= 0 and found["x"] + found["width"] <= 480


def test_one_photo_is_marked_and_it_is_the_one_that_is_shown(strip):
    assert marked(strip) == [NAMES[0]]
    for chosen in (NAMES[5], NAMES[11], NAMES[0]):
        strip.evaluate(MOUNT, {"photos": photos(*NAMES), "chosen": chosen})
        assert marked(strip) == [chosen] and in_sight(strip, chosen)
    strip.evaluate(MOUNT, {"photos": photos(*NAMES), "chosen": "one that went away"})
    assert marked(strip) == [], "no old photo keeps the mark"


def test_a_click_is_told_and_the_mark_follows_what_the_server_shows(strip):
    strip.locator("label").nth(2).click()
    assert strip.evaluate("window.told") == [["chosen", NAMES[2]]]
    strip.evaluate(MOUNT, {"photos": photos(*NAMES), "chosen": NAMES[0]})  # the server refused
    assert marked(strip) == [NAMES[0]]


def test_a_photo_that_comes_or_goes_changes_the_strip_and_another_run_does_not_move_it(strip):
    own = ["own 2", "own 1", *NAMES]
    strip.evaluate(MOUNT, {"photos": photos(*own), "chosen": "own 2"})
    assert marked(strip) == ["own 2"] and strip.locator("label").count() == len(own) and in_sight(strip, "own 2")
    strip.evaluate(MOUNT, {"photos": photos(*own[1:]), "chosen": "own 1"})
    assert marked(strip) == ["own 1"] and strip.locator("span").first.text_content() == "Own 1"
    strip.locator(".picker").evaluate("strip => strip.scrollLeft = 300")
    strip.evaluate(MOUNT, {"photos": photos(*own[1:]), "chosen": "own 1"})
    assert strip.locator(".picker").evaluate("strip => strip.scrollLeft") == 300


def test_arrows_choose_and_stay_in_the_strip_but_a_clickers_keys_leave_it(strip):
    strip.evaluate("window.heard = []; addEventListener('keydown', (event) => window.heard.push(event.key))")
    strip.locator("input").first.focus()
    for key in ("ArrowRight", "PageDown", "PageUp"):
        strip.keyboard.press(key)
    assert strip.evaluate("window.told") == [["chosen", NAMES[1]]] and marked(strip) == [NAMES[1]]
    assert strip.evaluate("window.heard") == ["PageDown", "PageUp"]
