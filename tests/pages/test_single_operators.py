"""What one operator's page has and the others have not: a second picture, words for padding, sizes, refusals."""

from __future__ import annotations

import re

import pytest
import torch
import torch.nn.functional as F

from explainer.examples.table import examples, find_example
from tests.components import proofs
from tests.pages.operator_page import open_page, scenes, values


def test_left_out_output_size_is_refused_or_moves_everything():
    app = open_page("max_unpooling", mu_example="unpooling-4x5", mu_output_size="left out")
    assert any("Torch refuses this: index 18 does not fit" in one.value for one in app.error)
    app = open_page("max_unpooling", mu_example="unpooling-ceil", mu_output_size="left out")
    wrong = next(one for one in examples() if one.slug == "unpooling-ceil").case["wrong_output"]
    assert values(scenes(app)[0]) == [value for row in wrong for value in row]


@pytest.mark.parametrize(("slug", "size", "small", "back"), [
    ("d2l-shapes", "16", "6", "**16** ✓"),
    ("docs-output-size", "12", "6", "**12** ✓"),
    ("two-sizes", "7", "3", "**7** ✓"),
    ("two-sizes", "8", "3", "**8** ✓"),
])  # fmt: skip
def test_published_sizes_come_back(slug, size, small, back):
    app = open_page("transposed_convolution")
    app.pills(key="sz_asked").select(find_example(slug).title).run()
    rows = app.table[0].value.to_dict("records")
    row = next(one for one in rows if one["input"] == size)
    assert row["after the convolution"] == small
    assert back in row.values()
    assert any(find_example(slug).source in one.value for one in app.caption)
    app.selectbox(key="sz_s").select("4").run()
    assert app.pills(key="sz_asked").value is None, "the settings are no longer the question's"


def test_the_rival_sizes_are_those_of_the_table():
    app = open_page("transposed_convolution")
    (told,) = [one.value for one in app.markdown if one.value.startswith("Input sizes that all give")]
    small, *rivals = re.findall(r"\*\*(\d+)\*\*", told)
    rows = app.table[0].value.to_dict("records")
    assert len(rivals) > 1 and [one["input"] for one in rows if one["after the convolution"] == small] == rivals


def test_torchvisions_shapes_stand_on_the_last_page():
    app = open_page("your_photo")
    assert any("features 2048 × 28 × 32 → scores 21 × 28 × 32" in one.value for one in app.markdown)


def test_a_kernel_over_the_nails_interpolates():
    app = open_page("bed_of_nails")
    nails, filled = scenes(app)
    assert values(filled, "input") == values(nails)
    assert values(filled)[:4] == [1, 1.5, 2, 1]


def test_the_convolution_in_front_doubles_bilinearly():
    app = open_page("pixel_shuffle")
    front = scenes(app)[1]
    size = front["panels"][0]["shape"]
    channels = torch.tensor(values(front), dtype=torch.float64).view(4, size[1] - 2, size[2] - 2)
    small = torch.tensor(values(front, "input"), dtype=torch.float64).view(1, 1, size[1] - 2, size[2] - 2)
    doubled = F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)[0, 0]
    shuffled = F.pixel_shuffle(channels, 2)[0]
    assert torch.allclose(shuffled[1:-1, 1:-1], doubled[1:-1, 1:-1])


def test_words_and_pads_for_padding():
    app = open_page("transposed_convolution", tc_example="lecture-numbers", tc_padding="same")
    assert [one.value for one in (*app.exception, *app.error, *app.warning)] == []
    assert values(scenes(app)[0]) == [2, 20, 203, 30]
    app = open_page("transposed_convolution", tc_example="lecture-numbers", tc_pads="1×0")
    assert values(scenes(app)[0]) == [20, 203, 30, 300]
    app = open_page("strided_convolution", cv_example="wrapped")
    main, whole = scenes(app)
    assert values(main) == values(whole) == [214, 321, 432, 143]
    wraps = [panel for panel in whole["panels"] if panel["id"] == "matrix"]
    assert wraps[0]["shape"] == [1, 4, 4]


@pytest.mark.parametrize(
    ("stem", "address", "key"),
    [
        ("transposed_convolution", {"tc_example": "lecture-numbers", "tc_padding": "1"}, "tc_pads"),
        ("strided_convolution", {"cv_example": "causal", "cv_padding": "1"}, "cv_pads"),
    ],
)
def test_a_padding_for_each_end_overrules_the_one_for_both_and_the_line_above_the_figure_says_what_holds(
    stem, address, key
):
    plain = key.replace("pads", "padding")
    app = open_page(stem, **address | {key: "1×0", plain: "0"})
    alone = values(scenes(app)[0])
    app = open_page(stem, **address | {key: "1×0"})
    assert [one.value for one in (*app.exception, *app.error, *app.warning)] == []
    assert values(scenes(app)[0]) == alone and app.selectbox(key=key).value == "1×0"
    (told,) = (one.value for one in app.markdown if "pads = 1, 0" in one.value)
    assert "p = " not in told.replace("pads", "")
    app.selectbox(key=key).set_value("None").run()
    (told,) = (one.value for one in app.markdown if "s = " in one.value)
    assert "p = 1" in told and "pads" not in told and values(scenes(app)[0]) != alone
    app.selectbox(key=key).set_value("0×1").run()
    assert values(scenes(app)[0]) != alone and app.selectbox(key=plain).value == "1", "kept, and set aside"


def test_the_same_array_in_both_layers_and_only_what_fits_is_offered():
    app = open_page("channels", ch_example="axes-swapped")
    transposed = values(scenes(app)[0])
    app.selectbox(key="ch_op").set_value("conv").run()
    assert [one.value for one in (*app.exception, *app.error)] == []
    assert values(scenes(app)[0]) != transposed
    app = open_page("channels", ch_example="depthwise")
    assert any("g = 2" in one.value for one in app.markdown)
    app.text_area(key="ch_kernel").set_value("1 2; 3 4 | 1 1; 1 1 || 1 2; 3 4").run()
    assert any("differ in size" in one.value for one in app.warning)


def test_pooling_offers_what_a_pooling_knows():
    app = open_page("pooling", pl_example="mean-pooling")
    keys = [one.key for one in app.selectbox]
    assert "pl_count_include_pad" in keys and "pl_output_size" not in keys and "pl_dilation" not in keys
    app.selectbox(key="pl_op").set_value("max_pool").run()
    assert values(scenes(app)[0]) == [6, 6, 7, 9]
    assert all("check_circle" in line for line in proofs(app))
