"""What is counted on a photo: near its outlines, in its own terms, in the set that it belongs to."""

from __future__ import annotations

import numpy as np
import pytest

from explainer.segmentation.classes import CLASS_NAMES
from training.judging import Found, comparable, family
from training.packs import Sample

DOG, VEGETATION, GRASS = (CLASS_NAMES.index(name) for name in ("dog", "vegetation", "grass"))


def sample(name: str, mask: np.ndarray) -> Sample:
    return Sample(name, np.zeros((*mask.shape, 3), np.uint8), mask, mask)


def test_outlines_are_judged_near_the_outlines() -> None:
    mask = np.zeros((80, 80), np.uint8)
    mask[20:60, 20:60] = DOG
    hollow, thin = mask.copy(), mask.copy()
    hollow[38:42, 38:42] = 0
    thin[20:60, 20:23] = 0
    for predicted, near, everywhere in ((mask, 1, 1), (hollow, 1, 1 - 16 / 6400), (thin, None, 1 - 120 / 6400)):
        found = Found()
        found.add(sample("voc_1", mask), predicted)
        assert found.families["voc"].accuracy() == pytest.approx(everywhere)
        if near is None:
            assert 0.8 < found.outlines.accuracy() < everywhere - 0.02
        else:
            assert found.outlines.accuracy() == near


def test_a_photo_counts_in_its_set_and_lawns_are_vegetation_where_masks_say_so() -> None:
    assert [family(name) for name in ("voc_1", "cocofull_2", "coco128_3", "ade_4")] == ["voc", "coco", "coco", "scenes"]
    mask = np.array([[VEGETATION, GRASS]], np.uint8)
    said = np.array([[GRASS, GRASS]], np.uint8)
    assert comparable("camvid_1", mask, said).tolist() == [[VEGETATION, GRASS]]
    assert comparable("ade_1", mask, said).tolist() == [[GRASS, GRASS]]
    found = Found()
    found.add(sample("cocofull_1", np.full((40, 40), DOG, np.uint8)), np.full((40, 40), DOG, np.uint8))
    assert set(found.families) == {"coco"} and not found.outlines.counts.any()
