"""The glossary: every term and every misunderstanding, found by what they say; a click opens page or experiment."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page

from explainer.lessons import LESSONS, find_lesson
from explainer.stage.bundle import bundle
from explainer.ui import glossary
from explainer.ui.glossary import TERMS
from explainer.ui.lessons import quoted
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
    return list(page.locator("dt:visible").all_inner_texts())


def claims(page: Page) -> list[str]:
    """The misunderstandings on the screen."""
    return [text.split("\n")[0] for text in page.locator("button:visible").all_inner_texts()]


def test_every_term_stands_there_in_alphabetical_order_with_its_meaning_and_its_page(page: Page):
    assert words(page) == sorted((term.word for term in TERMS), key=str.lower)
    for term in TERMS:
        row = page.locator("dl > div", has=page.get_by_text(term.word, exact=True))
        assert row.locator("dd").all_inner_texts() == [term.meaning, entry(term.page).title]
        assert row.get_by_role("link").get_attribute("href") == (entry(term.page).url_path or "./")


def test_the_field_finds_terms_and_experiments_by_what_they_say_and_by_their_page_and_counts_them(page: Page):
    field, told = page.get_by_role("searchbox", name="Find a term or an experiment"), page.get_by_role("status")
    assert told.inner_text() == "" and len(claims(page)) == len(LESSONS)
    field.fill("  It CROPS ")
    assert words(page) == ["padding (p)"] and claims(page) == []
    assert page.get_by_role("heading").count() == 0
    assert told.inner_text() == f"1 of {len(TERMS)} terms, 0 of {len(LESSONS)} experiments"
    field.fill("Sliding window")
    assert words(page) == ["patch", "receptive field"]
    field.fill("indices are rows")
    assert words(page) == [] and claims(page) == ["“Indices are rows and columns.”"]
    assert page.get_by_role("heading", name="What people get wrong").is_visible()
    field.fill("")
    assert len(words(page)) == len(TERMS) and told.inner_text() == ""


def test_every_experiment_stands_there_with_its_page_and_opens_by_a_click(page: Page):
    for lesson in LESSONS:
        button = page.get_by_role("button", name=quoted(lesson.claim))
        assert button.locator("small").inner_text() == entry(lesson.page).title
        button.click()
    told = page.evaluate("window.told")
    assert told == [["lesson", lesson.slug] for lesson in LESSONS]


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


def test_the_page_sends_its_terms_and_experiments_at_once():
    app = open_page("glossary")
    (sent,) = (sent_to(one) for one in components_of(app))
    assert sent == json.loads(glossary.told())
    assert {one["page"] for one in (*sent["terms"], *sent["lessons"])} <= {one.stem for one in PAGES}


def test_claims_are_quoted_once_and_experiments_of_a_page_stand_together():
    assert quoted("“Deconvolution” undoes it.") == "“‘Deconvolution’ undoes it.”"
    sent = json.loads(glossary.told())["lessons"]
    assert [one["claim"] for one in sent if one["claim"].count("“") + one["claim"].count("”") != 2] == []
    pages = [one["page"] for one in sent]
    assert sum(a != b for a, b in pairwise(pages)) == len(set(pages)) - 1


@pytest.mark.parametrize(
    ("page", "slug", "opened"),
    [
        ("bilinear", None, [entry("bilinear").path]),
        ("../secret", None, []),
        (7, 7, []),
        ([], {}, []),
        (None, "padding-crops", [find_lesson("padding-crops")]),
        (None, "no-such", []),
        (None, None, []),
    ],
)
def test_what_was_clicked_opens_and_nothing_else_does(monkeypatch, page, slug, opened):
    asked: list[object] = []
    monkeypatch.setattr(glossary.st, "switch_page", asked.append)
    monkeypatch.setattr(glossary, "open_lesson", asked.append)
    glossary.follow(page, slug)
    assert asked == opened
