"""Maps that are saved and fetched again along a stack: what they weigh, see and take."""

from __future__ import annotations

import pytest
from torch import nn

from explainer.experiments.stacks.measuring import Row, measure
from explainer.experiments.stacks.reading import first_channels, read_stack


def rows_of(text: str, side: int) -> list[Row]:
    layers = read_stack(text)
    return measure(layers, first_channels(layers), side, side)


def test_a_scored_skip_has_a_weight_for_each_channel_and_class_and_a_bias_for_each_class():
    rows = rows_of('nn.Conv2d(3, 8, 1)\nSave("a")\nnn.Conv2d(8, 21, 1)\nAdd("a", score=21)', 8)
    assert rows[-1].parameters == sum(one.numel() for one in nn.Conv2d(8, 21, 1).parameters())


def test_saving_and_fetching_a_map_takes_no_memory_of_its_own():
    sizes = [row.size for row in rows_of('nn.Conv2d(3, 8, 1)\nSave("a")\nnn.ReLU()\nLoad("a")\nMul("a")', 8)]
    assert sizes == [4 * 3 * 64, 4 * 8 * 64, 0, 4 * 8 * 64, 0, 4 * 8 * 64]


@pytest.mark.parametrize("join", ["Add", "Cat"])
def test_a_joined_map_sees_what_the_farther_of_the_two_sees(join):
    """By hand: one convolution of 3 sees 3 pixels, a second one of 5 sees 7; in either order of the two maps."""
    skip = f'nn.Conv2d(1, 1, 3, padding=1)\nSave("a")\nnn.Conv2d(1, 1, 5, padding=2)\n{join}("a")'
    assert rows_of(skip, 16)[-1].field.size == 7
    up = 'nn.Conv2d(1, 1, 4, 4)\nSave("a")\nnn.ConvTranspose2d(1, 1, 4, 4)\nnn.AvgPool2d(4)'
    assert rows_of(f'{up}\n{join}("a")', 16)[-1].field.size == max(row.field.size for row in rows_of(up, 16))
