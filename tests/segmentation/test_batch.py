"""Questions answered together, as a server of networks does: what goes wrong with one is told to that one alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from explainer.segmentation import batch, served
from explainer.segmentation.answer import slim
from explainer.segmentation.inference import predict, predict_batch
from explainer.segmentation.wire import Ask, read_reply
from tests.segmentation.test_served import SIDE

ODD = 7
"""The color of the photo that something goes wrong with."""


def ask(color: int, height: int = 40) -> Ask:
    """A question about a photo with a corner of one color."""
    photo = np.random.default_rng(color).integers(0, 256, (height, 60, 3)).astype(np.uint8)
    photo[0, 0] = color
    return served.request_for(photo, "fcn8s", SIDE, "all", crf=False)


def is_odd(photos: Any) -> bool:
    return any((photo[0, 0] == ODD).all() for photo in photos)


def right(sent: batch.Sent, asked: Ask) -> bool:
    """Whether it is what the network says of that photo by itself."""
    photo = np.frombuffer(asked.photo.data, np.uint8).reshape(asked.photo.shape)
    alone = predict(photo, "fcn8s", SIDE, "cpu", asked.size, crf=False)
    found = read_reply(sent.body, asked)
    return sent.status == 200 and bool((found.labels == alone.labels).mean() > 0.98)


def logged(said: batch.Sent) -> list[str]:
    """What the server's own log has of an answer: the kind of an error and its place, of a refusal nothing."""
    return [f"{said.body.decode()} in test_batch.py"] if said.status == 500 else []


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (RuntimeError("the pixels are 1 2 3"), batch.Sent(500, b"RuntimeError")),
        (MemoryError(), batch.Sent(500, b"MemoryError")),
        (ValueError("got a photo that is odd"), batch.Sent(400, b"got a photo that is odd")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_error_of_one_photo_in_the_network_is_no_other_photos(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, problem: Exception, said: batch.Sent
) -> None:
    runs: list[int] = []

    def run(photos: list[Any], *arguments: Any, **more: Any) -> Any:
        runs.append(len(photos))
        if is_odd(photos):
            raise problem
        return predict_batch(photos, *arguments, **more)

    monkeypatch.setattr(batch, "predict_batch", run)
    asks = [ask(1), ask(2, height=30), ask(ODD), ask(3), ask(4, height=30)]
    found = batch.answers(asks)
    assert found[2] == said
    assert [one.message.split(", line")[0] for one in caplog.records] == logged(said), "no word of what was sent"
    assert all(right(found[n], asks[n]) for n in (0, 1, 3, 4))
    assert sorted(runs) == [1, 1, 1, 2, 3], "those of another shape go through together, as ever"


def test_an_error_behind_the_network_is_that_photos_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    known = slim(predict(np.zeros((40, 60, 3), np.uint8), "fcn8s", SIDE, "cpu", crf=False))

    def cut_down(found: Any) -> Any:
        if len(found.labels) == ODD:
            raise KeyError("no such class")
        return known

    monkeypatch.setattr(batch, "slim", cut_down)
    asks = [ask(1), replace(ask(2), size=(ODD, 60)), ask(3)]
    assert [one.status for one in batch.answers(asks)] == [200, 500, 200]


def test_where_all_is_well_the_network_runs_once_for_all_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def run(photos: list[Any], *arguments: Any, **more: Any) -> Any:
        runs.append(len(photos))
        return predict_batch(photos, *arguments, **more)

    monkeypatch.setattr(batch, "predict_batch", run)
    asks = [ask(1), ask(2), replace(ask(3), model="nothing"), ask(4)]
    found = batch.answers(asks)
    assert runs == [3] and found[2].status == 400 and b"got model 'nothing'" in found[2].body
    assert all(right(found[n], asks[n]) for n in (0, 1, 3))
