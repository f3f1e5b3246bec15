"""The start page's pictures: four tasks on one photo, and the network's own maps on the way down and up."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from explainer.experiments import herd, hourglass
from explainer.photos import read_photo
from explainer.segmentation.classes import colorize
from explainer.segmentation.networks import load
from explainer.segmentation.resize import to_input
from explainer.segmentation.samples import sample


@pytest.fixture(scope="module")
def photo():
    return read_photo(sample(herd.NAME).path.read_bytes(), long_side=herd.SIZE[0]).rgb


def test_outlines_belong_to_the_photo(photo):
    labels = herd.label_map()
    assert labels.shape == photo.shape[:2]
    assert set(np.unique(labels)) == {0, herd.HORSE}
    assert 0.05 < (labels == herd.HORSE).mean() < 0.4
    for (left, top, right, bottom), outline in zip(herd.boxes(), herd.OUTLINES, strict=True):
        assert 0 <= left < right < photo.shape[1] and 0 <= top < bottom < photo.shape[0]
        assert all(left <= x <= right and top <= y <= bottom for x, y in outline)


def test_each_animal_has_a_color_of_its_own(photo):
    painted = herd.with_instances(photo, alpha=1.0)
    seen = {tuple(int(n) for n in one) for one in painted.reshape(-1, 3)}
    wanted = {tuple(bytes.fromhex(color[1:])) for color in herd.COLORS}
    assert len(wanted) == len(herd.OUTLINES)
    assert wanted <= seen
    assert (herd.with_boxes(photo) != photo).any()


def test_the_commonest_class_ignores_the_background():
    assert herd.commonest(np.array([[0, 0, 0], [8, 8, 15]], np.uint8)) == 8
    assert herd.commonest(np.zeros((2, 2), np.uint8)) == 0


def test_the_maps_go_down_to_a_32nd_and_up_again(photo):
    tiles = hourglass.tiles(photo)
    assert [one.stride for one in tiles] == [1, 2, 4, 8, 16, 32, 16, 8, 1]
    sides = [one.picture.shape[1] for one in tiles[1:]]
    assert tiles[0].size == f"{tiles[-1].size} × 3", "the photo as the network gets it, so that half is half"
    assert tiles[0].picture.shape == tiles[-1].picture.shape
    assert sides[:5] == sorted(sides[:5], reverse=True) and sides[4:] == sorted(sides[4:])
    root = ElementTree.fromstring(hourglass.drawn(tiles, "light"))
    kinds = [node.tag.rsplit("}")[-1] for node in root]
    assert (kinds.count("image"), kinds.count("path")) == (9, 2)


def test_the_tiles_are_the_liveliest_channel_and_the_best_classes(photo):
    maps = torch.stack([torch.full((2, 2), 7.0), torch.tensor([[0.0, 2], [4, 8]]), torch.tensor([[0.0, 1], [0, 1]])])
    assert torch.equal(hourglass.loudest(maps[None]), maps[1])
    assert hourglass.gray(maps[1])[..., 0].tolist() == [[0, 63], [127, 255]]
    net = load("fcn8s", "cpu")
    with torch.inference_mode():
        scores = net.score_maps(to_input(photo, hourglass.LONG_SIDE))
        coarse, fine = (colorize(one[0].argmax(0).byte().numpy()) for one in (scores.fused16, scores.fused8))
    tiles = hourglass.tiles(photo)
    assert (tiles[6].picture == coarse).all() and (tiles[7].picture == fine).all()
    assert not (coarse == colorize(scores.grown16[0].argmax(0).byte().numpy())).all(), "the skip changes something"
