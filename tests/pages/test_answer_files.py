"""The files of an answer on the photo page: labels, shares, the figure for slides."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from explainer.photos import read_photo
from explainer.segmentation import takeaway
from explainer.segmentation.inference import predict
from explainer.segmentation.samples import sample
from explainer.ui.photo import files
from explainer.ui.photo.labelled import Request, ShownPhoto
from tests.threads import one_thread

quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


@pytest.mark.parametrize("crf", [True, False])
def test_the_file_of_a_large_photo_has_the_outlines_that_are_shown(crf):
    rgb = read_photo(sample("chelsea").path.read_bytes()).rgb
    photo = ShownPhoto("large", "A large photo", rgb, 902, 600, 0)
    answer = SimpleNamespace(labels=np.zeros((300, 451), np.uint8))
    found = files.full_labels(photo, Request("fcn8s", 129, "cpu", "all", crf), answer)
    own = predict(rgb, "fcn8s", 129, "cpu", label_size=(600, 902), crf=crf).labels
    np.testing.assert_array_equal(found, own)


@pytest.mark.parametrize(("crf", "maps"), [(True, ()), (False, ()), (False, None)])
def test_a_figure_for_slides_names_both_looks_and_the_crf_that_drew_it(monkeypatch, crf, maps):
    notes = []
    monkeypatch.setattr(takeaway, "figure_png", lambda *given: notes.append(given[3]) or b"")
    photo = ShownPhoto("small", "A photo", np.zeros((4, 6, 3), np.uint8), 6, 4, 0)
    answer = SimpleNamespace(
        labels=np.zeros((4, 6), np.uint8), confidence={}, working_size=(353, 513), classes="all", crf=crf, maps=maps
    )
    files.make_files(photo, Request("fcn8s", 513, "cpu", "all", crf), answer, [])
    looks = "" if maps is None else ", as it is and mirrored"
    assert f"FCN-8s (bundled), seen at 513 x 353{looks}. " in notes[0] and ("CRF" in notes[0]) == crf


def test_the_files_hold_the_labels_shares_and_confidences_of_the_answer():
    labels = np.array([[8, 8, 8, 0], [8, 12, 0, 0]], np.uint8)
    photo = ShownPhoto("small", "A photo", np.full((2, 4, 3), 99, np.uint8), 4, 2, 0)
    answer = SimpleNamespace(
        labels=labels, confidence={8: 0.75, 0: 0.5}, working_size=(33, 65), classes="all", crf=False, maps=None
    )
    made = files.make_files(photo, Request("fcn8s", 65, "cpu", "all", False), answer, [])
    content = {one["name"]: base64.b64decode(one["content"]) for one in made}
    assert content["classes.csv"].decode().splitlines() == [
        "id,class,share,mean_confidence", "8,cat,0.500000,0.7500", "0,background,0.375000,0.5000", "12,dog,0.125000,",
    ]  # fmt: skip
    with Image.open(io.BytesIO(content["labels.png"])) as drawn:
        assert drawn.mode == "P" and np.asarray(drawn).tolist() == labels.tolist()
    with Image.open(io.BytesIO(content["overlay.png"])) as drawn:
        assert (np.asarray(drawn)[labels == 0] == 99).all() and (np.asarray(drawn)[labels > 0] != 99).any(1).all()
    assert [one["label"] for one in made] == [
        "Label map (PNG)", "Overlay (PNG)", "Figure for slides (PNG)", "Class shares (CSV)",
    ]  # fmt: skip
