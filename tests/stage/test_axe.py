"""Accessibility by axe-core: nothing serious on the stage, in light and dark, on a screen and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from explainer.examples.drawn import example_scene
from explainer.examples.table import find_example

#: What concerns whole pages, not a figure on one.
PAGE_RULES = ("region", "landmark-one-main", "page-has-heading-one", "document-title", "html-has-lang")
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_nothing_serious(open_stage, theme, width):
    stage = open_stage(width=width, height=800)
    stage.theme(theme)
    stage.mount(example_scene(find_example("lecture-transposed")))
    background = {"light": "#ffffff", "dark": "#0e1117"}[theme]
    stage.page.evaluate(f"document.body.style.background = '{background}'")
    for keys in ([], ["p"], ["v"], ["?"]):
        stage.press(*keys)
        found = Axe().run(stage.page).response["violations"]
        grave = [
            (one["id"], node["target"], node["failureSummary"])
            for one in found
            if one["impact"] in GRAVE and one["id"] not in PAGE_RULES
            for node in one["nodes"]
        ]
        assert grave == [], keys


def test_every_step_is_a_sentence(open_stage):
    scene = example_scene(find_example("lecture-nearest"))
    stage = open_stage(scene | {"order": "gather"})
    for step in range(1, 4):
        stage.press("ArrowRight")
        said = stage.page.locator("[aria-live=polite]").text_content()
        assert said == f"Step {step + 1} of 16: out[0,{step}] = in[0,{step // 2}] = {1 + step // 2} (copied)"
        assert stage.page.locator(".slider").get_attribute("aria-valuetext") == said


def test_reduced_motion_neither_flies_nor_fades(open_stage):
    stage = open_stage(example_scene(find_example("lecture-transposed")), reduced_motion="reduce")
    stage.press("ArrowRight", "p", "v")
    assert stage.page.evaluate("document.getAnimations().length") == 0
    assert stage.page.locator(".token").count() == 0


def test_buttons_suit_fingers_on_a_phone(open_stage):
    stage = open_stage(example_scene(find_example("lecture-transposed")), width=390, height=844, has_touch=True)
    stage.press("p")
    small = stage.page.locator(".stage button:visible, .stage select, .stage summary, .answer").evaluate_all(
        "all => all.map(one => [one.className, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.height && (box.height < 43.5 || box.width < 43.5)).map(([name]) => name)"
    )
    assert small == []
    assert stage.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
