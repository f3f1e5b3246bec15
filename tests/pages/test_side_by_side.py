"""The side-by-side page: the photos under one lens, nine tiles and the table, for both factors."""

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explainer.examples.grids import read_grid
from explainer.experiments.lineup import CONTESTANTS, properties
from explainer.segmentation.samples import samples
from explainer.ui.lineup import DEFAULT, WINDOW, most_to_see, pixels, square
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


def test_the_table_says_what_the_matrices_do():
    """By hand for three: bed of nails fills in zeros, nearest neighbor copies, max pooling drops three of four."""
    rows = {row["Upsampler"]: row for row in open_page().table[0].value.to_dict("records")}
    told = {name: [row["Keeps a constant"], row["Input recovered"][:3], row["Matrix"]] for name, row in rows.items()}
    assert told["Bed of nails"] == ["no", "yes", "fixed"]
    assert told["Nearest neighbor"] == ["yes", "yes", "fixed"]
    assert told["Max unpooling"][2] == "follows the data"
    for contestant in CONTESTANTS:
        found = properties(contestant, torch.tensor(read_grid(DEFAULT, 4, 4), dtype=torch.float64), 2)
        outputs, inputs = found.matrix.shape
        row = rows[contestant.name]
        assert row["Learned"] == str(contestant.learned(2))
        assert row["Rank / inputs"] == f"{int(torch.linalg.matrix_rank(found.matrix))} / {inputs}"
        assert (row["Input recovered"] != "no") == (int(torch.linalg.matrix_rank(found.matrix)) == inputs)
        constant = torch.allclose(found.matrix.sum(1), torch.ones(outputs, dtype=torch.float64))
        assert row["Keeps a constant"] == ("yes" if constant else "no")


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


@pytest.mark.parametrize("name", [one.name for one in samples()])
def test_the_lens_starts_where_there_is_something_to_see(name):
    """No window of the photo differs more in itself; at one place for all it lay on black fur and on empty sky."""
    photo = pixels(square(name))
    left, top = most_to_see(photo)
    gray = photo.mean(2)
    spread = gray[top : top + WINDOW, left : left + WINDOW].std()
    assert spread > 30
    others = [gray[y : y + WINDOW, x : x + WINDOW].std() for y in range(0, 126, 9) for x in range(0, 126, 9)]
    assert spread >= max(others)
