"""The side-by-side page: the photos under one lens, nine tiles and the table, for both factors."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explainer.experiments.lineup import CONTESTANTS
from tests.components import components_of, data_of

APP = Path(__file__).parents[2] / "streamlit_app.py"


def open_page(**url: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60).run()
    for name, value in url.items():
        at.query_params[name] = value
    return at.switch_page("pages/side_by_side.py").run()


@pytest.mark.parametrize("factor", ["2", "3"])
def test_all_tiles_pictures_and_rows_are_there(factor):
    at = open_page()
    at.selectbox(key="ss_factor").set_value(factor).run()
    assert not at.exception
    assert len(at.get("image")) == len(CONTESTANTS)
    pictures = data_of(components_of(at)[0])["pictures"]
    assert len(pictures) == len(CONTESTANTS) + 4
    assert all(one["uri"].startswith("data:image/png") and one["alt"] for one in pictures)
    # Pixel shuffle is the original again, and stamping ones is nearest neighbor.
    assert len({one["uri"] for one in pictures}) == len(pictures) - 2
    table = at.table[0].value
    assert list(table["Upsampler"])[: len(CONTESTANTS)] == [one.name for one in CONTESTANTS]
    assert set(table["Output"][: len(CONTESTANTS)]) == {f"{2 * int(factor)} × {2 * int(factor)}"}
    assert {one["title"] for one in pictures if one["note"] == "nothing lost"} == {"Pixel shuffle"}


def test_another_input_changes_the_maps():
    at = open_page()
    at.text_area(key="ss_input").set_value("1 2 3").run()
    assert not at.exception
    assert at.table[0].value["Rank / inputs"][0] == "3 / 3"


def test_an_unreadable_input_gets_a_sentence():
    at = open_page()
    at.text_area(key="ss_input").set_value("1 2 3 4 5").run()
    assert not at.exception
    assert any("at most 4" in note.value for note in at.warning)


def test_a_bad_link_gets_a_notice():
    at = open_page(ss_photo="nobody")
    assert not at.exception
    assert any("nobody" in note.value for note in at.warning)
