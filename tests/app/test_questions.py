"""Questions in the real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from explainer.quiz import question
from explainer.quiz.questions import VALUE


@pytest.mark.parametrize("milliseconds", [20, 40])
def test_a_double_click_on_next_goes_on_by_one_question(visitor, milliseconds):
    seed = next(seed for seed in range(1, 100) if question(seed, 0, 1, ()).kind == VALUE)
    page = visitor.open(f"exercises?qz_seed={seed}")
    page.get_by_placeholder("a number").fill(str(question(seed, 0, 1, ()).answer))
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Next question").wait_for()
    visitor.settle()
    box = page.get_by_role("button", name="Next question").bounding_box()
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(milliseconds)
    expect(page.get_by_text("Question 1,")).to_have_count(0)
    visitor.settle()
    expect(page.get_by_text("Question 2,")).to_be_visible()
    expect(page.get_by_text("1 of 1 so far")).to_be_visible()
