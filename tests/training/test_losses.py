"""Losses and metrics against loops and exact cases."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explainer.segmentation.model import FCN, HEADS
from training.batches import GRID
from training.losses import cropped, segmentation_loss, soft_jaccard, sparse_grow
from training.metrics import Confusion


def one_hot(labels: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.one_hot(labels, 21).permute(0, 3, 1, 2).float()


def test_soft_jaccard_of_hard_answers_is_one_minus_mean_iou() -> None:
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(0, 4, (2, 9, 9), generator=generator)
    answer = torch.randint(0, 4, (2, 9, 9), generator=generator)
    counts = Confusion()
    counts.add(truth.numpy().astype(np.uint8), answer.numpy().astype(np.uint8))
    loss = soft_jaccard(one_hot(answer), one_hot(truth))
    assert 1 - loss.item() == pytest.approx(counts.mean_iou(), abs=1e-6)


def test_the_loss_is_least_at_the_target_even_when_it_is_soft() -> None:
    target = torch.softmax(torch.randn(1, 21, 5, 5, generator=torch.Generator().manual_seed(1)) * 4, 1)
    assert soft_jaccard(target, target).item() == pytest.approx(0, abs=1e-6)
    scores = target.log().requires_grad_()
    best = segmentation_loss(scores, target)
    for shift in (0.3, -0.3):
        worse = segmentation_loss(scores + shift * torch.eye(21)[3].view(1, -1, 1, 1), target)
        assert worse > best


def test_the_sparse_scores_are_every_fourth_pixel_of_the_full_ones() -> None:
    torch.manual_seed(0)
    net = FCN().eval()
    with torch.no_grad():
        for layer in (net.grow32, net.grow16, net.grow8):
            layer.weight.add_(torch.randn_like(layer.weight) * 0.1)
        maps = net.score_maps(torch.randn(1, 3, 65, 97))
        for head in HEADS:
            full = net.grow(maps, head)
            torch.testing.assert_close(sparse_grow(net, maps, head), full[..., ::GRID, ::GRID], rtol=1e-4, atol=1e-4)


def test_a_window_of_the_maps_grows_to_the_window_of_the_scores() -> None:
    torch.manual_seed(0)
    net = FCN().eval()
    with torch.no_grad():
        maps = net.score_maps(torch.randn(1, 3, 193, 225))
        for head in HEADS:
            full = net.grow(maps, head)[..., 32:161, 64:193]
            torch.testing.assert_close(net.grow(cropped(maps, 1, 1, 2), head), full, rtol=1e-4, atol=1e-4)


def test_iou_of_a_small_case_by_hand() -> None:
    found = Confusion()
    found.add(np.array([[0, 0, 15, 255]], np.uint8), np.array([[0, 15, 15, 3]], np.uint8))
    iou = found.iou()
    assert iou[0] == 0.5 and iou[15] == 0.5 and np.isnan(iou[3])
    assert found.mean_iou() == 0.5 and found.accuracy() == pytest.approx(2 / 3)
