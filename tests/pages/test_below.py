"""What stands below a figure: one text with source, story and sizes, the proofs quoted behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from explainer import raster
from explainer.dialects import snippets
from explainer.dialects.writing import Snippet
from explainer.examples.cases import read_case
from explainer.examples.table import find_example
from explainer.operators.notation import program
from explainer.ui import stage
from explainer.ui.below import CHANGED, FILES
from tests.pages.operator_page import open_page


def text_of(stem: str, **query: str) -> str:
    """The text below the first figure of a page."""
    (found,) = (one.value for one in open_page(stem, **query).markdown if "Checked just now" in one.value)
    return str(found)


def test_source_story_sizes_and_proofs_stand_there_in_this_order() -> None:
    example = find_example("arith-numbers-strided")
    source, story, heading, *rest = text_of("strided_convolution", cv_example=example.slug).split("\n\n")
    assert source == f":small[**{example.title}.** {example.note} *Source: {example.source}.*]"
    assert story.startswith("A kernel slides over the :blue[input].")
    assert heading == "**The size**"
    formulas, quoted = rest[:-1], rest[-1]
    assert all(one.startswith("$$\n") and one.endswith("\n$$") for one in formulas)
    assert ["H_{out}" in formulas[0], "W_{out}" in formulas[-1]] == [True, True]
    assert quoted.startswith("> **Checked just now, in float64**\n>\n> ")


@pytest.mark.parametrize(
    ("stem", "key", "other"),
    [
        ("transposed_convolution", "tc_padding", "0"),
        ("max_unpooling", "mu_padding", "1"),
        # What the example's case leaves out counts, too.
        ("strided_convolution", "cv_padding_mode", "reflect"),
        ("nearest_neighbor", "nn_size", "5"),
        ("channels", "ch_bias", "1×2×3"),
    ],
)
def test_an_examples_words_are_not_said_of_what_the_visitor_made_of_it(stem: str, key: str, other: str) -> None:
    def told() -> bool:
        return any(CHANGED in one.value for one in app.markdown)

    app = open_page(stem)
    own = app.selectbox(key=key).value
    assert own != other and not told()
    app.selectbox(key=key).set_value(other).run()
    assert told()
    app.selectbox(key=key).set_value(own).run()
    assert not told()
    app = open_page(stem, **{key: other})
    assert told(), "a link may bring other settings along"


@pytest.mark.parametrize("stem", ["transposed_convolution", "max_unpooling", "bilinear"])
def test_each_proof_is_a_paragraph_of_the_quotation(stem: str) -> None:
    quoted = text_of(stem).split("\n\n")[-1]
    lines = quoted.split("\n")
    assert all(line.startswith(">") for line in lines)
    claims = quoted.split("\n>\n")[1:]
    assert len(claims) > 1
    assert all(one.startswith("> :green[") and one.count("largest difference") == 1 for one in claims)


@pytest.mark.parametrize(
    ("stem", "key", "other", "example"),
    [
        ("strided_convolution", "cv_padding_mode", "reflect", "arith-odd"),
        ("bilinear", "bl_size", "7", "upsample-aligned"),
        ("channels", "ch_bias", "1×2×3", "axes-swapped"),
    ],
)
def test_a_chosen_example_is_shown_as_it_was_published(stem: str, key: str, other: str, example: str) -> None:
    """A setting that its case leaves out goes back, too: a border that stayed made other numbers of it."""
    app = open_page(stem)
    own = app.selectbox(key=key).value
    app.selectbox(key=key).set_value(other).run()
    app.selectbox(key=f"{key.split('_')[0]}_example").set_value(example).run()
    assert app.selectbox(key=key).value == own and not app.warning
    assert not any(CHANGED in one.value for one in app.markdown)


def test_the_case_is_given_away_in_every_framework_and_as_files() -> None:
    example = find_example("arith-numbers-strided")
    problem = read_case(example.case)
    app = open_page("strided_convolution", cv_example=example.slug)
    (choice,) = [one for one in app.segmented_control if str(one.key).endswith("_take")]
    written = {"torch function": Snippet(program(problem.input, problem.op.code(problem.input)))}
    written |= snippets(problem.op, problem.input)
    assert choice.options == [*written, "Download", "Link"]
    for name, snippet in written.items():
        app.segmented_control(key=choice.key).set_value(name).run()
        assert [one.value for one in app.code] == [snippet.code]
        assert not snippet.note or snippet.note in [one.value for one in app.caption]
    app.segmented_control(key=choice.key).set_value(FILES).run()
    labels = [one.label for one in app.get("download_button")]
    assert labels == ["Animation (GIF)", "Picture of step 1 (PNG)", "Offline page (HTML)"] and not app.code


def test_files_show_the_reading_that_is_on_the_stage_and_say_of_which_step(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Callable[[], Any]] = {}
    drawn: list[tuple[Any, ...]] = []
    monkeypatch.setattr(stage.st, "download_button", lambda label, make, *_, **__: made.update({label: make}))
    monkeypatch.setattr(raster, "to_gif", lambda _, order, view: drawn.append((order, view)))
    monkeypatch.setattr(raster, "to_png", lambda _, step, order, view: drawn.append((step, order, view)))
    app = open_page("nearest_neighbor", nn_stage_order="gather", nn_stage_step="7", nn_stage_view="matrix")
    app.segmented_control(key="nn_stage_take").set_value(FILES).run()
    made["Animation (GIF)"]()
    made["Picture of step 7 (PNG)"]()
    assert drawn == [("gather", "matrix"), (6, "gather", "matrix")]
