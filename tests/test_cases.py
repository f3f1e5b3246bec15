"""The door for numbers: any JSON value anywhere ends in an answer or one line; and what people ask for most."""

from __future__ import annotations

import copy
import functools
import io
import json
import math
import sys

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explainer.__main__ import main
from explainer.examples.answers import answer
from explainer.examples.cases import read_case
from explainer.operators import OPERATORS

VALID = [
    {"op": "conv_transpose2d", "params": {"stride": 2, "padding": [1, 0]}, "input": [[1, 2], [3, 4]],
     "weight": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]},
    {"op": "conv1d", "params": {"padding": "same", "bias": [1.5]}, "input": [1, 2, 3], "weight": [1, 10, 100]},
    {"op": "max_unpool1d", "params": {"kernel_size": 2, "output_size": 5}, "input": [1, 2], "indices": [1, 3]},
    {"op": "bilinear", "params": {"scale_factor": 1.5, "align_corners": True}, "input": [[1, 2], [3, 4]]},
    {"op": "max_pool2d", "params": {"kernel_size": 2, "return_indices": True}, "input": [[1, 2], [3, 4]]},
    {"op": "pixel_shuffle", "params": {"upscale_factor": 2, "mode": "DCR"}, "input": [[[1]], [[2]], [[3]], [[4]]]},
    {"op": "conv1d", "params": {}, "input": ["a", "b", "c"], "weight_symbols": ["x", "y"]},
    {"op": "nearest", "params": {"size": 3}, "input": [1, 2]},
    {"op": "adaptive_max_pool2d", "params": {"output_size": 1}, "input": [[1, 2], [3, 4]]},
    {"op": "conv_transpose1d", "params": {"padding": "same", "stride": 2}, "input": "1 2 3", "weight": "[1., 2., 3.]"},
    {"op": "conv2d", "params": {"padding": 1, "padding_mode": "reflect"}, "input": "1 2; 3 4", "weight": "1 2; 3 4"},
    {"op": "conv_transpose3d", "params": {"pads": [0, 0, 0, 1, 1, 1]}, "input": [[[1]]], "weight": [[[1, 2], [3, 4]]]},
    {"op": "avg_pool2d", "params": {"kernel_size": 2, "ceil_mode": True}, "input": [[1, 2], [3, 4]]},
    {"op": "conv1d", "params": {"groups": 2}, "input": [[1, 2], [3, 4]], "weight": [[[1, 2]], [[3, 4]]]},
    {"op": "conv1d", "params": {}, "input": "a b 1", "weight_symbols": "x 2"},
]  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-3, 3) | st.floats() | st.text(max_size=6)
    | st.sampled_from([10**30, -1, 0, 10**12, "same", "true", 0.5, [], {}, [[]], [1, 2], [[1, 2], [3, 4]],
                       "1 2; 3 4", "tensor([[1., 2.]])", "0,5 1,0", "a b", "[[", "1\t2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


def places(value, path=()):
    """Every place in a case, from the whole to each number."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def replaced(case, path, value):
    if not path:
        return value
    case = copy.deepcopy(case)
    at = case
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return case


def trace(text, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    status = main(["trace", "-"])
    return status, *capsys.readouterr()


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_value_at_any_place_is_answered_or_refused_in_one_line(monkeypatch, capsys, data):
    case = data.draw(st.sampled_from(VALID))
    path = data.draw(st.sampled_from(list(places(case))))
    value = data.draw(json_values)
    at = functools.reduce(lambda part, key: part[key], path, case)
    if isinstance(at, dict) and data.draw(st.booleans()):  # a key too many instead of another value
        path = (*path, data.draw(st.sampled_from(["stride", "inputs", "", "op ", "padding", "size"])))
    broken = replaced(case, path, value)
    status, out, err = trace(json.dumps(broken), monkeypatch, capsys)
    if status == 0:
        assert err == "" and {"output", "matrix"} <= set(json.loads(out))
    else:
        assert (status, out, len(err.splitlines())) == (2, "", 1)
        assert "Traceback" not in err and len(err) < 900


@pytest.mark.parametrize(
    "text",
    ["", "[", "[" * 100_000, "1" * 10_000, '{"op": "conv1d", "input": [1' + "0" * 5000 + "]}",
     '{"op": "nearest", "params": {"scale_factor": 2, "scale_factor": 3}, "input": [1, 2]}'],
)  # fmt: skip
def test_what_is_no_json_is_one_line(text, monkeypatch, capsys):
    status, out, err = trace(text, monkeypatch, capsys)
    assert (status, out, len(err.splitlines())) == (2, "", 1)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({"op": "conv1d", "stride": 2, "input": [1, 2], "weight": [1]}, "stride stands beside params"),
        ({"op": "conv1d", "parms": {}, "input": [1, 2], "weight": [1]}, "did you mean 'params'"),
        ({"op": "conv1d", "params": {"strid": 2}, "input": [1, 2], "weight": [1]}, "did you mean 'stride'"),
        ({"op": "conv_1d", "input": [1]}, "did you mean 'conv1d'"),
        ({"op": "max_unpool1d", "params": {}, "input": [1, 2], "indices": [0.5, 2]}, "whole numbers; there is 0.5"),
        ({"op": "max_unpool1d", "params": {}, "input": [1, 2]}, "needs indices"),
        ({"op": "bilinear", "params": {"align_corners": 1}, "input": [1, 2]}, "true or false"),
        ({"op": "conv1d", "params": {"stride": 1.0}, "input": [1, 2], "weight": [1]}, "a whole number"),
        ({"op": "conv2d", "params": {}, "input": [[1, 2], [3, 4]], "weight": [1, 2]}, "the kernel has 1 axes"),
        ({"op": "conv1d", "params": {"bias": [1, 2]}, "input": [1, 2], "weight": [1]}, "bias has 2 numbers"),
        ({"op": "conv1d", "params": {"padding": "sane"}, "input": [1, 2], "weight": [1]}, "allowed are same, valid"),
        ({"op": "conv1d", "params": {"padding": "same", "stride": 2}, "input": [1], "weight": [1]}, "stride 1 only"),
        ({"op": "conv1d", "params": {"pads": [1]}, "input": [1], "weight": [1]}, "all begins, then all ends"),
        ({"op": "nearest", "params": {"scale_factor": 2500}, "input": [[1, 2], [3, 4]]}, "at most 4,000,000"),
        ({"op": "conv_transpose2d", "params": {"stride": 9**6}, "input": [[1, 2], [3, 4]], "weight": [[1]]}, "at most"),
        ({"op": "conv1d", "params": {"padding": 3, "padding_mode": "reflect"}, "input": [1], "weight": [1]}, "at most"),
        ({"op": "bicubic", "params": {}, "input": [1, 2]}, "2D"),
        ({"op": "bilinear", "params": {"antialias": True}, "input": [1, 2]}, "2D"),
        ({"op": "bilinear", "input": [1, 2], "weight": [1, 1]}, "takes no weight"),
        ({"op": "nearest", "input": [1, 2], "weight_symbols": ["x"]}, "takes no weight_symbols"),
        ({"op": "conv1d", "input": [1, 2], "weight": [1], "indices": [0, 1]}, "takes no indices"),
        ({"op": "conv1d", "input": ["1", "2"], "weight": [1, 10]}, "full grid of numbers; there is '1'"),
        ({"op": "nearest", "input": ["1", "2"]}, "full grid of numbers; there is '1'"),
        ({"op": "conv1d", "params": {"stride": [2, 2]}, "input": [1, 2], "weight": [1]}, "has 1 axis, so give 1."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_refusals_name_the_cause(case, words):
    with pytest.raises(ValueError) as caught:
        read_case(case)
    assert words in str(caught.value)


STRANGE = ["a+b", "-a", "2a", "a b", "a\nb", "", "nan", math.nan, "1e400", 10**400, True, None]


@pytest.mark.parametrize("strange", STRANGE, ids=lambda value: repr(value)[:12])
def test_among_letters_stands_nothing_that_a_product_would_change(strange):
    for grids in ({"input": ["a", strange], "weight": ["x", "y"]}, {"input": ["a", "b"], "weight": ["x", strange]}):
        with pytest.raises(ValueError, match="among letters") as caught:
            read_case({"op": "conv1d", **grids})
        assert len(str(caught.value).splitlines()) == 1


def test_numbers_among_letters_keep_their_digits_and_words_their_script():
    assert output("conv1d", {}, ["α", "w_{1,2}"], weight=[1234567.5, "x₁"]) == ["1234567.5α + w_{1,2}x₁"]
    assert output("conv1d", {}, ["a", "0.0"], weight=["x", "y"]) == ["ax"]


def output(op, params, x, **grids):
    return answer(read_case({"op": op, "params": params, "input": x, **grids}))["output"]


def keras_same(x, w, s):
    """Transposed, padding same, as Keras computes it: the gradient of a SAME convolution whose output was x."""
    size, total = len(x) * s, max(0, len(w) - s)
    canvas = [0.0] * (max(size, (len(x) - 1) * s + len(w)) + total)
    for i, value in enumerate(x):
        for j, tap in enumerate(w):
            canvas[i * s + j] += value * tap
    return canvas[total // 2 : total // 2 + size]


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_same_of_the_transposed_is_kerass(k, stride):
    x, w = [1, 2, 3], [1, 10, 100, 1000, 10000][:k]
    found = output("conv_transpose1d", {"stride": stride, "padding": "same"}, x, weight=w)
    assert found == keras_same(x, w, stride)


def test_torchs_arguments_of_the_same_size_have_other_numbers():
    x, w = [1, 2, 3], [1, 10, 100]
    keras = output("conv_transpose1d", {"stride": 2, "padding": "same"}, x, weight=w)
    torchs = output("conv_transpose1d", {"stride": 2, "padding": 1, "output_padding": 1}, x, weight=w)
    assert len(keras) == len(torchs) == 6 and keras != torchs


@pytest.mark.parametrize("pads", [[0, 0], [1, 0], [0, 2], [2, 1]])
def test_asymmetric_padding(pads):
    x, w = torch.arange(1.0, 6).double(), torch.tensor([1.0, 10, 100]).double()
    padded = F.conv1d(F.pad(x[None, None], pads), w[None, None], stride=2)[0, 0].tolist()
    assert output("conv1d", {"pads": pads, "stride": 2}, x.tolist(), weight=w.tolist()) == padded
    canvas = F.conv_transpose1d(x[None, None], w[None, None], stride=2)[0, 0].tolist()
    cropped = canvas[pads[0] : len(canvas) - pads[1]]
    assert output("conv_transpose1d", {"pads": pads, "stride": 2}, x.tolist(), weight=w.tolist()) == cropped


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_the_border_may_wrap_and_so_does_the_matrix(mode):
    x, w = [[1, 2, 3], [4, 5, 6], [7, 8, 10]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    layer = torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode=mode, bias=False).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(w).double())
        expected = layer(torch.tensor(x).double()[None, None])[0, 0]
    found = answer(read_case({"op": "conv2d", "params": {"padding": 1, "padding_mode": mode}, "input": x, "weight": w}))
    assert torch.allclose(torch.tensor(found["output"]).double(), expected)
    product = torch.tensor(found["matrix"]).double() @ torch.tensor(x).double().flatten()
    assert torch.allclose(product, expected.flatten())


@pytest.mark.parametrize(("op", "setting"), [("adaptive_max_pool1d", "output_size"), ("max_pool1d", "kernel_size")])
def test_what_takes_maxima_is_not_linear_and_its_matrix_picks_the_winners(op, setting):
    found = answer(read_case({"op": op, "params": {setting: 2}, "input": [1, 4, 3, 2]}))
    assert (found["output"], found["matrix"]) == ([4, 3], [[0, 1, 0, 0], [0, 0, 1, 0]])
    assert not found["linear"] and "note" not in found


def test_a_bias_is_added_and_said_to_be_no_matrix():
    found = answer(read_case({"op": "conv1d", "params": {"bias": [5]}, "input": [1, 2], "weight": [1]}))
    assert (found["output"], found["matrix"], found["linear"]) == ([6, 7], [[1, 0], [0, 1]], False)
    assert "affine" in found["note"]


def test_dcr_is_the_other_order_and_unshuffle_undoes_both():
    x = torch.arange(2 * 6 * 2 * 2.0).view(12, 2, 2).tolist()
    for factor in ([2, 3], [3, 2], 2):
        for mode in ("CRD", "DCR"):
            there = output("pixel_shuffle", {"upscale_factor": factor, "mode": mode}, [x])
            back = output("pixel_unshuffle", {"downscale_factor": factor, "mode": mode}, there)
            assert back == [x]
    one, two = (output("pixel_shuffle", {"mode": mode}, [x]) for mode in ("CRD", "DCR"))
    assert one != two


def test_3d_slice_by_slice():
    x, w = torch.arange(8.0).view(2, 2, 2), torch.arange(1.0, 9).view(2, 2, 2)
    expected = F.conv_transpose3d(x[None, None].double(), w[None, None].double(), stride=2)[0, 0]
    found = output("conv_transpose3d", {"stride": 2}, x.tolist(), weight=w.tolist())
    assert found == expected.int().tolist()


def test_every_case_of_an_operator_has_what_a_record_needs():
    for kind, axes in OPERATORS.values():
        assert kind.grids is not None and isinstance(kind.has_channels, bool) and axes
        assert {"from_case", "linear_part", "size_formula", "code"} <= set(dir(kind))
