"""Scenes: the ties alone reproduce torch's output in every reading order, and they are small on the wire."""

from __future__ import annotations

import base64
import json
from array import array

import pytest
import torch

from explainer.examples.drawn import example_scene
from explainer.examples.table import examples
from explainer.operators import Convolution, MaxPooling, NearestNeighbor, TransposedConvolution
from explainer.operators.kernels import counting
from explainer.scene.json_numbers import numbers
from explainer.scene.panels import count_steps
from explainer.scene.scenes import scene_of
from explainer.scene.transport import pack, pack_column
from explainer.scene.view import View

DRAWN = [one for one in examples() if one.op != "shape" and not one.is_refused]


def panel(scene, name):
    return next(one for one in scene["panels"] if one["id"] == name)


def weights(scene):
    ties = scene["ties"]
    if "weight" in ties:
        return ties["weight"]
    kernel = panel(scene, scene["weights_from"])["values"]
    return [kernel[tap] if tap >= 0 else 0 for tap in ties["kernel"]]


@pytest.mark.parametrize("example", DRAWN, ids=lambda one: one.slug)
def test_summing_the_ties_gives_the_output(example):
    scene = example_scene(example)
    source, target = panel(scene, "input")["values"], panel(scene, "output")["values"]
    sums = [[] for _ in target]
    columns = (scene["ties"]["input"], scene["ties"]["output"], weights(scene))
    for come, go, weight in zip(*columns, strict=True):
        if come >= 0:
            sums[go].append((weight, source[come]))
    if scene["combine"] == "max":
        won = [[value for weight, value in products if weight] for products in sums]
        assert [values for values in won if len(values) != 1] == []
        assert [values[0] for values in won] == target
        assert all(max(v for _, v in products if v is not None) == t for products, t in zip(sums, target, strict=True))
    else:
        totals = [sum(weight * value for weight, value in products) for products in sums]
        assert totals == pytest.approx(target, abs=1e-9)


@pytest.mark.parametrize("example", DRAWN, ids=lambda one: one.slug)
def test_columns_are_as_long_as_the_ties_and_stay_inside_their_panels(example):
    scene = example_scene(example)
    lengths = {len(column) for column in scene["ties"].values()}
    assert len(lengths) == 1
    for one in scene["panels"]:
        column = scene["ties"].get(one.get("column", one["id"]))
        if column and "values" in one:
            assert min(column) >= -1
            assert max(column) < len(one["values"])
            assert len(one["values"]) == torch.Size(one["shape"]).numel()


def test_three_readings_show_the_same_numbers_by_their_own_torch_calls():
    op = TransposedConvolution(counting(3), stride=2, padding=1, output_padding=1)
    scene = scene_of(op, torch.tensor([[[1.0, 2], [3, 4]]]).double(), View(readings=True))
    ghost = set(panel(scene, "output")["ghost"])
    real = [value for cell, value in enumerate(panel(scene, "output")["values"]) if cell not in ghost]
    assert panel(scene, "direct")["values"] == real
    assert panel(scene, "flipped")["values"] == list(range(9, 0, -1))
    ties = scene["ties"]
    stretched, flipped = panel(scene, "stretched")["values"], panel(scene, "flipped")["values"]
    again = [0.0] * len(real)
    for go, come, tap in zip(ties["direct"], ties["stretched"], ties["flipped"], strict=True):
        if go >= 0:
            again[go] += stretched[come] * flipped[tap]
    assert again == real


@pytest.mark.parametrize("channels", [1, 4])
def test_channels_and_groups_have_readings_too(channels):
    from explainer.operators import to_nested

    weight = to_nested(torch.arange(channels * 9.0).view(channels, 1, 3, 3))
    op = TransposedConvolution(weight, stride=2, groups=channels)
    x = torch.arange(channels * 4.0).view(channels, 2, 2).double()
    scene = scene_of(op, x, View(readings=True))
    assert panel(scene, "direct")["values"] == panel(scene, "output")["values"]


def test_padding_is_drawn_and_crossed_out():
    scene = scene_of(Convolution(counting(3), padding=1), torch.ones(1, 2, 2).double())
    drawn = panel(scene, "input")
    assert drawn["shape"] == [1, 4, 4]
    assert drawn["origin"] == [-1, -1]
    assert len(drawn["ghost"]) == 12
    assert panel(scene, "matrix")["ghost_cols"] == drawn["ghost"]


def test_pooling_pads_with_minus_infinity_and_hangs_over():
    scene = scene_of(MaxPooling(2, padding=1, ceil_mode=True), torch.ones(1, 4, 4).double())
    drawn = panel(scene, "input")
    assert None in drawn["values"]
    assert panel(scene, "output")["values"] == [1] * 9
    assert [order["id"] for order in scene["orders"]] == ["gather"]


def test_a_window_over_nothing_but_padding_is_minus_infinity():
    scene = scene_of(MaxPooling(2, 1, 1, 5), torch.ones(1, 4, dtype=torch.float64))
    assert next(one for one in scene["panels"] if one["id"] == "output")["values"] == [None]


def test_a_picture_of_64_steps_is_small():
    """The heaviest kind: three readings of an 8 x 8 input, 64 steps by input pixel."""
    op = TransposedConvolution(counting(3), stride=2, padding=1, output_padding=1)
    scene = scene_of(op, torch.randn(1, 8, 8).double(), View(readings=True, order="scatter"))
    assert count_steps(scene, "scatter") == 64
    assert len(json.dumps(pack(scene))) < 60 * 1024


def test_packing_loses_nothing():
    for column in (list(range(-1, 100)), [3] * 90 + [-1, 300], [70_000] * 70):
        packed = pack_column(column)
        code = {"i1": "b", "i2": "h", "i4": "i"}[packed[:2]]
        assert array(code, base64.b64decode(packed[3:])).tolist() == column
    assert pack_column([1, 2]) == [1, 2]
    assert pack_column([0.5] * 100) == [0.5] * 100


def test_numbers_are_plain():
    values = torch.tensor([1.0, -0.0, 1 / 3, 0.1 + 0.2, float("-inf")], dtype=torch.float64)
    assert numbers(values, gaps=True) == [1, 0, 0.333333333333, 0.3, None]
    with pytest.raises(ValueError, match="larger than float64"):
        numbers(values)


def test_an_operator_without_a_scene_of_its_own_gets_input_output_and_matrix():
    scene = scene_of(lambda x: 3 * x.flip(-1), torch.tensor([[1.0, 2]]).double())
    assert [panel["id"] for panel in scene["panels"]] == ["input", "output", "x", "matrix", "y"]
    assert scene["ties"] == {"input": [1, 0], "output": [0, 1], "weight": [3, 3]}


def test_what_torch_refuses_has_no_picture():
    with pytest.raises(ValueError, match="allowed is 1D or 2D"):
        scene_of(NearestNeighbor(2), torch.zeros(1, 1, 1, 1))
