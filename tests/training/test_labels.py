"""What a mask's values allow, by subset; against small masks written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.labels import ALLOWED, DENIAL, GREEN, IGNORED, NO_OBJECT, UNKNOWN, contours, targets

FLAT = {
    # (a photo's name, its mask's value): the classes that are allowed, or what the pixel is
    ("voc_2007_1", 0): {0, 21, 22, 23, 24, 25, 26, 27},
    ("voc_2007_1", 15): {15},
    ("voc_2007_1", 255): "ignored",
    ("cocofull_1", 0): {0, 21, 22, 23, 24, 25, 26, 27},
    ("coco128_1", 255): "unknown",
    ("msrc_1", 0): {0},
    ("msrc_1", 22): {22},
    ("msrc_1", 255): "unknown",
    ("ade_1", 23): {23},
    ("lmf_1", 22): {22, 23},
    ("camvid_1", 22): {22, 23},
    ("camvid_1", 0): {0},
    ("cocostuff_1", 22): {22},
    ("cocoperson_1", 254): set(range(28)) - {15},
    ("cat_1", 254): set(range(28)) - {8},
    ("horse_1", 254): set(range(28)) - {13},
    ("sky_1", 254): set(range(28)) - {21},
}


@pytest.mark.parametrize(("name", "value"), FLAT)
def test_what_each_subset_means_by_a_value(name: str, value: int) -> None:
    (target,) = set(targets(name, np.full((4, 5), value, np.uint8)).ravel().tolist())
    expected = FLAT[name, value]
    if isinstance(expected, str):
        assert target == {"ignored": IGNORED, "unknown": UNKNOWN}[expected]
    else:
        assert set(np.flatnonzero(ALLOWED[target])) == expected


def test_polygons_have_no_say_along_their_outlines_and_masks_with_a_void_band_do() -> None:
    mask = np.zeros((5, 6), np.uint8)
    mask[:, 3:] = 15
    drawn = targets("cocofull_1", mask)
    assert drawn[0].tolist() == [NO_OBJECT, NO_OBJECT, IGNORED, IGNORED, 15, 15]
    assert targets("voc_1", mask)[0].tolist() == [NO_OBJECT] * 3 + [15] * 3
    assert targets("cocoperson_1", mask // 15 * 15 + (mask == 0) * np.uint8(254))[0, 0] == DENIAL[15]


def test_contours_are_both_sides_of_every_change() -> None:
    mask = np.zeros((4, 4), np.uint8)
    mask[1, 1] = 7
    assert contours(mask).astype(int).tolist() == [[0, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_a_value_that_nobody_explained_is_refused() -> None:
    with pytest.raises(ValueError, match="value 99"):
        targets("voc_1", np.full((2, 2), 99, np.uint8))
    with pytest.raises(ValueError, match="254"):
        targets("voc_1", np.full((2, 2), 254, np.uint8))


def test_no_two_targets_mean_the_same() -> None:
    assert len({row.tobytes() for row in ALLOWED}) == len(ALLOWED) < IGNORED
    assert ALLOWED[GREEN].sum() == 2
