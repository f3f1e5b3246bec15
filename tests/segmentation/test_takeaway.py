"""Files to take away: what stands in them, read back as somebody who opens them would."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explainer.segmentation.classes import CLASS_NAMES, SCREEN_COLORS
from explainer.segmentation.label_maps import outline
from explainer.segmentation.regions import regions
from explainer.segmentation.takeaway import animation_gif, figure_png, labelled, shares_csv

CAT, DOG = CLASS_NAMES.index("cat"), CLASS_NAMES.index("dog")
PHOTO = np.full((120, 200, 3), (10, 200, 90), np.uint8)
LABELS = np.zeros((120, 200), np.uint8)
LABELS[:, 50:] = CAT
LABELS[:, 160:] = DOG


def test_each_class_stands_in_the_table_with_its_own_share_and_confidence() -> None:
    lines = shares_csv(LABELS, {CAT: 0.75, DOG: 0.5}).decode().splitlines()
    assert lines == [
        "id,class,share,mean_confidence",
        f"{CAT},cat,0.550000,0.7500",
        "0,background,0.250000,",
        f"{DOG},dog,0.200000,0.5000",
    ]


def test_the_figure_has_the_photo_left_the_answer_right_and_a_legend_by_share() -> None:
    sheet = np.array(Image.open(io.BytesIO(figure_png(PHOTO, LABELS, {CAT: 0.75}, "a note"))).convert("RGB"))
    assert sheet.shape[1] == 1600
    side, height = (1600 - 80 - 24) // 2, round((1600 - 80 - 24) // 2 * 0.6)
    left, right = sheet[40 : 40 + height, 40 : 40 + side], sheet[40 : 40 + height, 64 + side : 64 + 2 * side]
    assert (left == PHOTO[0, 0]).all()
    assert tuple(right[height // 2, side // 8]) == (10, 200, 90)  # the background keeps the photo
    drawn = labelled(PHOTO, LABELS)
    assert tuple(right[height // 4, side // 2]) == drawn.getpixel((100, 30)) != (10, 200, 90)
    swatches = [tuple(sheet[40 + height + 30 + 14, 40 + column * 1520 // 4 + 14]) for column in range(3)]
    assert swatches == [SCREEN_COLORS[one] for one in (CAT, 0, DOG)]


def test_names_stand_in_large_regions_alone_and_outlines_are_white() -> None:
    assert (np.array(labelled(PHOTO, LABELS))[:30][outline(LABELS)[:30]] == 255).all()
    plain = np.array(labelled(PHOTO, np.full_like(LABELS, CAT)))
    assert len(np.unique(plain.reshape(-1, 3), axis=0)) > 2  # the name is written on the one color
    tiny = np.zeros_like(LABELS)
    tiny[:8, :8] = CAT
    assert len(np.unique(np.array(labelled(PHOTO, tiny)).reshape(-1, 3), axis=0)) == 3  # photo, color, outline


def test_the_animation_shows_each_answer_for_its_time_and_begins_anew() -> None:
    other = np.full_like(LABELS, DOG)
    with Image.open(io.BytesIO(animation_gif(PHOTO, [("one", LABELS), ("two", other)], long_side=100))) as film:
        assert (film.n_frames, film.info["loop"], film.size) == (2, 0, (100, 90))
        times, places = [], []
        for frame in range(2):
            film.seek(frame)
            times.append(film.info["duration"])
            places.append(film.convert("RGB").getpixel((4, 80)))
    assert times == [1200, 1200]
    assert places[0] == pytest.approx((10, 200, 90), abs=6)  # background in the first answer only
    assert places[1] == pytest.approx(labelled(PHOTO, other).getpixel((8, 100)), abs=6)


@pytest.mark.parametrize("turned", (False, True))
def test_a_name_stands_in_the_middle_of_a_band(turned: bool) -> None:
    labels = np.zeros((96, 96), np.uint8)
    labels[4:92, 40:56] = CAT
    (found,) = regions(labels.T.copy() if turned else labels)
    assert (found.x, found.y) == pytest.approx((0.5, 0.5), abs=0.02)
