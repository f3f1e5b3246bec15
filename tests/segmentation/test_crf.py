"""The CRF behind FCN-8s: a guided filter against its definition, what its mean field does, and who gets it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from explainer.photos import read_photo
from explainer.segmentation import crf
from explainer.segmentation.classes import VOC_COUNT
from explainer.segmentation.crf import REACH, ROUNDS, SMOOTHNESS, STRIDE, WEIGHT, GuidedFilter, along_edges
from explainer.segmentation.inference import labels_along_edges, labels_of, predict, predict_batch, regrow
from explainer.segmentation.label_maps import outline
from explainer.segmentation.model import HEADS
from explainer.segmentation.samples import sample

CAT, DOG, SKY = 8, 12, 21


def test_a_fit_is_least_squares_in_every_window_and_the_mean_over_a_points_windows() -> None:
    random = torch.Generator().manual_seed(3)
    colors = torch.rand(3, 6, 7, generator=random)
    maps = torch.rand(2, 6, 7, generator=random)
    lines = GuidedFilter(colors, 1).fit(maps)
    assert lines.shape == (2, 4, 6, 7)

    def of_window(y: int, x: int, k: int) -> np.ndarray:
        window = np.s_[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
        rgb = colors[:, *window].flatten(1).double().numpy().T
        said = maps[k][window].flatten().double().numpy()
        middle = rgb.mean(0)
        covariance = (rgb - middle).T @ (rgb - middle) / len(rgb) + SMOOTHNESS * np.eye(3)
        slope = np.linalg.solve(covariance, (rgb - middle).T @ (said - said.mean()) / len(rgb))
        return np.append(slope, said.mean() - slope @ middle)

    for k, y, x in ((0, 3, 3), (1, 0, 0), (1, 5, 2), (0, 2, 6)):
        around = [(b, a) for b in range(max(0, y - 1), min(6, y + 2)) for a in range(max(0, x - 1), min(7, x + 2))]
        expected = np.mean([of_window(b, a, k) for b, a in around], 0)
        np.testing.assert_allclose(lines[k, :, y, x].numpy(), expected, atol=2e-2, rtol=2e-2)


def test_a_map_that_is_a_function_of_the_color_comes_back_and_a_flat_picture_gives_the_mean() -> None:
    colors = torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))
    red = colors[:1] * 0.5 + 0.1
    torch.testing.assert_close(GuidedFilter(colors, 2)(red), red, atol=2e-3, rtol=0)
    spot = torch.zeros(1, 9, 9)
    spot[0, 4, 4] = 1
    found = GuidedFilter(torch.full((3, 9, 9), 0.4), 1)(spot)
    assert found[0, 4, 4] == pytest.approx(1 / 9, abs=1e-4) and found[0, 4, 6] == pytest.approx(1 / 27, abs=1e-4)


def two_halves(edge: int, said: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A photo that turns from dark to bright at column `edge`, and scores of cat and dog that change at `said`."""
    photo = torch.full((1, 3, 65, 97), -0.6)
    photo[..., edge:] = 0.5
    photo += 0.05 * torch.randn(photo.shape, generator=torch.Generator().manual_seed(0))
    ramp = ((torch.arange(97) - said) / 4).expand(65, 97)
    scores = torch.full((1, 28, 65, 97), -8.0)
    scores[0, CAT], scores[0, DOG] = -ramp, ramp
    return scores, photo


@pytest.mark.parametrize("said", [43, 53])
def test_an_outline_moves_to_the_edge_that_is_near(said: int) -> None:
    scores, photo = two_halves(48, said)
    before = scores.clone()
    found = along_edges(scores, photo)
    assert found.ids.tolist() == [CAT, DOG] and torch.equal(scores, before)
    right = np.where(np.arange(97) < 48, CAT, DOG)
    wrong = [(labels[8:-8] != right).mean() for labels in (found.labels(65, 97), before[0].argmax(0).numpy())]
    assert wrong[0] < 0.02 < 0.04 < wrong[1]


def test_a_message_is_worth_its_weight() -> None:
    scores, photo = two_halves(48, 48)
    message = along_edges(scores, photo).scores[0] - scores[0, [CAT, DOG]]
    assert message[:, 32, 4].tolist() == pytest.approx([WEIGHT, 0], abs=0.05)
    assert message[:, 32, 92].tolist() == pytest.approx([0, WEIGHT], abs=0.05)


def test_a_class_that_wins_everywhere_is_all_that_is_left() -> None:
    alone = torch.zeros(1, 28, 33, 33)
    alone[:, SKY] = 1
    found = along_edges(alone, torch.zeros(1, 3, 33, 33))
    assert found.ids.tolist() == [SKY] and (found.labels(20, 31) == SKY).all()


def test_the_last_message_is_the_grids_fit_grown_bilinearly_and_read_at_each_pixels_own_color() -> None:
    """Against torch's own interpolation, on a photo whose colors are exact: gray levels 0..1 of -1..1."""
    random = torch.Generator().manual_seed(5)
    photo = torch.rand(1, 3, 33, 41, generator=random) * 2 - 1
    scores = 3 * torch.randn(1, 4, 33, 41, generator=random)
    found = along_edges(scores, photo)
    colors = (photo[0] + 1) / 2
    own = scores[0, found.ids.tolist(), ::STRIDE, ::STRIDE]
    guided = GuidedFilter(F.avg_pool2d(colors, 9, 8, 4, count_include_pad=False), REACH)
    likely = own.softmax(0)
    for _ in range(ROUNDS):
        likely = (own + WEIGHT * guided(likely)).softmax(0)
    lines = F.interpolate(guided.fit(likely), (33, 41), mode="bilinear", align_corners=True)
    expected = scores[0, found.ids.tolist()] + WEIGHT * ((lines[:, :3] * colors).sum(1) + lines[:, 3])
    torch.testing.assert_close(found.scores[0], expected, atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize(("scores", "photo"), [((1, 28, 33, 41), (1, 3, 41, 33)), ((1, 28, 32, 40), (1, 3, 32, 40))])
def test_sizes_that_do_not_fit_are_refused(scores: tuple[int, ...], photo: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="8n\\+1"):
        along_edges(torch.zeros(scores), torch.zeros(photo))


def test_the_constants_are_those_that_were_measured() -> None:
    """Another one is another network: `assets/MODEL_CARD.md` would have to be measured anew."""
    assert (STRIDE, REACH, ROUNDS, WEIGHT, SMOOTHNESS) == (8, 2, 4, 4.0, 1e-5)


@pytest.fixture(scope="module")
def chelsea() -> np.ndarray:
    return read_photo(sample("chelsea").path.read_bytes()).rgb


def test_fcn8s_alone_is_followed_by_a_crf_and_can_do_without(chelsea: np.ndarray) -> None:
    for head in HEADS:
        found, plain = predict(chelsea, head, 257, "cpu"), predict(chelsea, head, 257, "cpu", crf=False)
        assert (found.crf, plain.crf) == (head == "fcn8s", False)
        assert ("crf" in found.milliseconds) == found.crf and "crf" not in plain.milliseconds
        assert (found.labels != plain.labels).any() == found.crf
        np.testing.assert_allclose(found.scores, plain.scores, atol=1e-4)
        np.testing.assert_array_equal(plain.labels, labels_of(plain.scores, *chelsea.shape[:2]))


@pytest.mark.parametrize("classes", ["all", "voc21"])
def test_a_page_that_regrows_the_maps_gets_the_answers_own_outlines(chelsea: np.ndarray, classes: str) -> None:
    found = predict(chelsea, "fcn8s", 257, "cpu", classes=classes)
    assert found.maps is not None and (len(found.scores) == VOC_COUNT) == (classes == "voc21")
    own = labels_along_edges(regrow(found.maps, "fcn8s", classes), chelsea)
    assert (own == found.labels).mean() > 0.9995
    odd = predict(chelsea, "fcn8s", 270, "cpu", classes=classes)
    assert (labels_along_edges(odd.scores, chelsea) == odd.labels).mean() > 0.9995


def test_photos_of_a_batch_do_not_hear_each_other(chelsea: np.ndarray) -> None:
    photos = [chelsea, np.ascontiguousarray(chelsea[::-1])]
    together = predict_batch(photos, "fcn8s", 257, "cpu", [chelsea.shape[:2]] * 2)
    for one, each in zip(photos, together, strict=True):
        assert each.crf and (each.labels == predict(one, "fcn8s", 257, "cpu").labels).mean() > 0.999


def test_outlines_lie_where_the_photo_changes(chelsea: np.ndarray) -> None:
    steps = np.abs(np.diff(chelsea.astype(float), axis=1)).sum(2)

    def under(labels: np.ndarray) -> float:
        return float(steps[outline(labels)[:, :-1]].mean())

    found, plain = predict(chelsea, device="cpu"), predict(chelsea, device="cpu", crf=False)
    assert under(found.labels) > 1.15 * under(plain.labels)


def test_one_thread_does_it_and_the_caller_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counted(*arguments: torch.Tensor) -> Iterator[torch.Tensor]:
        seen.append(torch.get_num_threads())
        return last_message(*arguments)

    last_message = crf._last_message
    monkeypatch.setattr(crf, "_last_message", counted)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        along_edges(torch.randn(1, 3, 9, 17), torch.rand(1, 3, 9, 17))
        assert seen == [1] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
