"""The player: steps, keys, orders, and what it tells the server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from explainer.player.captions import format_number, step_pieces, text_of
from explainer.player.lookup import Lookup
from explainer.player.playback import Playback
from tests.stage import scenes


def texts(values: list[float]) -> list[str]:
    return [format_number(value) for value in values]


def test_starts_paused_at_the_first_step(open_stage):
    scene = scenes.transposed()
    stage = open_stage(scene)
    stage.wait("step", 0)
    assert stage.page.locator(".stage").get_attribute("data-playing") == "false"
    assert stage.line() == "out[0,0] = 1·1 = 1"
    assert stage.texts("output")[:3] == ["1", "", ""]
    assert stage.texts("input") == ["1", "2", "3", "4"]


@pytest.mark.parametrize("order", ["gather", "scatter"])
def test_plays_to_the_last_step_and_shows_the_values_of_the_scene(open_stage, order):
    scene = scenes.transposed() | {"order": order}
    stage = open_stage(scene)
    stage.page.locator(".speed").select_option("8")
    stage.click("play")
    steps = len(Playback(Lookup(scene), order))
    stage.wait("step", steps - 1)
    stage.wait("playing", "false")
    expected = texts(scene["panels"][2]["values"])
    for panel in ("output", "output2", "result"):
        assert stage.texts(panel) == expected
    stage.wait_for_address("step", steps)
    assert stage.page.evaluate("window.calls") == [], "the server hears of nothing"


def test_buttons_step_and_stop_at_the_ends(open_stage):
    stage = open_stage(scenes.transposed())
    assert stage.page.locator(".button.previous").is_disabled()
    stage.click("next")
    stage.click("next")
    assert stage.step() == 2
    stage.click("previous")
    assert stage.step() == 1
    stage.click("last")
    assert stage.step() == 24
    assert stage.page.locator(".button.next").is_disabled()
    stage.click("first")
    assert stage.step() == 0


def test_keys(open_stage):
    stage = open_stage(scenes.transposed())
    stage.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    assert stage.step() == 2
    stage.press("End")
    assert stage.step() == 24
    stage.press("Home")
    assert stage.step() == 0
    stage.press("+", "+")
    assert stage.page.locator(".speed").input_value() == "4"
    stage.press("-")
    assert stage.page.locator(".speed").input_value() == "2"
    stage.press("o")
    stage.wait("order", "scatter")
    stage.press("k")
    stage.wait("playing", "true")
    stage.press(" ")
    stage.wait("playing", "false")


def test_keys_do_not_reach_the_page_around(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.evaluate("window.heard = []; document.addEventListener('keydown', e => window.heard.push(e.key))")
    stage.press("r", "c", "Escape", "ArrowRight")
    assert stage.page.evaluate("window.heard") == []
    assert stage.step() == 1


def test_the_field_of_an_answer_can_be_left_by_keys(open_stage):
    stage = open_stage(scenes.transposed())
    answer, keyboard = stage.page.locator(".answer"), stage.page.keyboard
    stage.page.locator(".stage").focus()
    keyboard.press("p")
    expect(answer).to_be_focused()
    keyboard.type("-1")
    keyboard.press("v")
    assert answer.input_value() == "-1" and stage.texts("output")[0] == "1"
    keyboard.press("ArrowRight")
    assert stage.step() == 1, "the stage has the keys again"
    answer.focus()
    keyboard.press("Escape")
    expect(answer).not_to_be_focused()
    answer.focus()
    keyboard.press("PageDown")
    assert stage.step() == 2, "a clicker goes on"
    answer.focus()
    keyboard.press("p")
    expect(stage.page.locator(".ask")).to_be_hidden()


def test_letters_can_be_typed_where_letters_are_asked_for(open_stage):
    stage = open_stage(scenes.symbolic())
    stage.click("predict")
    answer = stage.page.locator(".answer")
    answer.focus()
    stage.page.keyboard.type("pv")
    assert answer.input_value() == "pv"


def test_space_on_a_focused_button_presses_it_once(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator(".button.play").focus()
    stage.page.keyboard.press(" ")
    stage.wait("playing", "true")


def test_slider_scrubs_forth_and_back(open_stage):
    scene = scenes.transposed()
    stage = open_stage(scene)
    slider = stage.page.locator(".slider")
    slider.fill("24")
    assert stage.texts("output") == texts(scene["panels"][2]["values"])
    slider.fill("3")
    assert stage.step() == 3
    assert stage.texts("output")[:5] == ["1", "2", "5", "4", ""]
    assert "Step 4 of 25: out[0,3]" in (slider.get_attribute("aria-valuetext") or "")


@pytest.mark.parametrize("name", scenes.ALL)
def test_every_step_shows_the_numbers_that_python_computes(open_stage, name):
    scene = scenes.ALL[name]()
    stage = open_stage(scene)
    lookup = Lookup(scene)
    for order in scene["orders"]:
        playback = Playback(lookup, order["id"])
        if stage.page.locator(f'[data-order="{order["id"]}"].button').is_visible():
            stage.page.locator(f'[data-order="{order["id"]}"].button').click()
        for step in sorted({0, len(playback) // 2, len(playback) - 1}):
            stage.page.locator(".slider").fill(str(step))
            assert stage.line() == text_of(step_pieces(lookup, step, order["id"]))
            if name not in ("symbolic", "large"):  # the one shows letters, the other's cells are too small for numbers
                assert_shows(stage, playback, lookup.target, step)


def assert_shows(stage, playback, panel, step):
    """The numbers on the page are the partial sums, written with four digits or with what fits the cell."""
    written = stage.texts(panel["id"])
    assert len(written) == len(panel["values"])
    for cell, text in enumerate(written):
        state = playback.shown(panel, cell, step)
        expected = {""} if state is None else {format_number(state.value, digits) for digits in (2, 3, 4)}
        assert text in expected, (step, cell)


def test_partial_sums_add_up_stamp_by_stamp(open_stage):
    stage = open_stage(scenes.stamped())
    assert stage.texts("output")[:4] == ["1", "2", "3", ""]
    stage.click("next")
    assert stage.texts("output")[:5] == ["1", "2", "5", "4", "6"]
    stage.click("previous")
    assert stage.texts("output")[:5] == ["1", "2", "3", "", ""]


def test_symbolic_partial_sums(open_stage):
    stage = open_stage(scenes.symbolic())
    assert stage.texts("output") == ["ax", "ay", "az", "", ""]
    stage.click("next")
    assert stage.texts("output") == ["ax", "ay", "az + bx", "by", "bz"]


def test_order_switch_starts_anew_and_tells_the_address(open_stage):
    stage = open_stage(scenes.transposed())
    stage.click("last")
    stage.page.get_by_role("radio", name="Scatter").click()
    stage.wait("order", "scatter")
    assert stage.step() == 0
    assert stage.page.locator(".stage").get_attribute("data-steps") == "4"
    stage.wait_for_address("order", "scatter")


def test_scrubbing_writes_one_entry_where_it_ended(open_stage):
    stage = open_stage(scenes.transposed())
    before = stage.page.evaluate("history.length")
    stage.page.evaluate("""() => {
      const slider = document.querySelector('.slider');
      for (let i = 1; i <= 20; i += 1) { slider.value = i; slider.dispatchEvent(new Event('input')); }
    }""")
    stage.wait_for_address("step", 21)
    assert stage.page.evaluate("history.length") == before


def test_cropped_outputs_stay_blank_in_gather_and_fill_in_scatter(open_stage):
    stage = open_stage(scenes.cropped())
    stage.click("last")
    assert stage.texts("output") == ["", "6", "0", "−1", ""]
    stage.press("o", "End")
    assert stage.texts("output") == ["3", "6", "0", "−1", "−2"]


def test_the_live_region_speaks_on_manual_steps(open_stage):
    stage = open_stage(scenes.pooled())
    stage.click("next")
    live = stage.page.locator("[aria-live=polite]")
    assert live.text_content() == "Step 2 of 4: out[0,1] = max(6, 3, 2, 1) = 6, at in[0,2]"


def test_reduced_motion_still_plays(open_stage):
    stage = open_stage(scenes.pooled(), reduced_motion="reduce")
    stage.click("next")
    assert stage.page.evaluate("document.getAnimations().length") == 0
    assert stage.texts("indices") == ["5", "2", "", ""]
