"""The class table."""

from __future__ import annotations

import numpy as np
import pytest

from explainer.segmentation.classes import (
    CLASS_COUNT,
    CLASS_NAMES,
    SCREEN_COLORS,
    VOC_COLORS,
    colorize,
    display_name,
    hex_color,
)

PUBLISHED = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 8: (64, 0, 0), 12: (64, 0, 128), 15: (192, 128, 128)}


def test_colours_are_those_of_the_voc_development_kit() -> None:
    assert {index: VOC_COLORS[index] for index in PUBLISHED} == PUBLISHED


def test_there_are_21_classes_with_21_colours() -> None:
    assert CLASS_COUNT == len(CLASS_NAMES) == len(set(VOC_COLORS)) == 21
    assert (CLASS_NAMES[8], CLASS_NAMES[15], CLASS_NAMES[20]) == ("cat", "person", "tvmonitor")


def test_names_and_colours_for_readers() -> None:
    assert display_name(11) == "dining table"
    assert display_name(8) == "cat"
    assert hex_color(15) == "#f0a5b4"


def test_colourise_paints_each_id() -> None:
    painted = colorize(np.array([[0, 15], [8, 20]], np.uint8))
    assert painted.tolist() == [[[0, 0, 0], [240, 165, 180]], [[255, 135, 0], [75, 120, 240]]]


def test_colourise_refuses_ids_above_20() -> None:
    with pytest.raises(ValueError, match="255"):
        colorize(np.array([[255]], np.uint8))


# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
EYES = {
    "normal": np.eye(3),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}


def lab(colours: tuple[tuple[int, int, int], ...], eye: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of sRGB colours as an eye sees them."""
    srgb = np.array(colours) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4) @ eye.T
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = np.clip(linear, 0, 1) @ to_xyz.T / (0.9505, 1.0, 1.089)
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


def closest(colours: tuple[tuple[int, int, int], ...], eye: str) -> float:
    """The smallest distance between two classes' colours."""
    places = lab(colours, EYES[eye])
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return float(distances[np.triu_indices(len(colours), 1)].min())


@pytest.mark.parametrize(("eye", "least"), [("normal", 25), ("deuteranopia", 14), ("protanopia", 14)])
def test_classes_can_be_told_apart_by_every_eye(eye: str, least: float) -> None:
    assert closest(SCREEN_COLORS[1:], eye) > least > closest(VOC_COLORS[1:], eye)
