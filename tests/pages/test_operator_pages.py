"""Operator pages through AppTest: every page, every example, links in good and bad order, edits that go wrong."""

from __future__ import annotations

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explainer.dialects import DIALECTS
from explainer.examples.table import examples, examples_of
from explainer.ui.below import CHANGED, FILES, LINK
from explainer.ui.navigation import PAGES
from explainer.ui.settings import nearest
from tests.components import proofs
from tests.pages.operator_page import ENTRY, answer_of, open_page, scenes, values

#: Pages with one stage that shows examples; the others have tests of their own.
STAGES = {
    page.stem: page.prefix for page in PAGES if examples_of(page.stem) and not page.also and page.stem != "checkerboard"
}
SHOWN = [(stem, one) for stem in STAGES for one in examples_of(stem)]
LETTERED = [one for one in examples_of("matrix_1d") if one.is_single]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_opens(page):
    app = AppTest.from_file(ENTRY, default_timeout=60).run().switch_page(f"pages/{page.stem}.py").run()
    assert [one.value for one in app.exception] == []
    assert [one.value for one in app.error] == []
    assert app.title[0].value


@pytest.mark.parametrize(("stem", "example"), SHOWN, ids=[f"{stem}-{one.slug}" for stem, one in SHOWN])
def test_every_example_shows_torchs_numbers(stem, example):
    app = open_page(stem, **{f"{STAGES[stem]}_example": example.slug})
    assert [one.value for one in app.exception] == []
    assert app.selectbox(key=f"{STAGES[stem]}_example").value == example.slug
    assert all("check_circle" in line for line in proofs(app))
    assert proofs(app)
    if example.is_refused:
        assert any("output_padding 1 is not possible" in one.value for one in app.warning)
        return
    assert not any(CHANGED in one.value for one in app.markdown)
    pooled_only = stem == "max_unpooling" and example.op.startswith("max_pool") and example.is_single
    scene = scenes(app)[1 if pooled_only else 0]
    if not example.has_letters:
        expected = torch.tensor(example.case["output"], dtype=torch.float64).flatten().tolist()
        last = "biased" if any(one["id"] == "biased" for one in scene["panels"]) else "output"
        assert values(scene, last) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("example", LETTERED, ids=lambda one: one.slug)
def test_letters_on_the_matrix_page(example):
    prefix = "m1" if example.op == "conv1d" else "mt"
    app = open_page("matrix_1d", **{f"{prefix}_example": example.slug})
    scene = scenes(app)[0 if prefix == "m1" else 1]
    output = next(one for one in scene["panels"] if one["id"] == "output")
    border = set(output.get("ghost", []))
    labels = [label for cell, label in enumerate(output.get("labels", [])) if cell not in border]
    if example.has_letters:
        assert labels == example.case["output"]
    else:
        assert values(scene) == pytest.approx(example.case["output"])


def test_all_examples_are_on_a_page():
    shown = {one.slug for page in PAGES for one in examples_of(page.stem)}
    for_pages = [one for one in examples() if one.op != "shape" and one.pages]  # the others: command line only
    assert [one.slug for one in for_pages if one.slug not in shown] == []


def test_choosing_an_example_sets_everything():
    app = open_page("strided_convolution")
    app.selectbox(key="cv_example").set_value("arith-dilation").run()
    assert app.selectbox(key="cv_dilation").value == "2"
    assert values(scenes(app)[0]) == [9] * 9


def test_a_link_reopens_the_state():
    query = {"tc_example": "demystified", "tc_stride": "1", "tc_input": "1 2 3\n4 5 6", "tc_stage_step": "3"}
    app = open_page("transposed_convolution", **query)
    scene = scenes(app)[0]
    assert app.selectbox(key="tc_stride").value == "1"
    assert values(scene, "input") == [1, 2, 3, 4, 5, 6]
    assert scene["step"] == 2


def test_all_that_an_operator_can_be_seen_as_is_offered_but_no_letters_are_invented():
    numbers, letters = (scenes(open_page("transposed_convolution", **more))[0] for more in ({}, {"tc_input": "a b"}))
    assert [one["id"] for one in numbers["views"]] == ["stamp", "zeros", "matrix", "all"]
    assert "zeros" not in [one["id"] for one in letters["views"]]
    for stem, drawn in (("matrix_1d", True), ("matrix_2d", True), ("strided_convolution", False)):
        assert ("transpose" in [panel["id"] for panel in scenes(open_page(stem))[0]["panels"]]) is drawn
    assert numbers["order"] == "scatter" and scenes(open_page("strided_convolution"))[0]["order"] == "gather"


def test_a_second_picture_has_its_heading_and_its_words():
    texts = [one.value for one in open_page("bed_of_nails").markdown]
    assert [text.split("\n\n")[0] for text in texts if text.startswith("## ")] == ["## A kernel over the nails"]


BAD = ["abc", "99999", "-5", "1e999", "NaN", "", "%00", "x" * 5000, "٣", "<script>alert(1)</script>", "1;2"]


@pytest.mark.parametrize("value", BAD, ids=lambda value: repr(value)[:12])
def test_a_bad_link_falls_back_with_a_notice(value):
    names = ("tc_example", "tc_stride", "tc_dilation", "tc_padding", "tc_output_padding")
    app = open_page("transposed_convolution", **dict.fromkeys(names, value), tc_stage_step=value, tc_stage_order=value)
    assert [one.value for one in app.exception] == []
    assert len(app.warning) >= len(names) - 1
    assert values(scenes(app)[0]) == answer_of("stamps")


def test_a_link_with_switches_of_an_earlier_version_opens_without_a_word():
    app = open_page("transposed_convolution", tc_matrix="false", tc_readings="false", tc_padding="0")
    assert [one.value for one in app.warning] == []
    assert [one["id"] for one in scenes(app)[0]["views"]] == ["stamp", "zeros", "matrix", "all"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 2\n3", "the rows have 1 and 2 numbers"),
        ("one 2", "'one' is not a number"),
        ("", "the grid is empty"),
        ("1e9", "out of range"),
        ("1 " * 40, "at most 32 fit"),
        ("1/0", "is not a number"),
    ],
)
def test_a_bad_grid_is_explained_and_kept(text, words):
    app = open_page("strided_convolution")
    app.text_area(key="cv_input").set_value(text).run()
    assert [one.value for one in app.exception] == []
    assert any(words in one.value for one in app.warning)
    assert app.text_area(key="cv_input").value == text
    assert values(scenes(app)[0]) == answer_of("arith-numbers-strided")


def test_impossible_values_are_not_offered():
    app = open_page("transposed_convolution")
    app.selectbox(key="tc_stride").set_value("1").run()
    assert app.selectbox(key="tc_output_padding").options == ["0"]
    assert any("output_padding is now 0" in one.value for one in app.warning)
    app.text_area(key="tc_input").set_value("1").run()
    assert "3" not in app.selectbox(key="tc_padding").options


def test_a_kernel_that_never_fits_is_refused_in_words():
    app = open_page("matrix_2d")
    app.text_area(key="m2_kernel").set_value("\n".join(["1 " * 12] * 12)).run()
    assert [one.value for one in app.exception] == []
    assert any("the kernel reaches over 12 pixels" in one.value for one in app.error)


def labels(scene):
    output = next(one for one in scene["panels"] if one["id"] == "output")
    border = set(output.get("ghost", []))
    return [label for cell, label in enumerate(output["labels"]) if cell not in border]


@pytest.mark.parametrize(
    ("stem", "query", "expected"),
    [
        ("matrix_1d", {"m1_input": "a b 1 d"}, ["ay + bz", "bx + y + dz"]),
        ("matrix_1d", {"m1_kernel": "1 2 3"}, ["2a + 3b", "b + 2c + 3d"]),
        ("matrix_2d", {"m2_input": "a b; c d", "m2_kernel": "x y; z 0"}, ["ax + by + cz"]),
        (
            "transposed_convolution",
            {"tc_input": "a 0", "tc_kernel": "x y z", "tc_padding": "1"},
            ["ay", "az", "0", "0"],
        ),
    ],
)
def test_letters_numbers_among_them_and_in_2d(stem, query, expected):
    app = open_page(stem, **query)
    assert [one.value for one in (*app.exception, *app.error, *app.warning)] == []
    assert labels(scenes(app)[0]) == expected


def test_letters_where_nothing_is_worked_out_in_letters():
    app = open_page("nearest_neighbor", nn_input="a b")
    assert any("'a' is not a number" in one.value for one in app.warning)
    assert values(scenes(app)[0]) == answer_of("lecture-nearest")


def test_a_link_with_a_key_that_nobody_reads_is_told_the_nearest():
    app = open_page("transposed_convolution", tc_strid="1", padding="1", utm_source="x", tc_stage_step="2")
    told = [one.value for one in app.warning]
    assert len(told) == 2
    assert "did you mean 'tc_stride'" in told[0] and "did you mean 'tc_padding'" in told[1]


def test_filling_a_kernel():
    app = open_page("transposed_convolution")
    app.pills(key="tc_fill").select("counting").run()
    assert app.pills(key="tc_fill").value is None  # it is a press: the same kernel may be wanted again
    assert values(scenes(app)[0], "kernel") == list(range(1, 10))


def test_typing_into_a_cell_of_the_picture():
    from explainer.operators import Convolution
    from explainer.scene.view import View
    from explainer.ui.operator_page import cached_scene, edited_text
    from explainer.ui.page_record import PageState

    shown = PageState(Convolution(((1.0, 2.0), (3.0, 4.0)), padding=1), (((5.0, 6.0), (7.0, 8.0)),), View(), "x")
    scene = cached_scene(shown)
    typed = list(next(one for one in scene["panels"] if one["id"] == "input")["values"])
    typed[5] = 9
    assert edited_text(shown, scene, "input", typed) == "9 6\n7 8"
    assert edited_text(shown, scene, "kernel", [1, 2, 3, 0.5]) == "1 2\n3 0.5"


def test_the_code_on_the_page_is_the_code_that_ran():
    app = open_page("transposed_convolution")
    program = next(one.value for one in app.code if "conv_transpose2d" in one.value)
    variables = {}
    exec(program, variables)
    assert variables["output"].flatten().tolist() == values(scenes(app)[0])


@pytest.mark.parametrize("stem", ["bilinear", "max_unpooling"])
def test_what_can_be_taken_away_of_a_case(stem):
    stage = "bl_stage" if stem == "bilinear" else "mu_stage"
    app = open_page(stem)
    (row,) = [one for one in app.get("button_group") if one.key == f"{stage}_take"]
    assert [one.content for one in row.proto.options] == ["torch function", *DIALECTS, "Download", "Link"]
    shown = {}
    for name in ("torch function", *DIALECTS):
        app.session_state[f"{stage}_take"] = name
        app.run()
        shown[name] = "".join(one.value for one in app.code)
        assert not app.get("download_button")
    assert "import numpy" in shown["numpy loop"] and "import jax" in shown["JAX"] and len(set(shown.values())) >= 5
    app.session_state[f"{stage}_take"] = FILES
    app.run()
    assert len(app.get("download_button")) == 3 and not app.code
    app.session_state[f"{stage}_take"] = LINK
    app.run()
    assert any(one.proto.component_name == "address_bar" for one in app.get("bidi_component"))
    assert app.button(key=f"{stage}_class") and not app.get("download_button")


def test_an_example_is_chosen_after_a_setting_that_is_none_of_its_own():
    app = open_page("transposed_convolution", sz_p="0", tc_stride="3")
    app.selectbox(key="tc_example").set_value("demystified").run()
    assert [one.value for one in app.exception] == []
    assert app.query_params == {"sz_p": "0", "tc_example": "demystified"}
    assert app.selectbox(key="sz_p").value == "0"


@pytest.mark.parametrize(("old", "texts", "new"), [("7", "2 4 8", "8"), ("1", "8 4 2", "2"), ("2x1", "4 2", "4")])
def test_a_number_that_has_become_impossible_makes_room_for_the_nearest(old: str, texts: str, new: str):
    assert nearest(old, texts.split()) == new
