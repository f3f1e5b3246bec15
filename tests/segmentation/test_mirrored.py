"""Two looks at a photo: the network's answer is the mean over the photo and its mirror image."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from explainer.photos import read_photo
from explainer.segmentation.inference import predict
from explainer.segmentation.mirrored import both_ways, mean_look
from explainer.segmentation.model import FCN
from explainer.segmentation.networks import load
from explainer.segmentation.resize import to_input
from explainer.segmentation.samples import sample

OWN = ("score32", "score16", "score8")


@pytest.fixture(scope="module")
def net() -> FCN:
    return cast(FCN, load("fcn8s", "cpu"))


@pytest.fixture(scope="module")
def photos() -> Tensor:
    """Two photos of the same size, which look left and right."""
    found = [read_photo(sample(name).path.read_bytes()).rgb[:300, :400] for name in ("chelsea", "horses")]
    return torch.cat([to_input(rgb, 193) for rgb in found])


def test_each_photos_scores_are_the_mean_of_two_separate_looks(net: FCN, photos: Tensor) -> None:
    with torch.inference_mode():
        found = both_ways(net, photos)
        for n, photo in enumerate(photos.split(1)):
            one, other = net.score_maps(photo), net.score_maps(photo.flip(3))
            for field in OWN:
                expected = (getattr(one, field) + getattr(other, field).flip(3)) / 2
                torch.testing.assert_close(getattr(found, field)[n : n + 1], expected, rtol=1e-3, atol=1e-3)


def test_the_maps_on_the_way_up_are_still_sums_and_upscores_of_those_before(net: FCN, photos: Tensor) -> None:
    with torch.inference_mode():
        found = both_ways(net, photos)
        torch.testing.assert_close(found.grown16, net.upscore32_to_16(found.score32))
        torch.testing.assert_close(found.fused16, found.grown16 + found.score16)
        torch.testing.assert_close(found.grown8, net.upscore16_to_8(found.fused16))
        torch.testing.assert_close(found.fused8, found.grown8 + found.score8)


def test_a_mirrored_photo_gets_mirrored_scores_as_one_look_alone_would_not(net: FCN, photos: Tensor) -> None:
    with torch.inference_mode():
        found, turned = both_ways(net, photos), both_ways(net, photos.flip(3))
        for field in OWN:
            torch.testing.assert_close(getattr(turned, field).flip(3), getattr(found, field), rtol=1e-3, atol=1e-3)
        one, other = net.score_maps(photos).score32, net.score_maps(photos.flip(3)).score32.flip(3)
    assert (one - other).abs().max() > 1


def test_in_bfloat16_the_way_up_from_the_means_is_exact(net: FCN, photos: Tensor) -> None:
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        found = both_ways(net, photos)
    assert all(one.dtype == torch.float32 for one in found)
    with torch.inference_mode():
        torch.testing.assert_close(found.grown8, net.upscore16_to_8(found.fused16))


def test_mean_look_turns_the_second_half_back() -> None:
    both = torch.arange(24.0).view(4, 1, 2, 3)
    found = mean_look(both)
    assert found.shape == (2, 1, 2, 3)
    assert found[0, 0, 0].tolist() == [(0 + 14) / 2, (1 + 13) / 2, (2 + 12) / 2]


@pytest.mark.parametrize("model", ["fcn32s", "fcn16s", "fcn8s"])
def test_a_prediction_looks_both_ways(model: str, net: FCN) -> None:
    rgb = read_photo(sample("horses").path.read_bytes()).rgb
    answer = predict(rgb, model, 193, "cpu", float32=True)
    with torch.inference_mode():
        expected = both_ways(net, to_input(rgb, 193))
    assert answer.maps is not None
    np.testing.assert_allclose(answer.maps.score32, expected.score32[0].numpy(), atol=1e-3)
    np.testing.assert_allclose(answer.scores, net.grow(expected, model)[0].numpy(), atol=1e-3)  # type: ignore[arg-type]
