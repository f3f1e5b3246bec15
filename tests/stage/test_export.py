"""The HTML export: one file that plays without a network."""

from __future__ import annotations

import json

import pytest

from explainer.examples.drawn import example_scene
from explainer.examples.table import find_example
from explainer.stage.export import safe_json, sources, to_html
from tests.stage import scenes


def test_it_opens_from_a_file_without_a_network(browser, tmp_path):
    path = tmp_path / "picture.html"
    path.write_text(to_html(scenes.transposed(), "Ein <Titel>", "Text & more"), encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    problems: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.locator(".button.last").click()
    page.wait_for_selector('.stage[data-step="24"]')
    assert page.locator("h1").text_content() == "Ein <Titel>"
    assert [url for url in asked if not url.startswith("file:")] == []
    page.locator('[data-panel="input"] svg').dblclick()
    assert page.locator(".editor").count() == 0, "without torch there is nobody to answer an edit"
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector('.stage[data-theme="dark"]')
    assert problems == []
    context.close()


@pytest.mark.parametrize(("shape", "ratio"), [("wide", 16 / 9), ("square", 1.0)])
def test_title_and_figure_fill_a_slide_and_nothing_collides(browser, tmp_path, shape, ratio):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    for slug in ("lecture-transposed", "lecture-matrix-conv", "fcn-bilinear"):
        example = find_example(slug)
        path = tmp_path / f"{slug}.html"
        path.write_text(to_html(example_scene(example), example.title * 3, example.note, shape=shape), encoding="utf-8")
        page.goto(path.as_uri())
        page.locator(".button.last").click()
        frame, title, stage = (page.locator(one).bounding_box() for one in (".slide", "h1", ".stage"))
        assert frame["width"] / frame["height"] == pytest.approx(ratio, rel=0.01), slug
        assert frame["height"] == pytest.approx(720, abs=1)
        assert title["y"] + title["height"] <= stage["y"], slug
        assert stage["y"] + stage["height"] <= frame["y"] + frame["height"], slug
        assert page.locator("main > p").bounding_box()["y"] >= frame["y"] + frame["height"]
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        sizes = page.locator(".number").evaluate_all("all => all.map(one => Number(one.getAttribute('font-size')))")
        assert min(sizes) >= (14 if shape == "wide" else 9), slug
    page.set_viewport_size({"width": 390, "height": 844})
    # The stage lays itself out a moment after the window has its new size; the page lets nobody evaluate while waiting.
    beyond = "document.documentElement.scrollWidth - window.innerWidth"
    for _ in range(50):
        if page.evaluate(beyond) <= 0:
            break
        page.wait_for_timeout(100)
    assert page.evaluate(beyond) <= 0
    page.close()


def test_it_prints_whole_and_dark_on_white(browser, tmp_path):
    example = find_example("fcn-bilinear")
    path = tmp_path / "picture.html"
    path.write_text(to_html(example_scene(example), example.title, example.note), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="dark")
    page.goto(path.as_uri())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 680, "height": 960})
    page.emulate_media(media="print", color_scheme="dark")
    frame = page.locator(".slide").bounding_box()
    output = page.locator('[data-panel="output"] svg').bounding_box()
    assert output["x"] + output["width"] <= 680 and output["y"] + output["height"] <= frame["y"] + frame["height"]
    cut = "all => all.filter(one => one.clientWidth < one.firstChild.clientWidth).length"
    assert page.eval_on_selector_all(".cells", cut) == 0
    assert page.eval_on_selector("h1", "one => getComputedStyle(one).color") == "rgb(19, 23, 34)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.eval_on_selector(".board", "one => one.style.width + one.style.zoom") == ""
    page.close()


def test_an_unknown_shape_is_refused():
    with pytest.raises(ValueError, match="'round', allowed are wide, square, free"):
        to_html(scenes.pooled(), "Pooling", shape="round")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_fixed_theme_stays(browser, tmp_path, theme):
    path = tmp_path / "picture.html"
    path.write_text(to_html(scenes.pooled(), "Pooling", theme=theme), encoding="utf-8")
    page = browser.new_page(color_scheme="dark" if theme == "light" else "light")
    page.goto(path.as_uri())
    page.wait_for_selector(f'.stage[data-theme="{theme}"]')
    page.close()


def test_an_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="'sepia', allowed are auto, light, dark"):
        to_html(scenes.pooled(), "Pooling", theme="sepia")


def test_names_cannot_break_out_of_the_script():
    evil = {"name": "</script><script>alert(1)</script>\u2028"}
    text = safe_json(evil)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == evil


def test_sources_are_whole_and_inline():
    assert all("\n" in text.strip() for text in (sources().html, sources().css, sources().js))
