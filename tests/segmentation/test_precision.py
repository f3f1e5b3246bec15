"""bfloat16 only where it is faster and right; and loading that waits for nobody else."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from explainer.segmentation import networks
from explainer.segmentation.inference import predict
from explainer.segmentation.networks import load
from explainer.segmentation.precision import half_pays, timed
from explainer.segmentation.weights import WeightsError


def scores(half: bool, wrong: int = 0) -> Tensor:
    """Scores of 1000 pixels; in bfloat16 some of them are labelled wrongly."""
    found = torch.zeros(1, 2, 10, 100)
    found[:, 1] = 1
    if half:
        found[0, 0].view(-1)[:wrong] = 2
    return found


@pytest.mark.parametrize(
    ("half_time", "wrong", "pays"),
    [(0.5, 0, True), (0.5, 20, True), (0.5, 21, False), (0.9, 0, True), (0.92, 0, False), (5.0, 0, False)],
)
def test_it_must_be_faster_and_keep_the_labels(half_time: float, wrong: int, pays: bool) -> None:
    def measure(run: Any, half: bool) -> tuple[float, Tensor]:
        return (half_time if half else 1.0), run(half).argmax(1)

    assert half_pays(lambda half: scores(half, wrong), measure) is pays


def test_a_device_without_bfloat16_stays_with_float32() -> None:
    def run(half: bool) -> Tensor:
        if half:
            raise RuntimeError("not implemented for 'BFloat16'")
        return scores(half)

    assert half_pays(run) is False


def test_timing_runs_what_it_is_given() -> None:
    asked: list[bool] = []

    def run(half: bool) -> Tensor:
        asked.append(half)
        return scores(half)

    seconds, labels = timed(run, True)
    assert seconds >= 0 and asked == [True] and (labels == 1).all()


@pytest.mark.parametrize(
    ("half", "full", "runs"),
    [(0.125, 0.25, 6), (1 / 64, 3 / 64, 16), (2.0, 4.0, 6), (0.25, 0.25, 6), (0.9, 0.1, 2)],
    ids=["twice at least", "short ones more often", "long ones twice", "no gain", "hopeless ones once"],
)
def test_both_precisions_run_in_turn_and_no_longer_than_it_takes_to_know(half: float, full: float, runs: int) -> None:
    asked: list[bool] = []

    def measure(run: Any, in_half: bool) -> tuple[float, Tensor]:
        asked.append(in_half)
        assert torch.get_num_threads() == 1
        return (half if in_half else full), run(in_half).argmax(1)

    threads = torch.get_num_threads()
    assert half_pays(scores, measure) is (half < full)
    assert sorted(asked) == [False] * (runs // 2) + [True] * (runs // 2)
    assert torch.get_num_threads() == threads


def test_a_slow_moment_decides_nothing() -> None:
    times = {True: iter([1.0, 1.0, 0.1, 1.0]), False: iter([1.0, 1.0, 0.2, 1.0])}

    def measure(run: Any, half: bool) -> tuple[float, Tensor]:
        return next(times[half]), run(half).argmax(1)

    assert half_pays(scores, measure)


def test_bfloat16_is_tried_once_and_only_for_who_labels_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr(networks, "_half_pays", lambda net, device: tried.append(net) or False)
    monkeypatch.setattr(networks, "_loaded", {})
    load("fcn8s", "cpu")
    gray = np.full((40, 60, 3), 128, np.uint8)
    predict(gray, "fcn8s", 129, "cpu", float32=True)
    assert tried == []
    for model in ("fcn8s", "fcn8s", "fcn32s"):
        predict(gray, model, 129, "cpu")
    assert tried == [load("fcn8s", "cpu")]
    assert networks.Loaded(networks.deconvnet(), torch.device("cpu")).half is False and len(tried) == 1


def test_a_long_download_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    started, release = threading.Event(), threading.Event()

    def slow(*_: Any) -> Any:
        started.set()
        assert release.wait(20)
        raise WeightsError("offline")

    monkeypatch.setattr(networks, "_torchvision", slow)
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            load("fcn_resnet50", "cpu")
        except WeightsError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert started.wait(20)
    assert load("fcn8s", "cpu") is load("fcn16s", "cpu")
    release.set()
    thread.join(20)
    assert len(failed) == 1
