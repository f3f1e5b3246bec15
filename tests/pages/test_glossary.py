"""The glossary: every term once, found by its words, and its link opens the page that shows it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page

from explainer.stage.bundle import bundle
from explainer.ui import glossary
from explainer.ui.glossary import TERMS
from explainer.ui.navigation import PAGES, entry
from tests.browser import load
from tests.components import components_of, sent_to
from tests.pages.operator_page import open_page

SCRIPT = Path(glossary.__file__).with_name("glossary.js")
MOUNT = """data => {
  window.told = [];
  const parentElement = document.getElementById("host");
  const setTriggerValue = (...one) => window.told.push(one);
  window.draw = () => window.module.default({ data, parentElement, setTriggerValue });
  window.draw();
}"""


@pytest.fixture
def page(browser):
    """The component on a blank page, with the app's own terms."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(f"<style>{SCRIPT.with_suffix('.css').read_text(encoding='utf-8')}</style><div id=host></div>")
    load(page, bundle(SCRIPT))
    page.evaluate(MOUNT, json.loads(glossary.told()))
    yield page
    page.close()


def words(page: Page) -> list[str]:
    """The terms on the screen."""
    return [text for text in page.locator("dt:visible").all_inner_texts()]


def test_every_term_stands_there_in_alphabetical_order_with_its_meaning_and_its_page(page: Page):
    assert words(page) == sorted((term.word for term in TERMS), key=str.lower)
    for term in TERMS:
        row = page.locator("dl > div", has=page.get_by_text(term.word, exact=True))
        assert row.locator("dd").all_inner_texts() == [term.meaning, entry(term.page).title]
        assert row.get_by_role("link").get_attribute("href") == (entry(term.page).url_path or "./")


def test_the_field_finds_terms_by_word_meaning_and_page_and_says_how_many(page: Page):
    field, told = page.get_by_role("searchbox", name="Find a term"), page.get_by_role("status")
    field.fill("  It CROPS ")
    assert words(page) == ["padding (p)"]
    assert told.inner_text() == f"1 of {len(TERMS)} terms"
    field.fill("Sliding window")
    assert words(page) == ["patch", "receptive field"]
    field.fill("attention")
    assert words(page) == [] and told.inner_text() == "No term says “attention”."
    field.fill("")
    assert len(words(page)) == len(TERMS) and told.inner_text() == ""


def test_a_plain_click_stays_in_the_visit_and_any_other_is_the_browsers(page: Page):
    link = page.get_by_role("link", name="Pixel shuffle")
    link.evaluate("node => node.addEventListener('click', event => event.ctrlKey && event.preventDefault())")
    link.click(modifiers=["Control"])
    assert page.evaluate("window.told") == []
    link.click()
    assert page.evaluate("window.told") == [["page", "pixel_shuffle"]]


def test_what_was_looked_for_stays_when_the_page_is_drawn_again(page: Page):
    page.get_by_role("searchbox").fill("nails")
    page.evaluate("window.draw()")
    assert words(page) == ["bed of nails"] and page.locator(".glossary").count() == 1


def test_the_page_sends_its_terms_at_once():
    app = open_page("glossary")
    (sent,) = (sent_to(one) for one in components_of(app))
    assert sent == json.loads(glossary.told())
    assert {term["page"] for term in sent["terms"]} <= {one.stem for one in PAGES}


@pytest.mark.parametrize("wanted", ["bilinear", "../secret", 7, None])
def test_the_link_that_was_clicked_opens_its_page_and_nothing_else_does(monkeypatch, wanted):
    asked = []
    monkeypatch.setattr(glossary.st, "switch_page", asked.append)
    monkeypatch.setattr(glossary, "_mount", lambda **more: SimpleNamespace(page=wanted))
    glossary.show_terms()
    assert asked == ([entry("bilinear").path] if wanted == "bilinear" else [])
