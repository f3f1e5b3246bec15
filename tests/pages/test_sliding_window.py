"""The sliding-window page: both ways agree inside, for each patch that covers the receptive field."""

import re
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from explainer.experiments.dense import PATCH_SIDES
from explainer.palette import PALETTE
from explainer.ui.window import SIDE, STEPS, Choice, compared, spread, with_patches
from tests.components import components_of, data_of

APP = Path(__file__).parents[2] / "streamlit_app.py"


def open_page(**url: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in url.items():
        at.query_params[name] = value
    return at.run().switch_page("pages/sliding_window.py").run()


def row(at: AppTest, label: str) -> list[str]:
    """The numbers beside a label, in the table or the list of what is measured."""
    lines = [line for block in at.markdown for line in block.value.splitlines() if label in line and "**" in line]
    return re.findall(r"\*\*(.+?)\*\*", lines[0])


def test_it_agrees_inside_and_costs_more():
    at = open_page()
    assert not at.exception
    assert row(at, "| Agree")[1] == "100.0%"
    assert float(row(at, "Largest difference |")[1]) < 1e-4
    assert float(row(at, "> Multiply-adds")[0].split()[0]) > 5
    found = compared(Choice("astronaut", SIDE, STEPS[0]))
    assert row(at, "| Agree")[0] == f"{found.agreement.mean():.1%}" != "100.0%"
    assert row(at, "Largest difference |")[0] == f"{found.difference.max():.2g}"
    assert len(at.get("plotly_chart")) == 2


def test_the_window_knows_every_place_for_every_side():
    data = data_of(components_of(open_page())[0])
    assert [one["side"] for one in data["sides"]] == list(PATCH_SIDES)
    assert all(len(one["labels"]) == data["rows"] * data["columns"] for one in data["sides"])
    shares = [one["agree"] for one in data["sides"]]
    assert shares[0] < shares[-1]
    known = {str(label) for one in data["sides"] for label in one["labels"]}
    assert known <= set(data["names"]) == set(data["colors"])
    assert data["names"]["0"] == "something else", "beside sky and grass there is no background"


def test_four_neighboring_patches_are_drawn_each_around_its_place():
    drawn = with_patches(np.zeros((96, 160, 3), np.uint8), Choice("any", 33, 16))
    accent = np.array([int(PALETTE["dark"]["accent"][at : at + 2], 16) for at in (1, 3, 5)])
    lit = (drawn == accent).all(2)
    for y, x in ((48, 80), (48, 96), (32, 80), (32, 96)):
        assert lit[y, x] and lit[y - 16 : y + 17, [x - 16, x + 16]].all()
        assert lit[[y - 16, y + 16], x - 16 : x + 17].all()
    assert lit[:16].sum() == lit[65:].sum() == lit[:, :64].sum() == lit[:, 113:].sum() == 0


def test_every_pixel_takes_the_label_of_the_place_nearest_to_it():
    full = spread(np.array([[1, 2], [3, 4]], np.uint8), (10, 12), 8)
    assert full[:, 0].tolist() == [1] * 5 + [3] * 5 and full[9].tolist() == [3] * 5 + [4] * 7


def test_small_patches_are_off_by_something():
    at = open_page()
    at.selectbox(key="sw_side").set_value("17")
    at.selectbox(key="sw_step").set_value("32").run()
    assert not at.exception
    assert float(row(at, "Largest difference |")[1]) > 1e-3
    assert any("smaller than that" in block.value for block in at.markdown)


def test_a_link_with_a_wrong_photo_gets_a_notice():
    at = open_page(sw_photo="nobody")
    assert not at.exception
    assert any("nobody" in note.value for note in at.warning)
