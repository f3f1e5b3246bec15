"""Parts of scenes that single examples do not tell apart: groups, uneven padding, channels, letters, crossed rows."""

from __future__ import annotations

import base64
from array import array

import pytest
import torch

from explainer.examples.drawn import example_scene
from explainer.operators import Convolution, MaxPooling, MaxUnpooling, TransposedConvolution, to_nested
from explainer.operators.kernels import counting
from explainer.player.captions import sentence
from explainer.scene.letters import term
from explainer.scene.panels import count_steps
from explainer.scene.scenes import scene_of
from explainer.scene.transport import pack_column
from explainer.scene.view import View
from tests.test_scenes import DRAWN, panel


def test_kernels_of_groups_name_the_channels_that_they_join():
    weight = torch.arange(1.0, 4 * 2 * 4 + 1, dtype=torch.float64).view(4, 2, 2, 2)
    scene = scene_of(Convolution(to_nested(weight), groups=2), torch.ones(4, 3, 3).double(), View(matrix=False))
    assert panel(scene, "kernel")["grids"] == [
        "out 0, in 0", "out 0, in 1", "out 1, in 0", "out 1, in 1",
        "out 2, in 2", "out 2, in 3", "out 3, in 2", "out 3, in 3",
    ]  # fmt: skip


@pytest.mark.parametrize("example", DRAWN, ids=lambda one: one.slug)
def test_a_scene_begins_in_one_of_its_orders_and_counts_the_pixels_that_are_there(example):
    scene = example_scene(example)
    orders = {one["id"]: one["by"] for one in scene["orders"]}
    assert scene["order"] in orders
    output = panel(scene, "output")
    there = len(output["values"]) - len(output.get("ghost", []))
    assert count_steps(scene, next(name for name, by in orders.items() if by == "output")) == there


def test_cropped_pixels_are_no_steps():
    scene = scene_of(TransposedConvolution(counting(3), stride=2, padding=1), torch.ones(1, 2, 2).double())
    assert panel(scene, "output")["shape"] == [1, 5, 5] and count_steps(scene, "gather") == 9


def test_coordinates_begin_with_the_border_before_the_pixels():
    kernel = (1.0, 2.0)
    scene = scene_of(Convolution(kernel, padding="same"), torch.ones(1, 4).double())
    assert panel(scene, "input")["shape"] == [1, 1, 5] and panel(scene, "input")["origin"] == [0, 0]
    assert panel(scene, "input")["ghost"] == [4], "torch pads an even kernel at the end"


def test_every_channel_has_its_own_winners():
    x = torch.tensor([[[1, 9], [2, 3]], [[8, 4], [5, 6]]]).double()
    scene = scene_of(MaxPooling(2), x)
    ties = scene["ties"]
    won = [(come, go) for come, go, wins in zip(ties["input"], ties["output"], ties["weight"], strict=True) if wins]
    assert won == [(1, 0), (4, 1)]


def test_a_step_of_unpooling_overwrites():
    scene = scene_of(MaxUnpooling((((1, 3),),), (1, 2), (1, 2)), torch.tensor([[[5.0, 7.0]]]).double())
    assert sentence(scene, 1, "scatter") == "Step 2 of 2: in[1] = 7 overwrites out[3]"


@pytest.mark.parametrize(("source", "tap", "product"), [
    ("a", "x", "ax"), ("a", "1", "a"), ("1", "x", "x"), ("2", "x", "2x"), ("a", "3", "3a"), ("2", "3", "2·3"),
    ("0", "x", ""), ("a", "0", ""), ("1", "1", "1"),
])  # fmt: skip
def test_products_in_letters(source, tap, product):
    assert term(source, tap) == product


def test_what_padding_crops_is_crossed_out_in_the_rows_of_its_matrix():
    x = torch.ones(1, 2, 2).double()
    stamped = scene_of(TransposedConvolution(counting(3), stride=2, padding=1), x)
    matrix = panel(stamped, "matrix")
    assert matrix["ghost_rows"] == panel(stamped, "output")["ghost"] and "ghost_cols" not in matrix
    turned = panel(scene_of(Convolution(counting(3), padding=1), x, View(transpose=True)), "transpose")
    assert turned["ghost_rows"] == [0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15]


def test_every_channels_bias_is_told():
    weight = torch.ones(2, 1, 2, dtype=torch.float64)
    scene = scene_of(Convolution(to_nested(weight), bias=(0.5, -2.0)), torch.ones(1, 3).double())
    assert panel(scene, "biased")["note"] == "bias 0.5, -2"
    assert panel(scene, "biased")["values"] == [2.5, 2.5, 0, 0] and panel(scene, "output")["title"] == "sums"


@pytest.mark.parametrize(("largest", "width"), [(127, 1), (128, 2), (32767, 2), (32768, 4)])
def test_packed_numbers_keep_their_limits(largest, width):
    column = [largest, -1] * 40
    packed = pack_column(column)
    assert packed[:3] == f"i{width}:"
    assert array({1: "b", 2: "h", 4: "i"}[width], base64.b64decode(packed[3:])).tolist() == column
