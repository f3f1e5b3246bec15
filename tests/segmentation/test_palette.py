"""The class table."""

from __future__ import annotations

import numpy as np
import pytest

from explainer.segmentation.palette import CLASS_COUNT, CLASS_NAMES, PALETTE, colourise, display_name, hex_colour

PUBLISHED = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 8: (64, 0, 0), 12: (64, 0, 128), 15: (192, 128, 128)}


def test_colours_are_those_of_the_voc_development_kit() -> None:
    assert {index: PALETTE[index] for index in PUBLISHED} == PUBLISHED


def test_there_are_21_classes_with_21_colours() -> None:
    assert CLASS_COUNT == len(CLASS_NAMES) == len(set(PALETTE)) == 21
    assert (CLASS_NAMES[8], CLASS_NAMES[15], CLASS_NAMES[20]) == ("cat", "person", "tvmonitor")


def test_names_and_colours_for_readers() -> None:
    assert display_name(11) == "dining table"
    assert display_name(8) == "cat"
    assert hex_colour(15) == "#c08080"


def test_colourise_paints_each_id() -> None:
    painted = colourise(np.array([[0, 15], [8, 20]], np.uint8))
    assert painted.tolist() == [[[0, 0, 0], [192, 128, 128]], [[64, 0, 0], [0, 64, 128]]]


def test_colourise_refuses_ids_above_20() -> None:
    with pytest.raises(ValueError, match="255"):
        colourise(np.array([[255]], np.uint8))
