"""The questions' score and level, as a visitor's answers come in."""

from __future__ import annotations

from explainer.ui.questions import STREAK, count, go_on


def answer(memory: dict[str, int], right: bool) -> tuple[int, int, int]:
    """One answer and on to the next question: number, level, right answers so far."""
    count(memory, right)
    go_on(memory)
    return memory["number"], memory["level"], memory["right"]


def test_right_answers_in_a_row_raise_the_level_and_a_wrong_one_begins_the_row_anew() -> None:
    memory = {"number": 0, "level": 1, "streak": 0, "right": 0}
    assert STREAK == 2
    given = (True, True, True, False, True, False, False, True, True)
    levels = (1, 2, 2, 2, 2, 2, 2, 2, 3)
    for number, (right, level) in enumerate(zip(given, levels, strict=True), 1):
        assert answer(memory, right) == (number, level, sum(given[:number]))
