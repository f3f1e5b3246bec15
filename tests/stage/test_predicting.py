"""Predictions: nothing leaks before the answer, wrong answers get the reason that fits, what is typed can be typed."""

from __future__ import annotations

import pytest

from explainer.player.captions import format_number
from explainer.player.lookup import Lookup
from explainer.player.playback import Playback
from tests.stage import scenes

#: All text a visitor can read or hear, wherever it stands.
HEARD = """() => [...document.querySelectorAll(".stage *")].flatMap(node => [
  node.children.length ? "" : node.textContent, node.getAttribute("aria-valuetext"), node.getAttribute("aria-label"),
  node.getAttribute("title"), node.value ?? ""].map(String)).join(" | ")"""


def primes():
    """A transposed convolution whose every sum is a number that stands nowhere else."""
    scene = scenes.transposed(values=[1009, 2003, 4001, 8009])
    return scene


@pytest.mark.parametrize("order", ["gather", "scatter"])
def test_no_copy_of_the_asked_number_is_anywhere(open_stage, order):
    scene = primes() | {"order": order}
    stage = open_stage(scene)
    lookup = Lookup(scene)
    playback = Playback(lookup, order)
    stage.click("predict")
    for step in (0, 1, 3):
        stage.page.locator(".slider").fill(str(step))
        asked = stage.page.locator(".question").text_content().removesuffix(" =")
        cell = next(c for c in range(25) if f"out[{c // 5},{c % 5}]" == asked)
        number = format_number(playback.shown(lookup.target, cell, step).value)
        products = {format_number(lookup.product(tie)) for tie in lookup.ties_of(lookup.target, cell)}
        inputs = [format_number(value) for value in scene["panels"][0]["values"]]
        if number in inputs or number in products:
            continue  # a product by 1 is the pixel itself
        for panel in ("output", "output2", "result", "matrix", "kernel", "stretched"):
            stage.page.mouse.move(*stage.point(panel, 0))
            assert number not in stage.page.evaluate(HEARD), (step, panel)
        stage.page.mouse.move(*stage.point("output", cell))
        assert number not in stage.page.evaluate(HEARD), step
        stage.page.locator(".answer").fill(number)
        stage.page.keyboard.press("Enter")
        assert "Right" in stage.page.locator(".verdict").text_content()
        assert number in stage.texts("output")


def test_a_wrong_answer_is_told_and_the_right_one_shown(open_stage):
    stage = open_stage(scenes.transposed())
    stage.click("predict")
    assert stage.texts("output")[0] == "?"
    assert stage.texts("result")[0] == "?"
    assert stage.line() == "out[0,0] = 1·1 = ?"
    stage.page.locator(".answer").fill("7")
    stage.page.locator(".check").click()
    assert stage.page.locator(".verdict").text_content() == "✗ It is 1 (0 of 1 right)"
    assert stage.texts("output")[0] == "1"
    stage.press("ArrowRight", "v")
    assert stage.texts("output")[:2] == ["1", "2"]


def test_a_wrong_answer_gets_the_reason_that_fits(open_stage):
    told = [{"reason": "Stamps add up.", "values": [7, *[None] * 24]}, {"reason": "No.", "values": [None] * 25}]
    stage = open_stage(scenes.transposed() | {"mistakes": told})
    stage.click("predict")
    stage.page.locator(".answer").fill("7")
    stage.page.locator(".check").click()
    assert stage.page.locator(".verdict").text_content() == "✗ It is 1 (0 of 1 right) Stamps add up."
    stage.press("ArrowRight")
    stage.page.locator(".answer").fill("7")
    stage.page.locator(".check").click()
    assert stage.page.locator(".verdict").text_content() == "✗ It is 2 (0 of 2 right)"


def test_no_reason_is_told_where_two_mistakes_give_the_same(open_stage):
    told = [{"reason": f"Because {one}.", "values": [7, *[None] * 24]} for one in "ab"]
    stage = open_stage(scenes.transposed() | {"mistakes": told})
    stage.click("predict")
    stage.page.locator(".answer").fill("7")
    stage.page.locator(".check").click()
    assert stage.page.locator(".verdict").text_content() == "✗ It is 1 (0 of 1 right)"


@pytest.mark.parametrize(
    ("asked", "typed", "right"),
    [(1009, "1009", True), (1009, "2018/2", True), (1009, "1010", False), (1009, "1008.9", False),
     (1009.4, "1009", True), (1009.4, "1013", True), (1009.4, "1100", False)],
)  # fmt: skip
def test_an_answer_may_be_rounded_but_not_guessed(open_stage, asked, typed, right):
    """A whole number is shown in full and meant in full; others are shown rounded."""
    stage = open_stage(scenes.transposed(values=[asked, 2003, 4001, 8009]))
    stage.click("predict")
    stage.page.locator(".answer").fill(typed)
    stage.page.locator(".check").click()
    assert stage.page.locator(".verdict").get_attribute("data-right") == str(right).lower()


def test_play_waits_for_an_answer(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator(".speed").select_option("8")
    stage.click("predict")
    stage.click("play")
    stage.page.wait_for_timeout(700)
    assert stage.step() == 0
    stage.page.locator(".answer").fill("1")
    stage.page.keyboard.press("Enter")
    stage.wait("step", 1)
    stage.page.wait_for_timeout(700)
    assert stage.step() == 1
    assert stage.page.locator(".stage").get_attribute("data-playing") == "true"


@pytest.mark.parametrize(
    ("scene", "keys"),
    [
        (scenes.transposed(), "decimal"),
        (scenes.transposed(values=[1, -2, 3, 4]), "text"),
        (scenes.symbolic(), "text"),
    ],
    ids=["digits", "a minus", "letters"],
)
def test_a_phones_keys_can_type_the_answer(open_stage, scene, keys):
    """An iPhone's number pad has no letters, no slash and no minus sign."""
    stage = open_stage(scene)
    stage.click("predict")
    assert stage.page.locator(".answer").evaluate("field => field.inputMode") == keys


def test_letters_are_judged_in_any_order(open_stage):
    stage = open_stage(scenes.symbolic())
    stage.click("predict")
    stage.press("ArrowRight")
    assert stage.page.locator(".question").text_content() == "out[2] ="
    stage.page.locator(".answer").fill("xb + za")
    stage.page.keyboard.press("Enter")
    assert "Right" in stage.page.locator(".verdict").text_content()


def test_a_later_cell_never_shows_what_is_to_come(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.move(*stage.point("output", 12))
    assert stage.cell_line() == "out[2,2] = 9·1 + 7·2 + 3·3 + 1·4 = ?"
    stage.press("o")
    stage.page.mouse.move(*stage.point("output", 2))
    assert stage.cell_line() == "out[0,2] = 3·1 = 3 so far"
    stage.press("ArrowRight")
    assert stage.cell_line() == "out[0,2] = 3·1 + 1·2 = 5"
