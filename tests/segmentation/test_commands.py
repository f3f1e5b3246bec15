"""What the command line's `segment` and `fetch` do."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explainer.__main__ import main
from explainer.photos import read_photo
from explainer.segmentation import commands, inference, networks
from explainer.segmentation.commands import fetch_model, model_names, segment_photos
from explainer.segmentation.inference import predict
from explainer.segmentation.samples import sample
from explainer.segmentation.weights import WeightsError
from tests.photo_corpus import corpus
from tests.photo_files import encode, quarters


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The JSON objects printed so far."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_photo_gives_a_line_a_label_map_and_an_overlay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sample("chelsea").path
    assert segment_photos([path], tmp_path / "new" / "out", "fcn8s", "cpu") == 0
    (line,) = lines(capsys)
    assert (line["file"], line["model"], line["width"], line["height"]) == (str(path), "fcn8s", 451, 300)
    assert "CPU" in line["device"] and line["milliseconds"] > 0
    assert sum(one["share"] for one in line["classes"]) == pytest.approx(1, abs=1e-4)
    assert {"id": 8, "name": "cat"}.items() <= max(line["classes"], key=lambda one: one["share"]).items()
    with Image.open(tmp_path / "new" / "out" / "chelsea.labels.png") as labels:
        assert labels.mode == "P" and labels.size == (451, 300)
        found = np.unique(np.asarray(labels)).tolist()
    assert found == sorted(one["id"] for one in line["classes"])
    with Image.open(tmp_path / "new" / "out" / "chelsea.overlay.png") as overlay:
        assert overlay.mode == "RGB" and overlay.size == (451, 300)


def test_the_line_says_which_objects_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert segment_photos([sample("castle").path, sample("coffee").path], tmp_path, "fcn8s", "cpu") == 0
    castle, coffee = lines(capsys)
    (boat,) = castle["left_out"]
    assert (boat["id"], boat["name"]) == (4, "boat") and 0.3 < boat["most_sure"] < 0.85
    assert 4 not in [one["id"] for one in castle["classes"]]
    assert coffee["left_out"] == []


def test_outlines_as_the_network_grows_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(sample("chelsea").path)
    for more in ([], ["--no-crf"]):
        assert main(["segment", path, "--out", str(tmp_path / str(len(more))), "--device", "cpu", *more]) == 0
    found = lines(capsys)
    assert [line["crf"] for line in found] == [True, False]
    for line in found:
        with Image.open(line["labels"]) as labels:
            np.testing.assert_array_equal(
                np.asarray(labels), predict(read_photo(sample("chelsea").path.read_bytes()).rgb, crf=line["crf"]).labels
            )


def test_vocs_classes_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sample("horses").path
    assert segment_photos([path], tmp_path, "fcn8s", "cpu", "all") == 0
    assert segment_photos([path], tmp_path, "fcn8s", "cpu", "voc21") == 0
    whole, voc = lines(capsys)
    assert (whole["class_set"], voc["class_set"]) == ("all", "voc21")
    assert {21, 23} <= {one["id"] for one in whole["classes"]}
    assert {one["id"] for one in voc["classes"]} <= set(range(21))
    with Image.open(voc["labels"]) as labels:
        assert np.asarray(labels).max() < 21
    assert segment_photos([path], tmp_path, "fcn8s", "cpu", "coco") == 2  # type: ignore[arg-type]
    assert "all, voc21" in capsys.readouterr().err


def test_a_bad_photo_is_reported_and_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = tmp_path / "bad.jpg", tmp_path / "good.png"
    bad.write_bytes(b"not a picture")
    good.write_bytes(encode(quarters(), "PNG"))
    status = segment_photos([bad, tmp_path / "none.jpg", tmp_path, good], tmp_path / "out", "fcn8s", "cpu")
    assert status == 1
    first, second, third, fourth = lines(capsys)
    assert "not a picture" in first["error"] and "No such file" in second["error"] and third["error"]
    assert "error" not in fourth
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["good.labels.png", "good.overlay.png"]


def test_a_huge_file_is_refused_before_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: Path) -> bytes:
        raise AssertionError("all of it in memory")

    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(201 * 2**20)  # a hole: nothing is written
    monkeypatch.setattr(Path, "read_bytes", read)
    assert segment_photos([huge], tmp_path / "out", "fcn8s", "cpu") == 1
    assert lines(capsys)[0]["error"] == "This file has 201 MB; at most 200 MB are accepted."


def test_photos_of_one_stem_do_not_overwrite_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = []
    for number, name in enumerate(("a/x.png", "b/x.png", "x.JPG", "x-2.png", "b/X.png")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode(quarters(40 + number, 40), "PNG"))
        paths.append(path)
    assert segment_photos(paths, tmp_path / "out", "fcn8s", "cpu") == 0
    printed = lines(capsys)
    files = [line["labels"] for line in printed] + [line["overlay"] for line in printed]
    assert len({one.lower() for one in files}) == 10, "also where a disk does not tell capitals"
    for line in printed:
        with Image.open(line["labels"]) as labels:
            assert labels.size == (line["width"], line["height"])


def test_labels_are_upright_and_of_full_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    path.write_bytes(encode(Image.new("RGB", (5000, 400), (90, 90, 90)), "JPEG", exif=exif.tobytes()))
    assert segment_photos([path], tmp_path, "fcn32s", "cpu") == 0
    (line,) = lines(capsys)
    assert (line["width"], line["height"]) == (400, 5000)
    with Image.open(line["labels"]) as labels:
        assert labels.size == (400, 5000)


@pytest.mark.parametrize(("model", "device"), [("fcn4s", "cpu"), ("fcn8s", "tpu")])
def test_a_wrong_name_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str, device: str
) -> None:
    assert segment_photos([sample("coffee").path], tmp_path, model, device) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and "allowed are" in captured.err


def test_weights_that_cannot_be_had_end_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: Any) -> None:
        raise WeightsError("There is no connection.")

    monkeypatch.setattr(networks, "torchvision_state", offline)
    assert segment_photos([sample("coffee").path], tmp_path, "fcn_resnet50", "cpu") == 1
    assert fetch_model("fcn_resnet50") == 1
    assert capsys.readouterr().err.count("There is no connection.") == 2


def test_a_folder_that_cannot_be_made_is_no_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    for command in (["segment", "x.jpg"], ["exercises"], ["render", "--all"]):
        assert main([*command, "--out", str(tmp_path / "file")]) == 1
        told = capsys.readouterr().err
        assert told.count("\n") == 1 and "Errno" not in told
    assert segment_photos([], tmp_path / "file") == 1
    assert capsys.readouterr().err == f"segment: {tmp_path / 'file'}: File exists\n"


def test_fetching_the_bundled_network_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch_model("fcn8s") == 0
    assert "comes with the app" in capsys.readouterr().out
    assert fetch_model("alexnet") == 2
    assert capsys.readouterr().err.startswith("fetch: got model 'alexnet'"), "one line, none before it"
    assert model_names()[0] == "fcn8s"


def test_the_whole_corpus_ends_as_it_should(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference, "predict", partial(inference.predict, long_side=129))
    cases = corpus()
    paths = []
    for number, case in enumerate(cases):
        paths.append(tmp_path / f"{number:03d}.jpg")
        paths[-1].write_bytes(case.data)
    assert segment_photos(paths, tmp_path / "out", "fcn32s", "cpu") == 1
    printed = lines(capsys)
    assert [line["file"] for line in printed] == [str(path) for path in paths]
    for case, line in zip(cases, printed, strict=True):
        # One's own computer may spend more memory on one's own file than a server on a visitor's.
        refused = case.error is not None and case.name != "81 megapixels in one bit"
        assert ("error" in line) == refused, (case.name, line)
        assert (case.notice is not None) == ("notices" in line), case.name
        if case.size is not None:
            assert (line["width"], line["height"]) == case.size, case.name
    written = len(list((tmp_path / "out").iterdir()))
    assert written == 2 * sum("error" not in line for line in printed)


def test_a_download_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A share where the server says how much comes, and what has come in any case."""
    commands._show_progress(1_500_000, 6_000_000)
    commands._show_progress(6_000_000, 6_000_000)
    commands._show_progress(1_500_000, 0)
    quarter, full, unknown = capsys.readouterr().err.split("\r")[1:]
    assert quarter == f"[{'#' * 7}{' ' * 23}]  25 % 1.5 MB"
    assert full == f"[{'#' * 30}] 100 % 6.0 MB"
    assert unknown == f"[{' ' * 30}]  1.5 MB"
