"""Captions: the numbers in the sentences are those of the scene, and short."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explainer.player.captions import cell_name, cell_pieces, format_number, sentence, text_of
from explainer.player.lookup import Lookup
from tests.stage import scenes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (4.0, "4"),
        (-3, "−3"),
        (4 / 3, "1.333"),
        (1 / 3, "0.3333"),
        (-10.25, "−10.25"),
        (12345, "12345"),
        (1234.56, "1235"),
        (0.1 + 0.2, "0.3"),
        (2.999999999999, "3"),
        (0.00123456, "0.001235"),
        (2.5e-7, "2.5e−7"),
        (1.5e9, "1.5e9"),
        (None, "−∞"),
        (math.inf, "∞"),
        (math.nan, "nan"),
    ],
)
def test_numbers_are_short(value, text):
    assert format_number(value) == text


def test_fewer_digits_on_request():
    assert [format_number(1.2345, digits) for digits in (4, 3, 2)] == ["1.235", "1.23", "1.2"]


@given(st.floats(min_value=1e-4, max_value=1e6))
def test_a_number_is_off_by_less_than_a_thousandth(value):
    assert abs(float(format_number(value)) - value) <= value * 1e-3


@pytest.mark.parametrize(
    ("name", "step", "order", "expected"),
    [
        ("transposed", 7, "gather", "Step 8 of 25: out[1,2] = 6·1 + 4·2 = 14"),
        (
            "transposed",
            1,
            "scatter",
            "Step 2 of 4: in[0,1] = 2 is multiplied by 9 weights and added to 9 output pixels: "
            "out[0,2] += 1·2, out[0,3] += 2·2, out[0,4] += 3·2, …",
        ),
        ("symbolic", 2, "gather", "Step 3 of 5: out[2] = z·a + x·b = az + bx"),
        ("pooled", 0, "gather", "Step 1 of 4: out[0,0] = max(1, 2, 3, 5) = 5, at in[1,1]"),
        ("cropped", 1, "gather", "Step 2 of 3: out[1] = 0 (no input reaches this pixel)"),
        ("shuffled", 1, "gather", "Step 2 of 16: out[0,1] = 1·4 = 4"),
    ],
)
def test_a_step_in_words(name, step, order, expected):
    assert sentence(scenes.ALL[name](), step, order) == expected


@pytest.mark.parametrize(
    ("name", "panel", "cell", "expected"),
    [
        ("transposed", "stretched", 0, "stretched[−2,−2] = 0 (padding): it adds nothing"),
        ("transposed", "stretched", 17, "stretched[0,1] = 0 (an inserted zero): it adds nothing"),
        ("transposed", "flipped", 0, "flipped[0,0] = 9 = w[2,2] is used 4 times: out[2,2] += 9·1, "),
        ("transposed", "matrix", 4, "Cᵀ[1,0] = 2 = w[0,1]: out[0,1] += 2·1"),
        ("transposed", "matrix", 1, "Cᵀ[0,1] = 0: in[0,1] does not reach out[0,0]"),
        ("cropped", "output", 0, "out[−1] = 1·3 = 3 (cropped by padding)"),
        ("padded", "input", 0, "in[−1,−1] = 0 (padding) is multiplied by 1 weight and added to 1 output pixel: "),
        ("pooled", "input", 5, "in[1,1] = 5 is compared in 1 window and is the largest in 1: out[0,0]"),
    ],
)
def test_a_cell_in_words(name, panel, cell, expected):
    lookup = Lookup(scenes.ALL[name]())
    found = next(p for p in lookup.panels if p["id"] == panel)
    assert text_of(cell_pieces(lookup, found, cell)).startswith(expected)


def test_long_sums_are_cut_in_the_middle():
    scene = scenes.transposed(5, stride=1)
    # As five channels would have it: 45 products a pixel.
    scene["ties"] = {name: column * 5 for name, column in scene["ties"].items()}
    text = sentence(scene, 24, "gather")
    assert " + … + " in text
    assert " (45 terms) = " in text
    assert text.count("·") == 8


def test_names_of_cells():
    base = {"id": "x", "role": "input"}
    assert cell_name(base | {"shape": [1, 2, 3]}, 4) == "x[1,1]"
    assert cell_name(base | {"shape": [1, 1, 3]}, 2) == "x[2]"
    assert cell_name(base | {"shape": [1, 3, 1]}, 2) == "x[2]"
    assert cell_name(base | {"shape": [2, 2, 2]}, 5) == "x[1,0,1]"
    assert cell_name(base | {"shape": [1, 3, 3], "origin": [-1, -1]}, 0) == "x[−1,−1]"
    assert cell_name(base | {"shape": [1, 3, 3], "flat": True}, 7) == "x[7]"
