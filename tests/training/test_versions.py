"""Versions of a photo: what is cut off and turned, and that picture and mask stay together."""

from __future__ import annotations

import numpy as np
import pytest

from training.packs import Sample
from training.versions import CUT, version


@pytest.fixture
def sample() -> Sample:
    """A photo of 100 x 200 in which no two windows are alike; picture, mask and targets are the same."""
    plain = np.random.default_rng(0).integers(0, 256, (100, 200)).astype(np.uint8)
    return Sample("voc_2007_000001", np.dstack([plain] * 3), plain, plain.copy())


def test_the_first_version_is_the_photo_and_the_second_its_mirror_image(sample: Sample) -> None:
    assert np.array_equal(version(sample, 0).rgb, sample.rgb)
    assert np.array_equal(version(sample, 1).mask, sample.mask[:, ::-1])


@pytest.mark.parametrize("number", range(6))
def test_picture_and_mask_stay_together_and_little_is_lost(sample: Sample, number: int) -> None:
    found = version(sample, number)
    assert np.array_equal(found.rgb[..., 1], found.mask) and np.array_equal(found.mask, found.targets)
    height, width = found.mask.shape
    assert (1 - 2 * CUT) * 100 <= height <= 100 and (1 - 2 * CUT) * 200 <= width <= 200
    whole = found.mask[:, ::-1] if number % 2 else found.mask
    starts = [
        (top, left)
        for top in range(101 - height)
        for left in range(201 - width)
        if np.array_equal(sample.mask[top : top + height, left : left + width], whole)
    ]
    assert len(starts) == 1 and (number < 2) == (whole.shape == (100, 200))


def test_a_version_is_the_same_each_time_and_another_for_another_photo(sample: Sample) -> None:
    again = version(sample, 4)
    assert np.array_equal(version(sample, 4).mask, again.mask)
    other = Sample("voc_2007_000002", sample.rgb, sample.mask, sample.targets)
    assert not np.array_equal(version(other, 4).mask, again.mask)
