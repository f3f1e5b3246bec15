"""The checkerboard page: every example, every kernel and stride, and proofs that hold."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explainer.examples import examples_of

APP = Path(__file__).parents[2] / "streamlit_app.py"
SLUGS = [example.slug for example in examples_of("checkerboard")]


def open_page(**url: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60).run()
    for name, value in url.items():
        at.query_params[name] = value
    return at.switch_page("pages/checkerboard.py").run()


def proofs(at: AppTest) -> list[str]:
    return [block.value for block in at.markdown if "largest difference" in block.value]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_example_is_played_and_matches_its_source(slug):
    at = open_page()
    at.selectbox(key="cb_example").set_value(slug).run()
    assert not at.exception
    assert len(at.get("bidi_component")) == 1
    assert all(":green[" in line for line in proofs(at)) and len(proofs(at)) >= 2


def test_the_three_stacked_layers_are_offered():
    assert "distill-stacked" in SLUGS


@pytest.mark.parametrize(("k", "s", "word"), [("4", "2", "Even"), ("3", "2", "Uneven"), ("2", "3", "Holes")])
def test_the_verdict_follows_kernel_and_stride(k, s, word):
    at = open_page()
    at.selectbox(key="cb_k").set_value(k)
    at.selectbox(key="cb_s").set_value(s).run()
    assert not at.exception
    assert any(block.value.startswith(f"**{word}:**") for block in at.markdown)
    assert all(":green[" in line for line in proofs(at))


def test_charts_pictures_and_lesson_are_there():
    at = open_page()
    assert len(at.get("plotly_chart")) == 3
    assert len(at.table) == 1
    assert any("no multiple of the stride" in block.value for block in at.markdown)
