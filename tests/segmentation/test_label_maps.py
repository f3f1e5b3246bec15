"""Label maps to shares, overlays and palette PNGs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explainer.segmentation.classes import VOC_COLORS
from explainer.segmentation.label_maps import (
    class_differences,
    class_shares,
    labels_png,
    largest_exchange,
    outline,
    overlay,
    shrink,
)
from explainer.segmentation.prediction import Prediction, mean_confidence

LABELS = np.array([[0, 0, 0, 15], [0, 0, 8, 15]], np.uint8)


def test_shares_are_sorted_and_sum_to_one() -> None:
    shares = class_shares(LABELS)
    assert [(s.class_id, s.name, s.share, s.pixels) for s in shares] == [
        (0, "background", 0.625, 5),
        (15, "person", 0.25, 2),
        (8, "cat", 0.125, 1),
    ]


def test_the_palette_png_holds_the_ids_themselves() -> None:
    labels = np.arange(28, dtype=np.uint8).reshape(4, 7)
    with Image.open(io.BytesIO(labels_png(labels))) as image:
        assert image.mode == "P"
        assert (np.asarray(image) == labels).all()
        assert (np.asarray(image.convert("RGB")) == np.asarray(VOC_COLORS, np.uint8)[labels]).all()


def test_overlay_mixes_where_something_is_and_keeps_the_background() -> None:
    rgb = np.full((2, 4, 3), 100, np.uint8)
    mixed = overlay(rgb, LABELS, alpha=0.5)
    assert (mixed[0, 0] == 100).all()
    assert mixed[0, 3].tolist() == [170, 133, 140]
    assert overlay(rgb, LABELS, 0.5, background=True)[0, 0].tolist() == [50, 50, 50]
    assert (overlay(rgb, LABELS, 0.0) == rgb).all()
    assert overlay(rgb, LABELS, 1.0)[0, 3].tolist() == [240, 165, 180]


def test_overlay_says_what_does_not_fit() -> None:
    rgb = np.zeros((2, 3, 3), np.uint8)
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        overlay(rgb, LABELS)
    with pytest.raises(ValueError, match=r"1\.5"):
        overlay(np.zeros((2, 4, 3), np.uint8), LABELS, 1.5)


def test_outline_marks_changes_to_the_right_and_below() -> None:
    assert outline(LABELS).astype(int).tolist() == [[0, 0, 1, 0], [0, 1, 1, 0]]


def test_shrink_picks_labels_and_never_mixes_them() -> None:
    large = LABELS.repeat(3, 0).repeat(3, 1)
    assert (shrink(large, (2, 4)) == LABELS).all()
    assert shrink(LABELS, (2, 4)) is LABELS


def test_mean_confidence_is_of_the_pixels_a_class_wins() -> None:
    probabilities = np.zeros((21, 1, 2), np.float32)
    probabilities[0, 0], probabilities[15, 0] = (0.9, 0.3), (0.1, 0.7)
    scores = np.log(probabilities + 1e-9)
    prediction = Prediction("x", "CPU", LABELS, scores, None, {"network": 2.0, "labels": 1.0})
    assert mean_confidence(prediction) == pytest.approx({0: 0.9, 15: 0.7}, abs=1e-4)
    assert prediction.working_size == (1, 2)
    assert prediction.total_ms == 3.0


def test_two_label_maps_are_compared_class_by_class() -> None:
    other = np.array([[0, 0, 0, 15], [12, 12, 12, 15]], np.uint8)
    rows = {one.class_id: one for one in class_differences(LABELS, other)}
    assert list(rows) == [12, 0, 8, 15]
    assert (rows[0].first, rows[0].second, rows[0].overlap) == (5 / 8, 3 / 8, 3 / 5)
    assert (rows[15].first, rows[15].second, rows[15].overlap) == (2 / 8, 2 / 8, 1)
    assert (rows[8].second, rows[8].overlap) == (0, 0)
    assert largest_exchange(LABELS, other) == (0, 12, 2 / 8)
    assert largest_exchange(LABELS, LABELS) is None
    with pytest.raises(ValueError, match="equal"):
        class_differences(LABELS, other[:, :2])


def test_an_outline_is_what_differs_from_its_right_or_lower_neighbor():
    labels = np.zeros((4, 5), np.uint8)
    labels[2:, 3:] = 8
    drawn = ["".join(".#"[one] for one in row) for row in outline(labels).astype(int)]
    assert drawn == [".....", "...##", "..#..", "..#.."]
