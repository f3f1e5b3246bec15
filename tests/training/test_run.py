"""The whole command on a handful of made pictures: it trains, resumes, writes the file, and judges it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from explainer.segmentation.model import FCN, HEADS
from explainer.segmentation.weights import sha256_of
from tests.training.made_packs import initial_state, make_packs
from training import evaluate
from training.__main__ import INITIAL, arguments, main, train
from training.batches import Feed
from training.finish import blend, shift_background
from training.loop import Plan, Run, parameter_groups, rate_at
from training.packs import Packs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs, initial weights, and one smoke run's results."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "data").mkdir()
    make_packs(folder / "data")
    torch.save(initial_state(), folder / INITIAL)
    assert main(command(folder)) == 0
    return folder


def command(folder: Path) -> list[str]:
    places = ["--data", str(folder / "data"), "--weights", str(folder), "--work-dir", str(folder / "work")]
    return [*places, "--out", str(folder / "out.pt"), "--device", "cpu", "--smoke"]


def test_a_smoke_run_writes_a_weights_file_that_loads(folder: Path) -> None:
    state = torch.load(folder / "out.pt", weights_only=True)
    FCN().load_state_dict({key: value.float() for key, value in state.items()}, strict=True)
    assert state["score8.weight"].dtype == torch.float16 and state["grow8.weight"].dtype == torch.float32


def test_it_judges_the_start_and_every_checkpoint(folder: Path) -> None:
    log = [json.loads(line) for line in (folder / "work" / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [0, 1, 2]
    assert all({"fcn32s", "fcn16s", "fcn8s", "loss"} <= line.keys() for line in log)
    best = torch.load(folder / "work" / "run" / "best.pt", weights_only=True)
    assert best["fcn8s"] == max(line["fcn8s"] for line in log)


def test_a_finished_run_resumes_without_training_again(folder: Path) -> None:
    before, digest = (folder / "work" / "run" / "log.jsonl").read_text(), sha256_of(folder / "out.pt")
    assert train(arguments(command(folder))) == digest
    assert (folder / "work" / "run" / "log.jsonl").read_text() == before


def test_training_moves_what_it_should_and_nothing_else(folder: Path) -> None:
    last = torch.load(folder / "work" / "run" / "last.pt", weights_only=True)["model"]
    fresh = FCN().state_dict()
    assert last["score8.weight"].abs().max() > 0
    assert not torch.equal(last["grow8.weight"], fresh["grow8.weight"])
    start = Run(FCN(), Plan(), folder / "other", torch.device("cpu"))
    frozen = [p for block in start.model.features[: Plan.frozen_blocks] for p in block.parameters()]
    assert frozen and not any(p.requires_grad for p in frozen)


def test_the_blend_lies_on_the_line_and_the_shift_reaches_every_head() -> None:
    torch.manual_seed(0)
    start, trained = FCN().eval(), FCN().eval()
    half = blend(start, trained, 0.5)
    expected = (start.head.proj.weight + trained.head.proj.weight) / 2
    torch.testing.assert_close(half.head.proj.weight, expected)
    x = torch.randn(1, 3, 65, 65)
    with torch.inference_mode():
        before = half(x)
        shift_background(half, 0.5)
        after = half(x)
    for head in HEADS:
        torch.testing.assert_close(getattr(after, head)[:, 0], getattr(before, head)[:, 0] - 0.5, rtol=1e-4, atol=1e-4)
        assert torch.equal(getattr(after, head)[:, 1:], getattr(before, head)[:, 1:])


def test_the_trunk_waits_and_every_rate_falls() -> None:
    plan = Plan(steps=1000, trunk_wait=100, warm_up=10)
    trunk, head = parameter_groups(FCN(), plan)[:2]
    assert rate_at(99, trunk, plan) == 0 and rate_at(99, head, plan) > 0
    assert rate_at(120, trunk, plan) > rate_at(500, trunk, plan) > rate_at(999, trunk, plan) > 0
    assert rate_at(120, trunk, plan, done=0.5) == pytest.approx(rate_at(500, trunk, plan))
    assert rate_at(120, trunk, plan, done=7) > 0


def test_a_run_may_be_bounded_by_time(folder: Path) -> None:
    options = arguments([*command(folder), "--run", "short"])
    packs = Packs(options.data)
    names, held = packs.split()
    feed = Feed(packs, names[:3], options.work_dir / "teacher", 2, 1, 0, (161,))
    run = Run(FCN(), Plan(minutes=1e-6, side=161, check_every=50), folder / "short", torch.device("cpu"))
    run.train(feed, packs, held[:1])
    assert run.step == 1 and run.time_share() >= 1
    assert (folder / "short" / "best.pt").exists()


def test_evaluate_prints_one_table_of_all_networks(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "tflite_labeller", lambda *_: lambda rgb: rgb[..., 0] * 0)
    argv = ["--data", str(folder / "data"), "--weights", str(folder), "--file", str(folder / "out.pt")]
    status = main(["evaluate", *argv, "--side", "161", "--device", "cpu", "--json", str(folder / "numbers.json")])
    assert status == 0
    out = capsys.readouterr().out
    assert "2 photographs" in out and "| **mean IoU, %** |" in out and "| person |" in out
    numbers = json.loads((folder / "numbers.json").read_text())
    names = ["fcn32s", "fcn16s", "fcn8s", "deeplab (torch)", "deeplab (tflite)", "all background"]
    assert list(numbers) == names
    assert all(0 <= row["mean_iou"] <= 1 and row["ms"] > 0 for row in numbers.values())
