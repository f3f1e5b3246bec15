"""The page on what the indices carry, through AppTest: links, the visitor's own photo, the files, the comparison."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explainer.experiments.beside import Contestant
from explainer.experiments.indices import Journey, unpooled
from explainer.quantities import percent
from explainer.segmentation.networks import deconvnet
from explainer.ui.indices import figure
from explainer.ui.indices.below import TEST_PART, TITLES, table_row
from explainer.ui.indices.files import make_files
from explainer.ui.indices.sheet import rows_of
from explainer.ui.photo.intake import sample_photo
from explainer.ui.photo.labelled import ShownPhoto
from tests.pages.photo_page import components, upload
from tests.threads import one_thread

FRAME = "from explainer.ui.frame import show_frame\nshow_frame('deconvnet')"
quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


def open_page(**url: str) -> AppTest:
    at = AppTest.from_string(FRAME, default_timeout=180)
    for name, value in url.items():
        at.query_params[name] = value
    return at.run()


def figure_of(at: AppTest) -> dict[str, Any]:
    return next(one for one in components(at) if "poolings" in one)


def decoded(packed: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["numbers"]), "<i2") * packed["unit"]


def journey(name: str, other: str) -> Journey:
    found = figure.SAMPLES.get((f"sample:{name}", "indices", "journey", f"sample:{other}"))
    assert isinstance(found, Journey)
    return found


def test_the_link_is_the_photo_and_the_figure_holds_torchs_numbers():
    at = open_page(dn_photo="Street", dn_other="Cat", dn_way="nails", dn_at="3-4")
    assert not at.exception and not at.warning
    data, found = figure_of(at), journey("street", "chelsea")
    assert [one["name"] for one in data["ways"]] == ["own", "nails", "nearest", "other"]
    for level, (one, pooling) in enumerate(zip(data["poolings"], found.poolings, strict=True)):
        assert (one["channel"], one["height"], one["width"]) == (pooling.channel, *pooling.before.shape)
        most = float(np.abs(pooling.before).max())
        assert np.abs(decoded(one["before"]) - pooling.before.ravel()).max() <= most / 32767
        kept = np.frombuffer(base64.b64decode(one["kept"]), np.uint8)
        assert kept.tolist() == pooling.kept.ravel().tolist()
        nails = np.frombuffer(base64.b64decode(data["ways"][1]["rises"][level]["put"]), np.uint8)
        assert not nails.any()
    said = next(one.value for one in at.markdown if "On this photo bed of nails" in one.value)
    nails, nearest, other = (f"**{percent(one.same)}**" for one in found.ways[1:])
    assert f"bed of nails leaves {nails} of the pixels with the same name, nearest neighbor {nearest}, another" in said
    assert f"photo's indices {other}." in said and len({nails, nearest, other}) == 3


def test_a_link_that_asks_for_what_there_is_not_is_told():
    at = open_page(dn_photo="Mouse", dn_way="skip", dn_other="Horses", dn_more="Story")  # Horses are not the other one
    assert not at.exception and figure_of(at)["width"] == 160
    for name in ("Mouse", "skip", "Horses", "Story"):
        assert any(f"'{name}'" in one.value for one in at.warning), name


def test_a_visitors_photo_stays_in_the_session():
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(5).integers(0, 255, (90, 120, 3), np.uint8)).save(file, "PNG")
    at = upload(open_page(), file.getvalue())
    assert not at.exception
    assert (figure_of(at)["height"], figure_of(at)["width"]) == (128, 160)
    assert all(str(key[0]).startswith("sample:") for key in figure.SAMPLES.held())
    assert any(key[1:3] == ("indices", "journey") for key in at.session_state["yp_results"].held())
    at.button[0].click().run()
    assert figure_of(at)["width"] == 160 and figure_of(at)["height"] == 96


def test_the_validations_numbers_stand_in_their_columns():
    """The file that was measured, percent by percent; its three columns differ."""
    rows = open_page(dn_more=TITLES[0]).table[0].value.to_dict("records")
    measured = json.loads(TEST_PART.read_text(encoding="utf-8"))["networks"]
    assert [row["Unpooling"] for row in rows][:2] == ["This photo's indices", "Bed of nails"]
    for row, one in zip(rows, measured.values(), strict=True):
        columns = {"Mean IoU": "mean IoU", "Pixels right": "pixels", "Near outlines": "near outlines"}
        assert {title: row[title] for title in columns} == {
            title: percent(one[name]) for title, name in columns.items()
        }


def test_a_networks_numbers_stand_in_their_columns():
    one = Contestant("a", 96, 160, 1_500_000, 2_000_000_000, 12.34, np.zeros((1, 1), np.uint8), 0.4, 0.9)
    assert table_row(one) == {
        "Network": "a", "Input": "96 × 160", "Parameters": "1.5 million", "Multiply-adds": "2 billion",
        "Time": "12.3 ms", "Near the outlines": "40%", "Away from them": "90%",
    }  # fmt: skip


def test_both_networks_are_counted_and_timed():
    at = open_page(dn_more=TITLES[1])
    assert not at.exception
    rows, tiles = figure.SAMPLES.get(("sample:horses", "indices", "beside"))
    assert all(isinstance(one, Contestant) for one in rows) and len(tiles) == 3
    mine, same, own = rows
    assert mine.parameters == sum(one.numel() for one in deconvnet().parameters())
    assert own.near == own.away == 1 > mine.near and min(one.milliseconds for one in rows) > 0
    assert (mine.height, mine.width, same.height, same.width) == (96, 160, 97, 161)
    assert own.parameters == same.parameters and own.multiply_adds > 8 * same.multiply_adds
    assert table_row(own)["Near the outlines"].startswith("100")


def test_the_files_hold_what_is_shown_and_the_program_finds_the_same(capsys):
    at = open_page(dn_more=TITLES[2])
    assert not at.exception
    (files,) = [one["files"] for one in components(at) if "files" in one]
    content = {one["name"]: base64.b64decode(one["content"]) for one in files}
    assert Image.open(io.BytesIO(content["indices.png"])).width == 1600
    found = journey("horses", "castle")
    told = json.loads(content["indices.json"])
    assert told["poolings"][4]["kept"] == found.poolings[4].kept.tolist()
    assert np.array(told["ways"][0]["labels"]).tolist() == found.ways[0].labels.tolist()
    (own, nails, *_) = list(csv.DictReader(io.StringIO(content["indices.csv"].decode())))
    assert own["named alike"] == "1.0000" and nails["named alike"] == f"{found.ways[1].same:.4f}"
    exec(compile(content["indices.py"].decode(), "indices.py", "exec"), {})
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in printed] == ["own", "nails", "nearest", "other"]
    for line, way in zip(printed, found.ways, strict=True):
        assert float(line[1]) == pytest.approx(way.same, abs=2e-3)
    assert unpooled(found.ways[0].rises[0]).shape == found.photo.shape[:2]


def test_the_sheet_names_the_channel_and_the_size_of_each_map_that_it_shows():
    open_page()
    found = journey("horses", "castle")
    (_, before), (_, put), (_, grown) = [(pictures, words) for pictures, words in rows_of(found)[1:]]
    for level, (pooling, rise) in enumerate(zip(found.poolings, found.ways[0].rises, strict=True)):
        size = " × ".join(map(str, pooling.before.shape))
        for words, channel in ((before, pooling.channel), (put, pooling.channel), (grown, rise.grown_channel)):
            assert words[level][1] == f"channel {channel}, {size}"
    assert [one.grown_channel for one in found.ways[0].rises] != [one.channel for one in found.poolings]


def test_a_visitors_program_asks_for_a_file_of_their_own():
    open_page()
    mine = ShownPhoto("0" * 64, "Photo 1", sample_photo("dog").rgb, 8, 8, 0.0)
    other = sample_photo("castle")
    files = make_files(mine, other, journey("horses", "castle"))
    program = base64.b64decode(files[3]["content"]).decode()
    assert 'read_photo(Path("photo.jpg").read_bytes())' in program and "0000" not in program
    compile(program, "indices.py", "exec")
