"""Views, the split, and batches: pixels, targets and the teacher's answers stay together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from explainer.segmentation.classes import VOC_COUNT
from tests.training.made_packs import make_packs
from training.batches import WINDOW, Feed, correct, sharpened, trust
from training.labels import ALLOWED, ANIMALS, DENIAL, IGNORED, NO_OBJECT, OF_ANIMALS, UNKNOWN
from training.packs import Packs, outside_boxes, part_of
from training.pasting import paste, with_band
from training.views import View, draw, pick, random_view, sampled
from training.windows import GRID, Window, quilt

ALL = slice(None)


def test_pixels_and_targets_of_a_view_stay_together() -> None:
    rng = np.random.default_rng(3)
    labels = np.zeros((60, 80), np.uint8)
    labels[10:40, 20:70] = 15
    labels[45:55, 5:15] = 15
    rgb = np.repeat((labels > 0)[..., None] * np.uint8(200), 3, 2)
    for _ in range(30):
        view = random_view(rng, labels.shape, float(rng.uniform(0.5, 2)), 65, 97)
        seen = pick(labels, view, ALL, ALL, IGNORED)
        inside = seen != IGNORED
        bright = draw(rgb, view)[..., 0] > 100
        assert (bright[inside] == (seen[inside] == 15)).mean() > 0.96
        assert (draw(rgb, view)[~inside] == 127).mean() > 0.9 if (~inside).any() else True


@pytest.mark.parametrize(("row", "column"), [(41, 66), (20, 50), (30, 2)])
def test_a_view_holds_the_pixel_it_was_drawn_for(row: int, column: int) -> None:
    rng = np.random.default_rng(0)
    labels = np.zeros((50, 70), np.uint8)
    labels[row, column] = 7
    big = labels.repeat(3, 0).repeat(3, 1)
    for _ in range(20):
        view = random_view(rng, big.shape, 1.0, 33, 33, focus=(3 * row + 1, 3 * column + 1))
        assert (pick(big, view, ALL, ALL, IGNORED) == 7).any()


def test_the_teacher_is_sampled_where_the_pixels_are() -> None:
    ramp = np.linspace(0, 1, 33, dtype=np.float16)[None, None].repeat(17, 1)
    view = View(1.0, 0, 64, False, 64, 64)
    plain = sampled(ramp, (128, 256), view, 1)[0]
    assert plain[0, 0].item() == pytest.approx(64.5 / 256, abs=0.01)
    assert plain[0, -1].item() == pytest.approx(127.5 / 256, abs=0.01)
    mirrored = sampled(ramp, (128, 256), View(1.0, 0, 64, True, 64, 64), 1)[0]
    assert mirrored[0, 0].item() == pytest.approx(1 - 64.5 / 256, abs=0.01)


def test_the_teacher_may_not_say_what_the_target_denies() -> None:
    teacher = torch.full((1, VOC_COUNT, 1, 2), 1 / VOC_COUNT)
    targets = torch.tensor([[[DENIAL[15], UNKNOWN]]], dtype=torch.uint8)
    correct(teacher, targets)
    assert teacher[0, 15, 0, 0] == 0 and teacher[0, 0, 0, 0].item() == pytest.approx(2 / VOC_COUNT)
    assert teacher[0, 15, 0, 1].item() == pytest.approx(1 / VOC_COUNT)
    torch.testing.assert_close(teacher.sum(1), torch.ones(1, 1, 2))


def test_on_a_photo_of_a_dog_every_animal_is_a_dog_and_on_a_bear_none_is_one_of_vocs() -> None:
    teacher = torch.full((1, VOC_COUNT, 1, 2), 1 / VOC_COUNT)
    correct(teacher, torch.tensor([[[OF_ANIMALS[12], OF_ANIMALS[0]]]], dtype=torch.uint8))
    dog, bear = (teacher[0, :, 0, column] * VOC_COUNT for column in (0, 1))
    others = [animal for animal in ANIMALS if animal != 12]
    assert dog[others].tolist() == [0] * 5 and dog[12].item() == pytest.approx(6) and dog[0].item() == pytest.approx(1)
    assert bear[list(ANIMALS)].tolist() == [0] * 6 and bear[0].item() == pytest.approx(7)
    assert dog[15].item() == bear[15].item() == pytest.approx(1)


def test_a_photo_that_shows_an_animal_says_which_ones_it_does_not_show(tmp_path: Path) -> None:
    make_packs(tmp_path)
    packs = Packs(tmp_path)
    assert packs.animals == {"inet_dog": 12, "inet_bear": 0}
    dog, bear = (ALLOWED[np.unique(packs.load(f"inet_{name}").targets).item()] for name in ("dog", "bear"))
    assert {*np.flatnonzero(~dog)} == {3, 8, 10, 13, 17} and {*np.flatnonzero(~bear)} == {3, 8, 10, 12, 13, 17}
    assert (packs.load("inet_bus").targets == UNKNOWN).all()


def test_the_teacher_is_heard_beside_labels_but_not_where_all_is_ignored() -> None:
    found = trust(torch.tensor([15, NO_OBJECT, UNKNOWN, DENIAL[15], IGNORED], dtype=torch.uint8))
    assert found.tolist() == [1, 1, 1, 1, 0]


def test_a_quilt_keeps_each_photo_in_its_corner() -> None:
    four = [Window(np.full((33, 33, 3), n, np.uint8), np.full((33, 33), n, np.uint8)) for n in range(4)]
    four[1].teacher = torch.full((VOC_COUNT, 33, 33), 0.5)
    four[3].teacher = torch.ones(VOC_COUNT, 33, 33)
    whole = quilt(four, 65)
    assert whole.rgb.shape == (65, 65, 3) and whole.targets.shape == (65, 65)
    assert [whole.targets[y, x] for y in (0, -1) for x in (0, -1)] == [0, 1, 2, 3]
    assert whole.teacher is not None and whole.teacher.shape == (VOC_COUNT, 17, 17)
    assert [float(whole.teacher[0, y, x]) for y in (0, -1) for x in (0, -1)] == [0, 0.5, 0, 1]


def test_an_object_is_pasted_with_its_ignored_band_and_nothing_else_is() -> None:
    under = Window(np.zeros((64, 64, 3), np.uint8), np.full((64, 64), NO_OBJECT, np.uint8), torch.zeros(21, 16, 16))
    under.teacher[0] = 1
    over = Window(np.full((64, 64, 3), 9, np.uint8), np.full((64, 64), NO_OBJECT, np.uint8))
    over.targets[18:46, 10:46] = IGNORED
    over.targets[20:44, 12:44] = 8
    over.targets[60:, 60:] = IGNORED
    over.targets[50:54, 20:44] = 15
    paste(under, over, 8)
    oblong = np.zeros((64, 64), np.bool_)
    oblong[18:46, 10:46] = True
    assert ((under.rgb == 9).all(-1) == oblong).all() and (under.rgb.any(-1) == oblong).all()
    assert (under.targets[oblong] == over.targets[oblong]).all() and (under.targets[~oblong] == NO_OBJECT).all()
    there = torch.from_numpy(oblong[::GRID, ::GRID])
    assert under.teacher is not None and torch.equal(under.teacher[8].bool(), there)
    assert torch.equal(under.teacher[0].bool(), ~there), "what it said of the covered pixels is forgotten"


def test_an_object_of_a_few_pixels_is_not_pasted() -> None:
    targets = np.zeros((64, 64), np.uint8)
    targets[:19, :21] = 3
    assert with_band(targets, 3) is None
    targets[19, :3] = 3
    assert with_band(targets, 3) is not None


def test_sharpening_keeps_the_order_and_the_sum_and_leaves_silence_silent() -> None:
    teacher = torch.tensor([0.5, 0.3, 0.2]).view(1, 3, 1, 1).repeat(1, 1, 1, 2)
    teacher[..., 1] = 0
    found = sharpened(teacher)
    assert found[0, 0, 0, 0] > 0.5 and found[0, 2, 0, 0] < 0.2 and found[..., 0].sum().item() == pytest.approx(1)
    assert found[..., 1].tolist() == [[[0.0], [0.0], [0.0]]]


def test_boxes_deny_outside_and_know_nothing_inside() -> None:
    labels = outside_boxes([[0.5, 0.5, 0.2, 0.4]], 100, 200, margin=0)
    assert labels[50, 100] == 255 and labels[31, 81] == 255
    assert labels[10, 100] == 254 and labels[50, 60] == 254


def test_the_split_is_fixed_and_of_sensible_size() -> None:
    parts = Counter(part_of(f"voc_{number}") for number in range(2000))
    assert 150 < parts["validation"] < 250 and 80 < parts["test"] < 200
    held = {part: [n for n in range(12) if part_of(f"voc_{n}") == part] for part in ("validation", "test")}
    assert held == {"validation": [4], "test": [1, 11]}
    parts = Counter(part_of(f"cocofull_{number:012d}") for number in range(600))
    assert 60 < parts["validation"] < 140 and 60 < parts["test"] < 140
    assert {part_of(f"{kind}_{n}") for kind in ("cat", "horse", "cocoperson", "cocou") for n in range(99)} == {"train"}


def test_packs_are_read_with_all_that_is_known(tmp_path: Path) -> None:
    make_packs(tmp_path)
    packs = Packs(tmp_path)
    parts = [set(packs.part(part)) for part in ("train", "validation", "test")]
    assert len(parts[1]) == 3 and set.union(*parts) == set(packs.names)
    assert sum(map(len, parts)) == len(packs.names)
    person = packs.load("cocoperson_1")
    assert person.rgb.shape == (96, 72, 3) and person.mask[0, 0] == 254 and person.targets[0, 0] == DENIAL[15]
    crowd = packs.load("cocou_1")
    assert crowd.mask[0, 0] == 254 and crowd.targets[36, 48] == UNKNOWN
    with pytest.raises(FileNotFoundError):
        Packs(tmp_path / "labelled.tar")


def test_a_batch_depends_on_its_number_the_seed_and_the_rank_alone(tmp_path: Path) -> None:
    make_packs(tmp_path)
    packs = Packs(tmp_path)
    for name in packs.names:
        if name.startswith("coco"):
            np.save(tmp_path / f"{name}.npy", np.full((VOC_COUNT, 49, 65), 1 / VOC_COUNT, np.float16))
    feeds = [
        Feed(packs, packs.part("train"), tmp_path, 6, 2, *more) for more in ((0, 161), (0, 161), (1, 161), (0, 161, 1))
    ]
    first, again, *others = (feed.batch(5) for feed in feeds)
    assert torch.equal(first.x(), again.x()) and torch.equal(first.coarse, again.coarse)
    assert not any(torch.equal(first.x(), other.x()) for other in others)
    # Every 4th of 161 pixels: 41 from phase 0 on, 40 from a later one.
    assert first.x().shape == (6, 3, 161, 161) and set(first.coarse.shape[1:]) <= {40, 41}
    assert first.fine.shape == (2, 32 * WINDOW + 1, 32 * WINDOW + 1)
    top, left = first.cell_y * 32, first.cell_x * 32
    down, along = first.phase
    seen = first.fine[..., down::GRID, along::GRID]
    rows, columns = seen.shape[1:]
    coarse = first.coarse[:2, top // GRID :, left // GRID :][:, :rows, :columns]
    assert torch.equal(seen[:, : coarse.shape[1], : coarse.shape[2]], coarse)
    assert len(first.taught) == len(first.teacher) == len(first.trust) > 0
    small = Feed(packs, packs.part("train"), tmp_path, 6, 2, side=161, long_side=97).batch(5)
    assert (small.coarse == IGNORED).float().mean() > 2 * (first.coarse == IGNORED).float().mean()
    ahead = list(feeds[0].batches(2, 6))
    for feeds[0].workers in (0, 2):
        for number, (one, other) in enumerate(zip(ahead, feeds[0].batches(2, 6), strict=True), 2):
            assert torch.equal(one.rgb, feeds[0].batch(number).rgb) and torch.equal(one.rgb, other.rgb)
            assert torch.equal(one.teacher, other.teacher)
