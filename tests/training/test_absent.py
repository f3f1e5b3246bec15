"""What the network saw and is not there: the table, the teacher without it, and that its photos come more often."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explainer.segmentation.classes import CLASS_NAMES, VOC_COUNT
from tests.training.made_packs import make_packs
from training import batches
from training.absent import TABLE, absent, without
from training.batches import Feed
from training.labels import ANIMALS, subset
from training.packs import UNLABELLED, Packs

BOTTLE, PERSON = CLASS_NAMES.index("bottle"), CLASS_NAMES.index("person")


def test_the_table_names_each_photo_once_and_objects_only() -> None:
    rows = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    assert len(rows) == len(absent()) == 387 and rows == sorted(rows)
    assert sum(map(len, absent().values())) == 408
    for name, classes in absent().items():
        assert subset(name) in UNLABELLED, "where there is a mask it says what is there"
        assert len(set(classes)) == len(classes) and all(0 < one < VOC_COUNT for one in classes)
        assert subset(name) != "cocou" or PERSON not in classes, "a crowd's photo shows persons"


def test_the_background_gets_what_was_said_for_what_is_not_there() -> None:
    answer = np.zeros((VOC_COUNT, 1, 2), np.float16)
    answer[[0, BOTTLE, PERSON], 0, 0] = 0.25, 0.5, 0.25
    answer[PERSON, 0, 1] = 1
    found = without(answer, (BOTTLE, ANIMALS[0]))
    assert found[[0, BOTTLE, PERSON], 0, 0].tolist() == [0.75, 0, 0.25] and found[PERSON, 0, 1] == 1
    assert answer[BOTTLE, 0, 0] == 0.5, "the answer on disk stays"
    assert without(answer, ()) is answer


def test_the_teacher_says_nothing_of_it_and_its_photos_come_more_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_packs(tmp_path)
    packs = Packs(tmp_path)
    names = [name for name in packs.names if subset(name) == "inet"]
    for name in names:
        np.save(tmp_path / f"{name}.npy", np.full((VOC_COUNT, 49, 65), 1 / VOC_COUNT, np.float16))
    monkeypatch.setattr(batches, "absent", lambda: {"inet_bus": (BOTTLE,)})
    feed = Feed(packs, names, tmp_path, side=161, workers=0)
    rng = np.random.default_rng(0)
    drawn = [feed._draw_photo(rng, "inet")[0] for _ in range(400)]
    # It is one of four photos: so often on purpose, and a quarter of the rest.
    often = batches.MISTAKEN + (1 - batches.MISTAKEN) / 4
    assert drawn.count("inet_bus") / 400 == pytest.approx(often, abs=0.08)
    said = {name: feed._seen(rng, name, None, 96.0, 97, 4).teacher for name in names}
    bus, bear = said["inet_bus"], said["inet_bear"]
    assert bus is not None and bear is not None
    heard = bus.sum(0) > 0.5
    assert heard.any() and not bus[BOTTLE].any() and (bus[0][heard] > 1.5 / VOC_COUNT).all()
    assert bear[BOTTLE].any() and torch.isclose(bus.sum(0)[heard], torch.tensor(1.0), atol=0.01).all()
