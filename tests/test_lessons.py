"""The twenty-three lessons: exactly one option holds, the two pictures differ, and the number is torch's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from explainer.lessons import LESSONS, Option, find_lesson
from explainer.scene.scenes import scene_of


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.slug)
def test_exactly_one_option_holds_and_the_pictures_differ(lesson):
    assert lesson.answer() in lesson.options
    assert any(char.isdigit() for char in lesson.settle(lesson.before, lesson.after))
    one, other = (scene_of(side.problem().op, side.problem().input) for side in (lesson.before, lesson.after))
    assert one["panels"] != other["panels"]
    assert lesson.before.label != lesson.after.label


def test_names_are_unique():
    assert len({lesson.slug for lesson in LESSONS}) == len(LESSONS)
    assert find_lesson("no-such-lesson") is None


def test_a_lesson_with_two_right_answers_is_refused():
    lesson = find_lesson("padding-crops")
    wrong = replace(lesson, options=(*lesson.options, Option("changed", lambda a, b: True)))
    with pytest.raises(ValueError, match="2 options hold"):
        wrong.answer()


def test_the_published_round_trip():
    """d2l: 0 ... 8 comes back as 27 ... 400 ... 268, and the second picture's input is the first one's output."""
    lesson = find_lesson("no-inverse")
    assert lesson.after.problem().input.tolist() == lesson.before.output().tolist()
    assert re.findall(r"\d+", lesson.settle(lesson.before, lesson.after)) == ["0", "4", "8", "27", "400", "268"]


def test_the_gradient_is_autograds():
    lesson = find_lesson("gradient")
    x = torch.tensor([[5.0, 6, 7, 8, 9]], requires_grad=True)
    F.conv1d(x[None], torch.tensor([[[1.0, 2, 3]]]))[0, 0, 1].backward()
    assert lesson.after.output().flatten().tolist() == x.grad.flatten().tolist()


def test_the_edges_mirror_image_is_an_edge_of_the_other_sign():
    """By hand: 5 - 0 at the second place of four; 0 - 5 at the third."""
    lesson = find_lesson("mirror-image")
    assert lesson.before.output().flatten().tolist() == [0, 5, 0, 0]
    assert lesson.after.output().flatten().tolist() == [0, 0, -5, 0]
    assert lesson.after.problem().input.tolist() == lesson.before.problem().input.flip(-1).tolist()
    assert lesson.answer().text.startswith("No")


def test_the_difference_map_against_a_loop():
    """Bilinear by hand: inside both agree; the corner of the stamped one has 0.5625 of a pixel and nothing to add."""
    lesson = find_lesson("bilinear-kernel")
    assert float(lesson.after.output()[0, 0, 0]) == pytest.approx(0.5625)
    assert float(lesson.before.output()[0, 0, 0]) == 1
    assert "3.938" in lesson.settle(lesson.before, lesson.after)
