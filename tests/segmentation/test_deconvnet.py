"""The bundled DeconvNet: its parts, indices there and back, replaced indices, its file, what its card says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from explainer.experiments.indices import NOWHERE, Journey, overlap, travel, unpooled
from explainer.photos import read_photo
from explainer.segmentation.assets import ASSETS
from explainer.segmentation.deconvnet import POOLINGS, UP_CHANNELS, DeconvNet, check_sides, unpool
from explainer.segmentation.groups import GROUP_COUNT, GROUP_OF, GROUPS, grouped, painted
from explainer.segmentation.networks import deconvnet
from explainer.segmentation.remembered import REPLACEMENTS, corners, replacement, sides, to_input, top_left
from explainer.segmentation.samples import sample
from explainer.segmentation.weights import DECONVNET_FILE, DECONVNET_SHA256, WeightsError, bundled_state, sha256_of

CARD = (ASSETS / "MODEL_CARD_DECONVNET.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def net() -> DeconvNet:
    return deconvnet()


@pytest.fixture(scope="module")
def journey(net: DeconvNet) -> Journey:
    cow, street = (read_photo(sample(name).path.read_bytes()).rgb for name in ("street", "cow"))
    return travel(net, cow, street)


def test_nothing_but_indices_crosses_over() -> None:
    """Five poolings, five unpoolings, as many channels on both sides, and no layer that could add or append a map."""
    net = DeconvNet()
    kinds = {type(layer) for layer in net.decoder.modules()} - {nn.ModuleList, nn.Sequential}
    assert kinds == {nn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU}
    assert all(layer.stride == (1, 1) for layer in net.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d))
    down = net.eval().down(torch.zeros(1, 3, 64, 96))
    assert [one.shape[1] for one in down.pooled] == [row[-1] for row in reversed(UP_CHANNELS[:-1])]
    assert down.bottom.shape == (1, 256, 2, 3) and len(down.indices) == POOLINGS
    assert net.up(down.bottom, down.indices).scores.shape == (1, GROUP_COUNT, 64, 96)


def test_sides_that_pooling_cannot_halve_are_refused() -> None:
    with pytest.raises(ValueError, match="100 x 96 pixels; each side must be a multiple of 32"):
        check_sides(100, 96)
    assert sides(333, 500) == (96, 160) and sides(10, 4000) == (32, 160)


@torch.inference_mode()
def test_an_index_goes_down_and_comes_back(net: DeconvNet) -> None:
    """At every level: unpooling the pooled maps with their own indices leaves each maximum where it stood."""
    photo = read_photo(sample("dog").path.read_bytes()).rgb
    down = net.down(to_input(photo, (64, 64)))
    for maps, indices, pooled in zip(down.maps, down.indices, down.pooled, strict=True):
        back = unpool(pooled, indices)
        assert torch.equal(back[back != 0], maps[back != 0])
        assert torch.equal(F.max_pool2d(maps, 2), pooled)
        at = corners(indices)
        blocks = maps.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
        assert torch.equal(blocks.gather(4, at[..., None])[..., 0], pooled)
        assert at.unique().tolist() == [0, 1, 2, 3]


@torch.inference_mode()
def test_replaced_indices_are_really_replaced(net: DeconvNet) -> None:
    mine, theirs = (
        net.down(to_input(read_photo(sample(name).path.read_bytes()).rgb, (64, 64))) for name in ("dog", "castle")
    )
    told = {one.name: one.told(mine, theirs) for one in REPLACEMENTS}
    assert all(torch.equal(a, b) for a, b in zip(told["own"], mine.indices, strict=True))
    assert all(corners(one).max() == 0 for one in told["nails"])
    assert torch.equal(unpool(mine.pooled[0], told["nails"][0])[..., ::2, ::2], mine.pooled[0])
    assert told["nearest"] == (None,) * POOLINGS
    assert torch.equal(unpool(mine.pooled[0], None)[..., 1::2, 1::2], mine.pooled[0])
    assert all(a is b for a, b in zip(told["other"], theirs.indices, strict=True))
    changed = [(a != b).float().mean() for a, b in zip(told["other"], mine.indices, strict=True)]
    assert min(changed) > 0.3
    assert top_left(mine.indices[4]).shape == mine.indices[4].shape
    with pytest.raises(ValueError, match="allowed are own, nails, nearest, other"):
        replacement("skip")


@torch.inference_mode()
def test_what_is_shown_is_what_torch_did(net: DeconvNet, journey: Journey) -> None:
    """The followed channel's unpooled map, put together from values and corners, is the network's own."""
    photo = read_photo(sample("street").path.read_bytes()).rgb
    down = net.down(to_input(photo, journey.photo.shape[:2]))
    for way, indices in ((journey.ways[0], down.indices), (journey.ways[2], (None,) * POOLINGS)):
        up = net.up(down.bottom, indices)
        for level, rise in enumerate(way.rises):
            channel = journey.poolings[level].channel
            theirs = up.rises[POOLINGS - 1 - level]
            assert np.array_equal(unpooled(rise), theirs.unpooled[0, channel].numpy())
            assert np.array_equal(rise.grown, theirs.grown[0, rise.grown_channel].numpy())
            assert np.array_equal(journey.poolings[level].before, down.maps[level][0, channel].numpy())
        assert np.array_equal(way.labels, up.scores[0].argmax(0).numpy())
    assert {int(one.put.max()) for one in journey.ways[2].rises} == {NOWHERE}


def test_without_its_indices_the_answer_is_another(journey: Journey) -> None:
    same = {one.told.name: one.same for one in journey.ways}
    shared = {one.told.name: one.overlap for one in journey.ways}
    assert same["own"] == shared["own"] == 1
    assert max(value for name, value in same.items() if name != "own") < 0.95
    assert max(value for name, value in shared.items() if name != "own") < 0.8


def test_the_overlap_of_two_answers_counts_the_groups_that_the_first_shows() -> None:
    first, second = np.array([[0, 0, 1, 1]], np.uint8), np.array([[0, 2, 1, 1]], np.uint8)
    assert overlap(first, second) == pytest.approx((1 / 2 + 1) / 2)
    assert overlap(second, first) == pytest.approx((1 / 2 + 0 + 1) / 3)


def test_the_file_is_small_pinned_and_refused_when_it_is_another(tmp_path: Path) -> None:
    assert DECONVNET_FILE.stat().st_size < 6_000_000
    assert sha256_of(DECONVNET_FILE) == DECONVNET_SHA256 and DECONVNET_SHA256 in CARD
    broken = tmp_path / DECONVNET_FILE.name
    broken.write_bytes(DECONVNET_FILE.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match=r"deconvnet_\w+\.pt are not those of this version"):
        bundled_state(broken, DECONVNET_SHA256)


def test_the_card_says_what_was_measured() -> None:
    measured = json.loads((ASSETS / "deconvnet_test_part.json").read_text(encoding="utf-8"))
    assert f"{measured['photographs']} photographs" in CARD
    for name in ("own", "nails", "nearest", "other", "fcn8s"):
        one = measured["networks"][name]
        row = " | ".join(f"{100 * one[key]:.1f}" for key in ("mean IoU", "pixels", "near outlines"))
        assert row in CARD, (name, row)
    own = measured["networks"]["own"]["mean IoU"]
    assert all(own > measured["networks"][name]["mean IoU"] + 0.05 for name in ("nails", "nearest", "other"))


def test_the_weights_give_what_the_card_says_of_a_sample(net: DeconvNet) -> None:
    """A small check that file and card belong together: the groups of three photos that everybody may see."""
    for name, group, least in json.loads(CARD.split("<!-- samples: ")[1].split(" -->")[0]):
        photo = read_photo(sample(name).path.read_bytes()).rgb
        with torch.inference_mode():
            labels = net(to_input(photo, sides(*photo.shape[:2])))[0].argmax(0).numpy()
        assert (labels == [one.title for one in GROUPS].index(group)).mean() == pytest.approx(least, abs=0.02), name


def test_groups_hold_every_class_once() -> None:
    assert len(GROUP_OF) == 28 and sorted(set(GROUP_OF.tolist())) == list(range(GROUP_COUNT))
    assert sum(len(group.members) for group in GROUPS) == 28
    assert grouped(np.array([[8, 12, 21]], np.uint8)).tolist() == [[2, 2, 4]]
    assert painted(np.array([[1]], np.uint8))[0, 0].tolist() == list(GROUPS[1].color)
    for refused, size in ((grouped, 28), (painted, 9)):
        with pytest.raises(ValueError, match=f"label {size} found"):
            refused(np.array([[size]], np.uint8))
