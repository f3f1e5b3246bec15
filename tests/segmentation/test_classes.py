"""The class table."""

from __future__ import annotations

import numpy as np
import pytest

from explainer.segmentation.classes import (
    CLASS_COUNT,
    CLASS_NAMES,
    CLASS_SETS,
    SCENE_IDS,
    SCREEN_COLORS,
    VOC_COLORS,
    VOC_COUNT,
    class_count,
    colorize,
    display_name,
    display_names,
    hex_color,
)

PUBLISHED = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 8: (64, 0, 0), 12: (64, 0, 128), 15: (192, 128, 128)}
IDS = {
    "background": 0, "aeroplane": 1, "bicycle": 2, "bird": 3, "boat": 4, "bottle": 5, "bus": 6, "car": 7, "cat": 8,
    "chair": 9, "cow": 10, "diningtable": 11, "dog": 12, "horse": 13, "motorbike": 14, "person": 15, "pottedplant": 16,
    "sheep": 17, "sofa": 18, "train": 19, "tvmonitor": 20, "sky": 21, "vegetation": 22, "grass": 23, "ground": 24,
    "building": 25, "water": 26, "mountain": 27,
}  # fmt: skip
"""Written out by hand from VOC's and the training data's own tables: two swapped names in the code fail here."""


def test_every_name_has_the_id_that_the_data_give_it() -> None:
    assert {name: i for i, name in enumerate(CLASS_NAMES)} == IDS
    assert (CLASS_COUNT, VOC_COUNT, list(SCENE_IDS)) == (28, 21, [21, 22, 23, 24, 25, 26, 27])


def test_colors_are_those_of_the_voc_development_kit() -> None:
    assert {index: VOC_COLORS[index] for index in PUBLISHED} == PUBLISHED
    assert len(set(VOC_COLORS)) == len(set(SCREEN_COLORS)) == CLASS_COUNT


def test_class_sets() -> None:
    assert [class_count(one) for one in CLASS_SETS] == [28, 21]
    assert [len(display_names(one)) for one in CLASS_SETS] == [28, 21]
    with pytest.raises(ValueError, match="all, voc21"):
        class_count("coco")  # type: ignore[arg-type]


def test_names_and_colors_for_readers() -> None:
    assert display_name(11) == "dining table"
    assert (display_name(0), display_name(0, "all")) == ("background", "something else")
    assert display_names("all")[24] == "road and ground"
    assert " ".join(map(hex_color, range(28))) == (
        "#000000 #b43c4b #69a578 #874b69 #5a3ce1 #a50096 #00fff0 #3ca5ff #ff8700 #f01e2d #a5874b #ffb45a #6900ff "
        "#e178c3 #3cd2ff #f0a5b4 #00780f #f01e96 #00ffa5 #ffe100 #4b78f0 #78a5e1 #78a53c #00d200 #693c2d #698769 "
        "#000fd2 #4b3c69"
    ), "saved pictures and legends of other days have these"


def test_colorize_paints_each_id() -> None:
    painted = colorize(np.array([[0, 15], [8, 27]], np.uint8))
    assert painted.tolist() == [[[0, 0, 0], [240, 165, 180]], [[255, 135, 0], [75, 60, 105]]]


def test_colorize_refuses_ids_above_27() -> None:
    with pytest.raises(ValueError, match="255"):
        colorize(np.array([[255]], np.uint8))


# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
EYES = {
    "normal": np.eye(3),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}


def lab(colors: tuple[tuple[int, int, int], ...], eye: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of sRGB colors as an eye sees them."""
    srgb = np.array(colors) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4) @ eye.T
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = np.clip(linear, 0, 1) @ to_xyz.T / (0.9505, 1.0, 1.089)
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


def distances(colors: tuple[tuple[int, int, int], ...], eye: str) -> np.ndarray:
    """Distances between all colors as an eye sees them."""
    places = lab(colors, EYES[eye])
    return np.linalg.norm(places[:, None] - places[None], axis=-1)


def closest(colors: tuple[tuple[int, int, int], ...], eye: str) -> float:
    """The smallest distance between two classes' colors."""
    return float(distances(colors, eye)[np.triu_indices(len(colors), 1)].min())


@pytest.mark.parametrize(("eye", "least"), [("normal", 25), ("deuteranopia", 14), ("protanopia", 14)])
def test_objects_can_be_told_apart_by_every_eye(eye: str, least: float) -> None:
    assert closest(SCREEN_COLORS[1:VOC_COUNT], eye) > least > closest(VOC_COLORS[1:VOC_COUNT], eye)


@pytest.mark.parametrize(("eye", "least"), [("normal", 33), ("deuteranopia", 18), ("protanopia", 18)])
def test_scenes_that_lie_side_by_side_can_be_told_apart_by_every_eye(eye: str, least: float) -> None:
    """All seven occur together: sky beside water, grass beside vegetation, ground beside buildings."""
    assert closest(SCREEN_COLORS[VOC_COUNT:], eye) > least
    assert closest(SCREEN_COLORS[1:], eye) > least / 2.2


def test_colors_that_a_color_blind_eye_takes_for_one_fail_the_test() -> None:
    assert closest(((200, 60, 40), (110, 120, 40)), "deuteranopia") < 18
