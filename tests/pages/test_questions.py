"""The page of questions: each kind answered as a visitor does, rightly and wrongly; score and level as answers come."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explainer.quiz import KINDS, Question, judge, question
from explainer.quiz.cases import HARDEST
from explainer.quiz.questions import LANDS, REACH, SETTING, VALUE, Answer
from explainer.ui.questions import STREAK, count, go_on
from tests.components import components_of, data_of

APP = Path(__file__).parents[2] / "streamlit_app.py"
SEED = 3


def open_page(seed: int) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120).run()
    test.query_params["qz_seed"] = str(seed)
    return test.switch_page("pages/questions.py").run()


def answer_on(page: AppTest, one: Question, given: Answer) -> None:
    """Type, choose or click an answer, and press the button."""
    key = f"qz_everything_{SEED}_{one.number}"
    if one.choice:
        assert page.radio(key=f"{key}_setting").options == list(one.choice.options)
        page.radio(key=f"{key}_setting").set_value(given)
    elif one.kind in (REACH, LANDS):
        assert isinstance(given, tuple)
        values = one.input if one.kind == REACH else one.output
        columns = values.shape[-1]
        for row in range(values.numel() // columns):
            cells = [cell for cell in given if isinstance(cell, int) and cell // columns == row]
            page.pills(key=f"{key}_{row}").set_value(cells)
    else:
        page.text_input(key=f"{key}_text").set_value(
            " x ".join(map(str, given)) if isinstance(given, tuple) else f"{given:.17g}"
        )
    next(button for button in page.button if button.label == "Check").click().run()


def test_every_kind_is_answered_by_its_own_widgets() -> None:
    """Questions in a row, rightly and wrongly in turn; a wrong answer hears what the judge says about it."""
    page = open_page(SEED)
    level, row, right, left = 1, 0, 0, set(KINDS)
    for number in range(24):
        one = question(SEED, number, level, ())
        given = one.wrong[0][0] if number % 3 == 2 and one.wrong else one.answer
        answer_on(page, one, given)
        verdict = judge(one, given)
        told = [block.value for block in page.markdown]
        assert not page.exception and not page.warning, one
        assert any("**Right.**" in text for text in told) == verdict.right, one
        assert verdict.right or any(verdict.told in text for text in told), one
        right, row = right + verdict.right, row + 1 if verdict.right else 0
        assert f"{right} of {number + 1} so far" in page.caption[0].value
        (stage,) = components_of(page)
        assert data_of(stage)["scene"]["name"] == one.text
        level, row = (level + 1, 0) if row >= STREAK else (level, row)
        left -= {one.kind}
        page.button(key="qz_everything_next").click().run()
        if not left:
            break
    assert left == set(), "every kind was met"


def test_what_is_no_answer_gets_a_sentence_and_costs_nothing() -> None:
    seed = next(seed for seed in range(1, 100) if question(seed, 0, 1, ()).kind == VALUE)
    page = open_page(seed)
    page.text_input(key=f"qz_everything_{seed}_0_text").set_value("many")
    next(button for button in page.button if button.label == "Check").click().run()
    assert not page.exception and ["many" in one.value for one in page.warning] == [True]
    assert "0 of 0 so far" in page.caption[0].value


@pytest.mark.parametrize("kind", [REACH, LANDS, SETTING])
def test_nothing_chosen_is_no_answer(kind: str) -> None:
    seed = next(seed for seed in range(1, 100) if question(seed, 0, 1, ()).kind == kind)
    page = open_page(seed)
    next(button for button in page.button if button.label == "Check").click().run()
    assert not page.exception and ["first" in one.value for one in page.warning] == [True]
    assert "0 of 0 so far" in page.caption[0].value and not components_of(page)


def test_a_second_answer_is_judged_and_the_first_one_counts() -> None:
    seed = next(seed for seed in range(1, 100) if question(seed, 0, 1, ()).kind == VALUE)
    page, right = open_page(seed), question(seed, 0, 1, ()).answer
    for given, said in ((right, True), (98765, False), (right, True)):
        page.text_input(key=f"qz_everything_{seed}_0_text").set_value(f"{given}")
        next(button for button in page.button if button.label == "Check").click().run()
        assert any("**Right.**" in block.value for block in page.markdown) == said, "of what stands in the field"
        assert "1 of 1 so far" in page.caption[0].value


def answer(memory: dict[str, int], right: bool) -> tuple[int, int, int]:
    """One answer and on to the next question: number, level, right answers so far."""
    count(memory, right)
    number = memory["number"]
    for _ in range(2):  # a double click
        go_on(memory, number)
    return memory["number"], memory["level"], memory["right"]


def test_right_answers_in_a_row_raise_the_level_and_a_wrong_one_begins_the_row_anew() -> None:
    memory = {"number": 0, "level": 1, "streak": 0, "right": 0}
    assert STREAK == 2
    given = (True, True, True, False, True, False, False, True, True)
    levels = (1, 2, 2, 2, 2, 2, 2, 2, 3)
    for number, (right, level) in enumerate(zip(given, levels, strict=True), 1):
        assert answer(memory, right) == (number, level, sum(given[:number]))


def test_no_level_is_said_beyond_the_hardest() -> None:
    """Questions get no harder after it, and the worksheet knows no other either."""
    memory = {"number": 0, "level": 1, "streak": 0, "right": 0}
    levels = [answer(memory, right=True)[1] for _ in range(STREAK * (HARDEST + 2))]
    assert max(levels) == levels[-1] == HARDEST
