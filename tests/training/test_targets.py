"""Packs, the split, and what each pixel should become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.made_packs import make_packs
from training.batches import GRID, WINDOW, Feed, draw, random_view, sampling_weights
from training.packs import ANIMALS, Packs, Sample, allowed_classes, is_validation, outside_boxes
from training.targets import TEACHER_SHARE, View, target

WHOLE = View(0, 0, 1, 1, False, 33, 65)
ALL = np.ones(21, np.bool_)
HELD = [0, 1, 2, 3, 8, 9]


def teacher(class_id: int = 15, sure: float = 0.9) -> np.ndarray:
    """Answers (21, 5, 9) that favour one class everywhere."""
    answer = np.full((21, 5, 9), (1 - sure) / 20, np.float16)
    answer[class_id] = sure
    return answer


def sample(labels: np.ndarray, denied: int = -1, allowed: np.ndarray = ALL) -> Sample:
    return Sample("x_1", np.zeros((*labels.shape, 3), np.uint8), labels, denied, allowed)


def whole_target(one: Sample, answer: np.ndarray) -> torch.Tensor:
    return target(one, answer, WHOLE, np.arange(33), np.arange(65))


def test_every_pixel_gets_a_distribution() -> None:
    labels = np.random.default_rng(0).choice([0, 8, 254, 255], (33, 65)).astype(np.uint8)
    found = whole_target(sample(labels, denied=8), teacher())
    assert found.shape == (21, 33, 65) and float(found.min()) >= 0
    torch.testing.assert_close(found.sum(0), torch.ones(33, 65))


def test_a_label_outweighs_the_teacher() -> None:
    found = whole_target(sample(np.full((33, 65), 8, np.uint8)), teacher(15))
    assert (found[8] >= 1 - TEACHER_SHARE).all()


def test_unknown_pixels_follow_the_teacher() -> None:
    found = whole_target(sample(np.full((33, 65), 255, np.uint8)), teacher(12))
    assert (found.argmax(0) == 12).all()


def test_254_forbids_the_subsets_class() -> None:
    labels = np.full((33, 65), 254, np.uint8)
    labels[:, 32:] = 255
    found = whole_target(sample(labels, denied=15), teacher(15, 0.99))
    assert (found[15, :, :32] == 0).all()
    assert (found.argmax(0)[:, 32:] == 15).all()


def test_classes_the_photo_cannot_hold_are_forbidden() -> None:
    found = whole_target(sample(np.full((33, 65), 255, np.uint8), allowed=allowed_classes(0)), teacher(8, 0.99))
    assert (found[8] == 0).all() and (found.argmax(0) == 0).all()


def test_a_photo_of_a_dog_turns_the_teachers_cat_into_a_dog() -> None:
    labels = np.full((33, 65), 255, np.uint8)
    dog = Sample("inet_1", np.zeros((33, 65, 3), np.uint8), labels, -1, allowed_classes(12), 12)
    assert (whole_target(dog, teacher(8, 0.99)).argmax(0) == 12).all()
    assert (whole_target(dog, teacher(15, 0.99)).argmax(0) == 15).all()


def test_a_mirrored_window_mirrors_labels_and_teacher_alike() -> None:
    labels = np.full((33, 65), 255, np.uint8)
    labels[:, :20] = 3
    answer = teacher(15)
    answer[:, :, 6:] = teacher(7)[:, :, 6:]
    rows, columns = np.arange(33), np.arange(65)
    plain = target(sample(labels), answer, WHOLE, rows, columns)
    mirrored = target(sample(labels), answer, View(0, 0, 1, 1, True, 33, 65), rows, columns)
    torch.testing.assert_close(mirrored, plain.flip(2), rtol=1e-4, atol=1e-4)
    assert plain.argmax(0)[5, [0, 30, 64]].tolist() == [3, 15, 7]


def test_pixels_and_labels_of_a_window_stay_together() -> None:
    rng = np.random.default_rng(3)
    labels = np.zeros((60, 80), np.uint8)
    labels[10:40, 20:70] = 15
    rgb = np.repeat((labels > 0)[..., None] * np.uint8(200), 3, 2)
    one = Sample("x", rgb, labels, -1, ALL)
    for _ in range(20):
        view = random_view(rng, 80 / 60, 65, 97)
        pixels = draw(one.rgb, view)[..., 0] > 100
        found = target(one, teacher(0), view, np.arange(65), np.arange(97)).argmax(0).numpy() == 15
        assert (pixels == found).mean() > 0.97


def test_boxes_deny_outside_and_know_nothing_inside() -> None:
    labels = outside_boxes([[0.5, 0.5, 0.2, 0.4]], 100, 200, margin=0)
    assert labels[50, 100] == 255 and labels[31, 81] == 255
    assert labels[10, 100] == 254 and labels[50, 60] == 254


def test_an_animal_excludes_the_others_and_a_car_excludes_nothing() -> None:
    assert [i for i in ANIMALS if allowed_classes(8)[i]] == [8]
    assert not any(allowed_classes(0)[i] for i in ANIMALS) and allowed_classes(0)[15]
    assert allowed_classes(7).all() and allowed_classes(-1).all()


def test_the_split_is_fixed_and_takes_only_fully_labelled_photos() -> None:
    names = [f"cocofull_{number:012d}" for number in range(400)]
    held = [name for name in names if is_validation(name)]
    assert 150 < len(held) < 250
    assert [int(name[9:]) for name in held if int(name[9:]) < 12] == HELD
    assert not any(is_validation(f"{kind}_{number}") for kind in ("cocoperson", "cat", "ccp") for number in range(99))


def test_packs_are_read_with_all_that_is_known(tmp_path: Path) -> None:
    make_packs(tmp_path)
    packs = Packs(tmp_path)
    train, held = packs.split()
    assert len(held) == 2 and set(train) | set(held) == set(packs.names) and not set(train) & set(held)
    assert packs.load(held[0]).fully_labelled
    person = packs.load("cocoperson_1")
    assert person.denied == 15 and person.rgb.shape == (96, 72, 3) and person.labels[0, 0] == 254
    crowd = packs.load("cocou_1")
    assert crowd.denied == 15 and crowd.labels[0, 0] == 254 and crowd.labels[36, 48] == 255
    assert not packs.load("inet_1").allowed[8] and packs.load("inet_2").allowed[8]
    with pytest.raises(FileNotFoundError):
        Packs(tmp_path / "labelled.tar")


def test_a_batch_depends_on_its_number_and_the_seed_alone(tmp_path: Path) -> None:
    make_packs(tmp_path)
    packs = Packs(tmp_path)
    names = packs.split()[0]
    for name in packs.names:
        np.save(tmp_path / f"{name}.npy", teacher(8))
    feeds = [Feed(packs, names, tmp_path, 3, 2, seed, (161,)) for seed in (0, 0, 1)]
    first, again, other = (feed.batch(5) for feed in feeds)
    assert torch.equal(first.x, again.x) and torch.equal(first.coarse, again.coarse)
    assert not torch.equal(first.x, other.x)
    assert first.coarse.shape[-2:] == tuple((side - 1) // GRID + 1 for side in first.x.shape[-2:])
    assert first.fine.shape == (2, 21, 32 * WINDOW + 1, 32 * WINDOW + 1)
    top, left = first.cell_y * 32, first.cell_x * 32
    coarse = first.coarse[:2, :, top // GRID :, left // GRID :][
        ..., : 32 * WINDOW // GRID + 1, : 32 * WINDOW // GRID + 1
    ]
    torch.testing.assert_close(first.fine[..., ::GRID, ::GRID], coarse)
    assert len(list(feeds[0].batches(2, 6))) == 4


def test_rare_classes_are_drawn_more_often() -> None:
    presence = np.zeros((200, 21), np.bool_)
    presence[:, 0] = True
    presence[0, 10] = True
    weights = sampling_weights(["cocoperson_1"] * 200, presence)
    assert weights[0] > 3 * weights[1] and weights[1] == 1
