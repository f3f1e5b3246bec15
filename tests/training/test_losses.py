"""Losses and metrics against loops and exact cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from explainer.segmentation.doubt import SURE
from explainer.segmentation.label_maps import trimap
from explainer.segmentation.model import FCN, HEADS, ScoreMaps
from training.batches import Batch
from training.labels import ALLOWED, DENIAL, IGNORED, NO_OBJECT, UNKNOWN
from training.losses import (
    FINE_WEIGHT,
    HEAD_WEIGHT,
    batch_loss,
    cropped,
    segmentation_loss,
    set_likelihood,
    soft_jaccard,
    sparse_grow,
    teacher_loss,
)
from training.metrics import Confusion
from training.windows import GRID


def scores(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * 3


def test_a_set_of_classes_is_as_likely_as_its_probabilities_together() -> None:
    target = torch.tensor([[[3, NO_OBJECT, DENIAL[15]], [IGNORED, UNKNOWN, 27]]], dtype=torch.uint8)
    s = scores(1, 28, 2, 3)
    found = set_likelihood(s.log_softmax(1), target)
    p = s.softmax(1)[0].numpy()
    for row in range(2):
        for column in range(3):
            value = int(target[0, row, column])
            expected = 0.0
            if value < IGNORED:
                expected = math.log(sum(p[i, row, column] for i in range(28) if ALLOWED[value, i]))
            assert found[0, row, column].item() == pytest.approx(expected, abs=1e-5)


def test_any_scene_is_right_where_a_mask_only_says_no_object() -> None:
    sure = torch.full((1, 28, 1, 1), -20.0)
    target = torch.full((1, 1, 1), NO_OBJECT, dtype=torch.uint8)
    for class_id, right in ((0, True), (21, True), (27, True), (15, False)):
        one = sure.clone()
        one[0, class_id] = 20
        loss = segmentation_loss(one, target, jaccard=False).item()
        assert (loss < 1e-3) == right, class_id


def test_soft_jaccard_of_hard_answers_is_one_minus_mean_iou() -> None:
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(0, 4, (2, 9, 9), generator=generator).to(torch.uint8)
    answer = torch.randint(0, 4, (2, 9, 9), generator=generator)
    counts = Confusion()
    counts.add(truth.numpy(), answer.numpy().astype(np.uint8))
    hard = torch.nn.functional.one_hot(answer, 28).permute(0, 3, 1, 2).float()
    assert 1 - soft_jaccard(hard, truth).item() == pytest.approx(counts.mean_iou(), abs=1e-6)


def test_soft_jaccard_does_not_count_a_pixel_for_a_class_it_may_or_may_not_be() -> None:
    target = torch.tensor([[[23, NO_OBJECT, NO_OBJECT, 15]]], dtype=torch.uint8)
    p = torch.zeros(1, 28, 1, 4)
    p[0, 23, 0, :3] = 1
    p[0, 15, 0, 3] = 1
    assert soft_jaccard(p, target).item() == pytest.approx(0, abs=1e-6)
    p[0, 23, 0, 1], p[0, 15, 0, 1] = 0, 1
    assert soft_jaccard(p, target).item() == pytest.approx(0.25, abs=1e-6)


def test_nothing_known_is_no_loss() -> None:
    s = scores(1, 28, 3, 3).requires_grad_()
    loss = segmentation_loss(s, torch.full((1, 3, 3), UNKNOWN, dtype=torch.uint8))
    loss.backward()
    assert loss.item() == 0 and s.grad is not None and not s.grad.any()


def test_the_teachers_background_is_the_scenes_and_something_else_together() -> None:
    log = scores(1, 28, 2, 2).log_softmax(1)
    teacher = torch.zeros(1, 21, 2, 2)
    teacher[:, 0] = 1
    p = log.exp()
    expected = -(p[:, 0] + p[:, 21:].sum(1)).log()
    torch.testing.assert_close(teacher_loss(log, teacher), expected)


@pytest.mark.parametrize("phase", [(0, 0), (1, 0), (0, 2), (2, 3), (3, 1)])
def test_from_any_phase_on_the_grown_scores_are_those_of_every_fourth_pixel(phase: tuple[int, int]) -> None:
    torch.manual_seed(0)
    net = FCN().eval()
    maps = ScoreMaps(*(torch.randn(1, 28, 2 * n + 1, 3 * n + 1) for n in (1, 2, 4, 2, 2, 4, 4)))
    with torch.no_grad():
        for head in HEADS:
            layer, _ = net.last_upscore(maps, head)
            layer.weight.normal_()  # bilinear's rows and columns are the same
            full = net.grow(maps, head, every_class=True)[..., phase[0] :: GRID, phase[1] :: GRID]
            torch.testing.assert_close(sparse_grow(net, maps, head, phase), full, rtol=1e-4, atol=1e-4)


def test_a_window_of_the_maps_grows_to_the_window_of_the_scores() -> None:
    torch.manual_seed(0)
    net = FCN().eval()
    with torch.no_grad():
        maps = net.score_maps(torch.randn(1, 3, 193, 225))
        for head in HEADS:
            full = net.grow(maps, head, every_class=True)[..., 32:161, 64:193]
            torch.testing.assert_close(
                net.grow(cropped(maps, 1, 1, 2), head, every_class=True), full, rtol=1e-4, atol=1e-4
            )


def test_training_counts_every_class_also_where_the_network_is_nowhere_sure() -> None:
    torch.manual_seed(0)
    side, window = 193, 129
    cat = torch.full((1, side, side), 8, dtype=torch.uint8)
    batch = Batch(
        rgb=torch.randint(0, 256, (1, 3, side, side), dtype=torch.uint8), changes=torch.tensor([[1.0, 1, 0, 0, 0, 0]]),
        coarse=cat[:, ::GRID, ::GRID], fine=cat[:, :window, :window], cell_y=0, cell_x=0,
        taught=torch.zeros(0, dtype=torch.long), teacher=torch.zeros(0, 21, 49, 49), trust=torch.zeros(0, 49, 49),
        phase=(0, 0),
    )  # fmt: skip
    net = FCN().eval()
    with torch.no_grad():
        assert net.score_maps(batch.x()).fused8.softmax(1)[:, 8].max() < SURE
        loss = batch_loss(net, batch).item()
    guessing = math.log(28)
    assert loss < 2 * sum(HEAD_WEIGHT.values()) * (1 + FINE_WEIGHT) * guessing


def test_iou_of_a_small_case_by_hand() -> None:
    found = Confusion()
    found.add(np.array([[0, 0, 15, 255]], np.uint8), np.array([[0, 15, 15, 3]], np.uint8))
    iou = found.iou()
    assert iou[0] == 0.5 and iou[15] == 0.5 and np.isnan(iou[3])
    assert found.mean_iou() == 0.5 and found.accuracy() == pytest.approx(2 / 3)
    assert found.mean_iou([15]) == 0.5
    assert found.confused() == [(0, 15, 0.5)]
    found.add(np.array([[1]], np.uint8), np.array([[2]], np.uint8))
    assert found.shown() == [0, 1, 15], "2 was said and not shown"


def test_the_trimap_is_a_band_around_outlines() -> None:
    mask = np.zeros((3, 12), np.uint8)
    mask[:, 6:] = 4
    assert trimap(mask, 1)[1].nonzero()[0].tolist() == [5, 6]
    assert trimap(mask, 3)[1].nonzero()[0].tolist() == [3, 4, 5, 6, 7, 8]
