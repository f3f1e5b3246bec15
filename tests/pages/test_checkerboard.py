"""The checkerboard page: every example, every kernel and stride, and proofs that hold."""

import pytest
from streamlit.testing.v1 import AppTest

from explainer.examples.table import examples_of
from explainer.experiments.overlap import METHODS, shares
from explainer.quantities import percent
from explainer.ui.overlap import LEAST, fits
from tests.components import components_of, proofs

SLUGS = [example.slug for example in examples_of("checkerboard")]


def open_page(**url: str) -> AppTest:
    at = AppTest.from_string(
        "from explainer.ui.frame import show_frame\nshow_frame('checkerboard')", default_timeout=60
    )
    for name, value in url.items():
        at.query_params[name] = value
    return at.run()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_example_is_played_and_matches_its_source(slug):
    at = open_page(cb_example=slug)
    assert at.selectbox(key="cb_example").value == slug
    assert not at.exception
    assert len(components_of(at)) == 1
    assert all(":green[" in line for line in proofs(at)) and len(proofs(at)) >= 2


def test_the_three_stacked_layers_are_offered():
    assert "distill-stacked" in SLUGS


@pytest.mark.parametrize(("k", "s", "word"), [("4", "2", "Even"), ("3", "2", "Uneven"), ("2", "3", "Holes")])
def test_the_verdict_follows_kernel_and_stride(k, s, word):
    at = open_page()
    at.select_slider(key="cb_k").set_value(k)
    at.select_slider(key="cb_s").set_value(s).run()
    assert not at.exception
    assert any(block.value.startswith(f"**{word}:**") for block in at.markdown)
    assert all(":green[" in line for line in proofs(at))


def test_up_to_three_layers_are_offered_where_the_picture_has_room_for_them():
    at = open_page()
    assert at.selectbox(key="cb_layers").options == ["1", "2", "3"]
    at.select_slider(key="cb_s").set_value("4").run()
    assert at.selectbox(key="cb_layers").options == ["1", "2"], "a third would be more than 120 pixels wide"


def test_charts_pictures_and_lesson_are_there():
    at = open_page()
    assert len(at.get("plotly_chart")) == 3
    assert len(at.table) == 1
    assert any("multiple of the stride" in block.value for block in at.markdown)


def test_the_remedies_table_has_each_share_in_its_column():
    rows = open_page().table[0].value.to_dict("records")
    assert [row["Layer"] for row in rows] == [method.name for method in METHODS]
    for method, row, (_, wrong) in zip(METHODS, rows, fits(), strict=True):
        found = shares(method, 1)
        for name, column in (("equal", "Equal weights"), ("random", "Random weights"), ("start", "Careful start")):
            assert row[column] == (percent(found[name], LEAST) if name in found else "–")
        assert row["Error after training"] == percent(wrong, LEAST)
    assert len({tuple(row.values())[1:] for row in rows}) > 1 and any(row["Equal weights"] == "0%" for row in rows)


@pytest.mark.parametrize(("name", "label"), [("cb_k", "Kernel k"), ("cb_draw", "Draw the weights again")])
def test_a_bad_link_gets_a_notice(name, label):
    at = open_page(**{name: "99"})
    assert not at.exception
    assert any(label in note.value and "99" in note.value for note in at.warning)


def test_the_stacked_layers_are_counted_one_by_one():
    at = open_page()
    at.selectbox(key="cb_example").set_value("distill-stacked").run()
    assert any("1 1 2 1 3 2 3 1" in block.value for block in at.markdown)
