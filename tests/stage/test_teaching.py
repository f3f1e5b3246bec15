"""What a teacher relies on: keys without a click, an address that follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.stage import scenes


def test_keys_work_on_a_fresh_page_without_a_click(open_stage):
    stage = open_stage(scenes.transposed())
    for key, step in (("ArrowRight", 1), ("PageDown", 2), ("PageUp", 1), ("End", 24)):
        stage.page.keyboard.press(key)
        assert stage.step() == step
    stage.page.evaluate("document.body.append(Object.assign(document.createElement('input'), { id: 'own' }))")
    stage.page.locator("#own").focus()
    stage.page.keyboard.press("Home")
    stage.page.keyboard.type("bop?")
    assert stage.page.locator("#own").input_value() == "bop?"
    assert stage.step() == 24
    assert stage.page.locator("dialog").count() == 0
    stage.page.evaluate("document.body.append(Object.assign(document.createElement('button'), { id: 'beside' }))")
    stage.page.locator("#beside").focus()  # as after a click on a lecture's Notes
    for key, step in (("ArrowLeft", 24), ("PageUp", 23)):
        stage.page.keyboard.press(key)
        assert stage.step() == step


def test_the_higher_of_two_stages_hears_the_page_even_if_it_came_second(open_stage):
    stage = open_stage(height=2400)
    stage.page.evaluate("other.innerHTML = host.innerHTML")
    stage.mount(scenes.transposed(), "other")
    stage.mount(scenes.transposed(), "host")
    top = "one => one.getBoundingClientRect().top"
    above, below = (stage.page.locator(one).evaluate(top) for one in ("#host", "#other"))
    assert 0 <= above < below < 2400
    stage.page.keyboard.press("ArrowRight")
    steps = [one.get_attribute("data-step") for one in stage.page.locator(".stage").all()]
    assert steps == ["1", "0"]


def test_no_key_and_no_click_undoes_a_class_link(open_stage):
    stage = open_stage()
    stage.mount(scenes.transposed(), locks={"predict": True, "edit": True, "order": "hidden", "reading": "fixed"})
    assert stage.page.locator(".stage .ask").is_visible()
    assert not stage.page.locator(".order:not(.views)").is_visible()
    order, shown = stage.page.locator(".stage").get_attribute("data-order"), stage.texts("output")
    for key in ("o", "t", "p", "ArrowRight", "o", "t", "p"):
        stage.page.keyboard.press(key)
    assert stage.page.locator(".button.predict").is_disabled()
    for option in stage.page.locator(".views .button").all():
        assert option.is_disabled()
    stage.page.mouse.dblclick(*stage.point("input", 0))
    assert stage.page.locator(".editor").count() == 0
    assert stage.page.locator(".stage").get_attribute("data-order") == order
    assert stage.step() == 1 and shown[0] == "?" and "?" in stage.texts("output")[:2]
    assert stage.page.locator(".stage .ask").is_visible()


def test_at_its_end_a_clicker_asks_for_what_comes_next(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.evaluate(
        "addEventListener('stage-end', event => (window.ends ||= []).push([event.detail.by, event.composed]))"
    )
    stage.page.keyboard.press("PageUp")
    stage.page.keyboard.press("End")
    stage.page.keyboard.press("ArrowRight")
    stage.page.keyboard.press("PageDown")
    assert stage.page.evaluate("window.ends") == [[-1, True], [1, True]], "heard outside the stage's shadow root, too"
    assert stage.step() == 24
    stage.mount({**scenes.transposed(), "step": 3, "order": "scatter"}, visit=5)
    assert (stage.step(), stage.page.locator(".stage").get_attribute("data-order")) == (3, "scatter")
    assert "lecture" in stage.page.locator(".stage").get_attribute("class")


def test_only_one_of_two_stages_listens(open_stage):
    stage = open_stage(scenes.pooled())
    stage.mount(scenes.shuffled(), id="other")
    steps = "() => [...document.querySelectorAll('.stage')].map(one => one.dataset.step)"
    stage.page.keyboard.press("ArrowRight")
    assert stage.page.evaluate(steps) == ["1", "0"]
    stage.page.locator("#other .button.next").click()
    stage.page.evaluate("document.activeElement.blur()")
    stage.page.keyboard.press("ArrowRight")
    assert stage.page.evaluate(steps) == ["1", "2"]


def test_b_blackens_and_the_question_mark_lists_the_keys(open_stage):
    stage = open_stage(scenes.pooled())
    stage.page.keyboard.press("b")
    expect(stage.page.locator("dialog.black")).to_be_visible()
    stage.page.keyboard.press("x")
    expect(stage.page.locator("dialog")).to_have_count(0)
    stage.page.keyboard.press("?")
    assert "Page Down" in stage.page.locator("dialog.help").text_content()
    stage.page.keyboard.press("Escape")
    expect(stage.page.locator("dialog")).to_have_count(0)


def test_back_and_forward_move_the_stage(open_stage):
    stage = open_stage(scenes.transposed())
    stage.press("ArrowRight", "ArrowRight")
    stage.wait_for_address("step", 3)
    stage.press("o")
    stage.wait_for_address("order", "scatter")
    stage.press("ArrowRight")
    stage.wait_for_address("step", 2)
    stage.page.go_back()
    stage.wait("order", "gather")
    assert stage.step() == 2
    stage.page.go_forward()
    stage.wait("order", "scatter")
    assert stage.step() == 1


def test_back_moves_to_any_step_and_to_the_first_where_the_address_names_none(open_stage):
    stage = open_stage(scenes.transposed())
    for told, step in (("13", 12), ("1", 0), ("25", 24), ("26", 24), ("0", 0), ("-3", 0), ("2.5", 0), ("much", 0)):
        stage.page.evaluate("told => history.replaceState({}, '', `/?st_step=${told}`)", told)
        stage.press("o")  # a change with an entry of its own
        stage.wait_for_address("order", "scatter")
        stage.page.go_back()
        stage.wait("order", "gather")
        stage.wait("step", step)


def test_other_parameters_of_the_address_stay(open_stage):
    stage = open_stage(scenes.transposed(), query="?page_kernel=1+2&other=x")
    stage.press("ArrowRight")
    stage.wait_for_address("step", 2)
    assert "page_kernel=1+2&other=x" in stage.page.url


def test_an_address_that_was_overwritten_is_written_again(open_stage):
    stage = open_stage(scenes.transposed())
    stage.press("ArrowRight")
    stage.wait_for_address("step", 2)
    stage.page.evaluate("history.pushState({}, '', '/?kernel=9')")
    stage.mount(scenes.transposed(values=[9, 2, 3, 4]))
    stage.wait_for_address("step", 2)
    assert "kernel=9" in stage.page.url


READINGS = {"views": [{"id": "maps", "label": "Maps", "lanes": [0, 1]}, {"id": "matrix", "label": "M", "lanes": [2]}]}


@pytest.mark.parametrize("fixed", [False, True])
def test_the_next_stop_moves_the_stage_but_nothing_that_a_class_link_fixes(open_stage, fixed):
    first = scenes.transposed() | READINGS | {"view": "maps"}
    locks = {"predict": False, "edit": False} | ({"order": "fixed", "reading": "fixed"} if fixed else {})
    stage = open_stage()
    stage.mount(first, visit=1, locks=locks)
    before = stage.page.locator('.views [aria-checked="true"]').get_attribute("data-view")
    assert before == "maps"
    stage.mount(first | {"order": "scatter", "step": 2, "view": "matrix"}, visit=2, locks=locks)
    stage.wait("step", 2)
    stage.wait("order", "gather" if fixed else "scatter")
    chosen = stage.page.locator('.views [aria-checked="true"]').get_attribute("data-view")
    assert chosen == ("maps" if fixed else "matrix")


def test_the_address_reopens_step_order_and_reading(open_stage):
    stage = open_stage(query="?st_step=3&st_order=scatter&st_view=matrix")
    stage.mount(scenes.transposed() | READINGS | {"order": "scatter", "step": 2})
    assert stage.page.locator(".count").text_content() == "3 / 4"
    assert stage.page.locator('.views [aria-checked="true"]').get_attribute("data-view") == "matrix"
    stage.press("t")
    stage.wait_for_address("view", "maps")
    stage.press("t")
    stage.wait_for_address("view", "matrix")
