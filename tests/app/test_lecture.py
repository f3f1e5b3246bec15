"""A lecture in the real browser: a clicker leads through the whole tour, and back."""

from __future__ import annotations

import pytest

from explainer.ui.tour import TOUR

PLACE = ".tour .place"


def wait_for_stop(page, number):
    page.wait_for_function(
        "([place, text]) => document.querySelector('[data-testid=stMain]') && window.placeOf(place) === text",
        arg=[PLACE, f"{number} / {len(TOUR)}"],
        timeout=60_000,
    )


def progress(page):
    """How much of the line that tells the progress is filled."""
    share = "done => done.getBoundingClientRect().width / done.parentElement.getBoundingClientRect().width"
    return page.locator(".tour .done").evaluate(share)


#: The bar lives in a shadow tree.
FIND = """window.placeOf = selector => {
  const inside = root => root.querySelector(selector)
    || [...root.querySelectorAll("*")].map(one => one.shadowRoot && inside(one.shadowRoot)).find(Boolean);
  return inside(document)?.textContent;
}"""


def test_a_clicker_leads_through_the_whole_tour_and_back(visitor):
    visitor.page.add_init_script(FIND)
    page = visitor.open("?lecture=1")
    wait_for_stop(page, 1)
    assert page.locator(".stAppHeader").is_hidden()
    assert page.locator("[data-testid=stSidebar]").count() == 0
    page.keyboard.press("n")
    assert "four questions" in page.locator(".tour .say").text_content()
    assert page.locator(".tour .previous").is_disabled() and progress(page) == pytest.approx(1 / len(TOUR), abs=0.002)
    assert page.locator(".tour .say").is_visible()
    page.keyboard.press("n")
    for number in range(2, 7):  # the clicker alone: it steps the stage, and at its end goes on
        stage = page.locator(".stage")
        for step in range(1, int(stage.get_attribute("data-steps")) if stage.count() else 0):
            page.keyboard.press("PageDown")
            page.wait_for_selector(f'.stage[data-step="{step}"]')
        page.keyboard.press("PageDown")
        wait_for_stop(page, number)
        visitor.settle()
    stage = page.locator(".stage")
    assert stage.get_attribute("data-step") == "0"
    box = stage.bounding_box()
    height = page.viewport_size["height"]
    bar = page.locator(".tour").bounding_box()
    assert box["y"] < 48 and box["y"] + box["height"] <= bar["y"] and bar["y"] + bar["height"] <= height + 1
    assert (
        min(
            page.eval_on_selector_all(".stage .number", "all => all.map(n => parseFloat(getComputedStyle(n).fontSize))")
        )
        >= 18
    )
    page.keyboard.press("PageDown")
    page.wait_for_selector('.stage[data-step="1"]')
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    wait_for_stop(page, 5)
    page = visitor.open(f"?lecture=1&stop={len(TOUR)}")
    wait_for_stop(page, len(TOUR))
    assert page.locator(".tour .next").is_disabled() and progress(page) == pytest.approx(1)
    page = visitor.open("?lecture=1&stop=2")
    wait_for_stop(page, 2)
    page.keyboard.press("[")
    wait_for_stop(page, 1)
    last = max(number for number, stop in enumerate(TOUR, 1) if stop.page == "matrix_1d")
    page = visitor.open(f"?lecture=1&stop={last - 2}")  # a test of the tour opens every stop
    wait_for_stop(page, last - 2)
    for key, number in (("]", last - 1), ("]", last), ("[", last - 1), ("]", last)):
        visitor.settle()
        page.keyboard.press(key)
        wait_for_stop(page, number)
        stop = TOUR[number - 1]
        step = int(next(value for name, value in stop.state.items() if name.endswith("_step"))) - 1
        page.wait_for_selector(f'.stage[data-step="{step}"]')
    visitor.settle()
    page.locator(".tour .end").hover()
    page.locator(".tour .end").click()
    page.wait_for_selector(".stage[data-order=scatter]")
    assert page.locator(".tour").count() == 0
    assert "lecture=1" not in page.url and "lecture-matrix-six" in page.url


def test_a_clicker_goes_on_after_a_click_with_the_mouse(visitor):
    """The notes ask for clicks: drag the window, choose bed of nails, point at the picture."""
    visitor.page.add_init_script(FIND)
    places = {
        3: ("input[type=range]", "PageDown"),
        22: ("input[type=range]", "PageDown"),
        24: (".ix-radio >> nth=1", "PageDown"),
        25: ("canvas.view >> nth=0", "PageUp"),
    }
    for number, (clicked, key) in places.items():
        page = visitor.open(f"?lecture=1&stop={number}")
        wait_for_stop(page, number)
        page.locator(clicked).first.focus()
        page.keyboard.press(key)
        wait_for_stop(page, number + (1 if key == "PageDown" else -1))
    page = visitor.open("?lecture=1&stop=12")
    page.wait_for_selector('.stage[data-step="0"]')
    page.locator(".tour .notes").click()
    page.keyboard.press("PageDown")
    page.wait_for_selector('.stage[data-step="1"]')
    assert page.locator(".tour .place").text_content() == f"12 / {len(TOUR)}"


def test_a_deep_link_to_a_stop_on_a_fresh_page(visitor):
    page = visitor.open("?lecture=1&stop=15")
    page.wait_for_selector('.stage[data-step="3"][data-order=scatter]')
    assert "31, 32" in page.locator(".tour .slide").text_content()
    page.keyboard.press("?")
    assert "at the end" in page.locator("dialog.help").text_content()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.settle()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
