"""Sizes, and labels at the photo's size against plain interpolation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from explainer.segmentation import resize
from explainer.segmentation.resize import labels_at, network_sides, to_input

SIDES = st.integers(16, 6000)


@given(SIDES, SIDES, st.integers(129, 1281))
def test_network_sides_are_32n_plus_1_and_near_the_wish(height: int, width: int, long_side: int) -> None:
    sides = network_sides(height, width, long_side)
    assert all(side % 32 == 1 and side >= 33 for side in sides)
    assert abs(max(sides) - long_side) <= 16
    scale = long_side / max(height, width)
    for side, own in zip(sides, (height, width), strict=True):
        assert abs(side - own * scale) <= 16 or side == 33


def test_to_input_maps_0_and_255_to_minus_1_and_1() -> None:
    photo = np.zeros((40, 60, 3), np.uint8)
    photo[:, 30:] = 255
    x = to_input(photo, 129)
    assert x.shape == (1, 3, 97, 129) and x.dtype == torch.float32
    assert x[0, 0, 0, 0] == -1 and x[0, 0, 0, -1] == 1


@pytest.mark.parametrize("size", [(33, 65), (50, 47), (20, 90), (120, 31)])
@pytest.mark.parametrize("limit", [10_000_000, 700])
def test_labels_are_the_argmax_of_the_interpolated_scores(
    size: tuple[int, int], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resize, "MAX_LABEL_VALUES", limit)
    generator = torch.Generator().manual_seed(7)
    scores = F.interpolate(torch.randn(1, 21, 5, 6, generator=generator), (33, 65), mode="bilinear")
    plain = F.interpolate(scores, size, mode="bilinear", align_corners=False)[0].argmax(0).numpy()
    labels = labels_at(scores, *size)
    assert labels.shape == size and labels.dtype == np.uint8
    assert (labels == plain).mean() > 0.999


def test_one_class_everywhere() -> None:
    scores = torch.zeros(1, 21, 33, 33)
    scores[:, 7] = 1
    assert (labels_at(scores, 100, 20) == 7).all()
