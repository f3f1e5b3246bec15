"""A whole run on made photos: teacher, steps, checkpoint, resuming, the weights file, the tables."""

from __future__ import annotations

import json
import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

from explainer.photos import read_photo
from explainer.segmentation.classes import VOC_COUNT
from explainer.segmentation.inference import predict
from explainer.segmentation.model import FCN, HEADS
from explainer.segmentation.networks import load
from explainer.segmentation.resize import voc_only
from explainer.segmentation.samples import sample
from tests.training.made_packs import initial_state, make_packs
from training import evaluate
from training.__main__ import main
from training.export import export
from training.judging import heads_of
from training.labels import subset
from training.loop import Plan, Run, follow, parameter_groups, rate_at
from training.packs import Packs
from training.start import initialize
from training.teacher import DeepLab, Teacher, taught


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs, initial weights, and one finished run of two steps."""
    here = tmp_path_factory.mktemp("training")
    (here / "data").mkdir()
    make_packs(here / "data")
    torch.save(initial_state(), here / "mnv2_deeplab_voc21_fp16.pt")
    assert main(command(here)) == 0
    return here


def command(folder: Path) -> list[str]:
    start = folder / "mnv2_deeplab_voc21_fp16.pt"
    sizes = ["--steps", "2", "--check-every", "1", "--check-photos", "3", "--batch", "2", "--side", "161"]
    places = ["--data", folder / "data", "--weights", folder, "--start", start, "--work-dir", folder / "work"]
    return [str(one) for one in [*places, "--out", folder / "out.pt", "--device", "cpu", *sizes]]


def test_a_run_writes_log_answers_checkpoints_and_weights(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "work" / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    assert set(lines[0]["fcn8s"]) == {"voc", "coco", "scenes", "mean"}
    answers = {path.stem for path in (folder / "work" / "teacher").glob("*.npy")}
    assert answers == set(taught(Packs(folder / "data"))) >= {"cocou_1", "inet_dog"}
    state = torch.load(folder / "out.pt", weights_only=True)
    FCN().load_state_dict({key: value.float() for key, value in state.items()})
    assert state["features.1.conv.0.0.weight"].dtype == torch.float16
    assert state["grow8.weight"].dtype == torch.float32
    assert (folder / "out.pt").stat().st_size < 10e6


def test_a_finished_run_resumes_without_training_again(folder: Path) -> None:
    before = (folder / "work" / "run" / "log.jsonl").read_text()
    weights = (folder / "out.pt").read_bytes()
    assert main(command(folder)) == 0
    assert (folder / "work" / "run" / "log.jsonl").read_text() == before
    assert (folder / "out.pt").read_bytes() == weights


def test_training_moves_what_it_should_and_nothing_else(folder: Path) -> None:
    last = torch.load(folder / "work" / "run" / "last.pt", weights_only=True)["model"]
    start = initialize(FCN(), initial_state()).state_dict()
    moved = {key for key, value in start.items() if not torch.equal(value, last[key])}
    assert {"skip8.score.weight", "skip16.refine.weight", "upscore16_to_8.weight", "grow8.weight"} <= moved
    assert {"head.logits.weight", "features.17.conv.2.weight"} <= moved
    assert not any(key.startswith(tuple(f"features.{i}." for i in range(Plan.frozen_blocks))) for key in moved)


@pytest.mark.parametrize("earlier", [False, True])
def test_the_start_answers_as_the_network_it_comes_from(earlier: bool) -> None:
    """The 21 old answers stay what they were, bit for bit of the softmax; the scenes share the background evenly."""
    x = torch.rand(1, 3, 97, 65, generator=torch.Generator().manual_seed(2)) * 2 - 1
    net = initialize(FCN(), initial_state()).eval()
    if earlier:
        state = net.state_dict()
        old = {key: value for key, value in state.items() if key.startswith("features.")}
        old |= {f"head.{k}": v for k, v in _old_head(initial_state()).items()}
        torch.manual_seed(3)
        for stride, channels in ((16, 576), (8, 192)):
            old |= {f"score{stride}.weight": torch.randn(21, channels, 1, 1), f"score{stride}.bias": torch.randn(21)}
        for name, size in (
            ("upscore32_to_16", 3),
            ("upscore16_to_8", 3),
            ("grow8", 15),
            ("grow16", 31),
            ("grow32", 63),
        ):
            old[f"{name}.weight"] = torch.rand(21, 1, size, size)
        net = initialize(FCN(), old).eval()
    with torch.inference_mode():
        maps = net.score_maps(x)
        own = maps.fused8.softmax(1)
        torch.testing.assert_close(own[:, 21:], own[:, :1].expand(-1, 7, -1, -1), rtol=1e-3, atol=1e-5)
        if earlier:
            old8 = torch.nn.functional.conv2d(net.trunk(x)[0], old["score8.weight"], old["score8.bias"])
            got = voc_only(maps.score8)[:, 1:] - old8[:, 1:]
            torch.testing.assert_close(got, torch.zeros_like(got), rtol=0, atol=1e-4)


def _old_head(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.removeprefix("deeplab_head."): value for key, value in state.items() if key.startswith("deeplab_head.")}


def test_a_second_round_starts_where_the_first_ended() -> None:
    torch.manual_seed(5)
    first = FCN()
    halves = {key: value.half() if "conv" in key else value for key, value in first.state_dict().items()}
    second = initialize(FCN(), halves).state_dict()
    assert all(torch.equal(value, halves[key].float()) for key, value in second.items())


def test_the_way_back_as_a_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start, *ends = (folder / name for name in ("trained.pt", "own.pt", "half.pt"))
    export(FCN(), start)
    more = ["--weights", str(folder), "--file", str(start)]
    for share, out in zip(("1", "0.5"), ends, strict=True):
        assert main(["back", *more, "--share", share, "--out", str(out)]) == 0
    assert "SHA-256" in capsys.readouterr().out
    before, own, half = (torch.load(one, weights_only=True) for one in (start, *ends))
    assert all(torch.equal(before[key], own[key]) for key in before)
    assert not torch.equal(own["features.17.conv.2.weight"], half["features.17.conv.2.weight"])
    with pytest.raises(SystemExit):
        main(["back", *more, "--share", "1.5", "--out", str(ends[0])])
    assert "allowed are 0 to 1" in capsys.readouterr().err


def test_a_frozen_trunk_leaves_the_rest_to_be_trained() -> None:
    plan = Plan(frozen_blocks=18)
    net = FCN()
    groups = parameter_groups(net, plan)
    assert not groups[0]["params"] and not any(p.requires_grad for p in net.features.parameters())
    assert sum(p.numel() for group in groups for p in group["params"]) == sum(
        p.numel() for name, p in net.named_parameters() if not name.startswith("features.")
    )
    torch.optim.AdamW(groups, lr=0.0)


def test_the_fcn_teaches_twice_as_much_as_deeplab_and_a_mirror_image_is_told_the_same() -> None:
    teacher = Teacher(initial_state(), initial_state(), torch.device("cpu"))
    rgb = np.zeros((60, 90, 3), np.uint8)
    rgb[:, :30] = 255
    asked: list[int] = []

    def crooked(x: torch.Tensor) -> torch.Tensor:
        """Cat where it is bright, and bird the more, the farther to the right, whatever is there."""
        asked.append(max(x.shape[-2:]))
        scores = torch.zeros(len(x), VOC_COUNT, *x.shape[-2:])
        scores[:, 8] = 9 * x[:, 0]
        scores[:, 3] = torch.linspace(0, 9, x.shape[-1])
        return scores

    teacher.deeplab = crooked  # type: ignore[assignment]
    plain, mirrored = (teacher.answer(one, "voc") for one in (rgb, np.ascontiguousarray(rgb[:, ::-1])))
    assert asked == [513, 641] * 2
    np.testing.assert_allclose(plain, mirrored[:, :, ::-1], atol=2e-3)
    bright, dark = plain[:, :, 2], plain[:, :, -3]
    assert bright[8].mean() > dark[8].mean() + 0.2 and bright[3].mean() < dark[3].mean()
    with torch.inference_mode():
        teacher.fcn.head.logits.bias[3] += 50  # the FCN now says "bird" everywhere
    assert (teacher.answer(rgb, "voc") == plain).all(), "of VOC's masks the FCN has nothing to say"
    for kind in ("cocofull", "inet", "cocou"):
        asked.clear()
        twice = (2 + plain[3].mean(dtype=float)) / 3
        assert teacher.answer(rgb, kind)[3].mean(dtype=float) == pytest.approx(twice, abs=0.03)
        assert asked == ([321, 385] if kind in ("inet", "cocou") else [513, 641])


@pytest.mark.parametrize("hold", [0.0, 0.25])
def test_a_held_trunk_goes_its_share_of_the_way_back(tmp_path: Path, hold: float) -> None:
    torch.manual_seed(7)
    origin = initialize(FCN(), initial_state())
    run = Run(FCN(), Plan(hold=hold, rate=0.5, warm_up=1), tmp_path, torch.device("cpu"), origin.features)
    before = {key: value.clone() for key, value in run.model.state_dict().items()}
    run.pull_back()
    for key, value in run.model.state_dict().items():
        held = key.startswith("features.") and int(key.split(".")[1]) >= Plan.frozen_blocks
        expected = before[key].lerp(origin.state_dict()[key], hold) if held else before[key]
        torch.testing.assert_close(value, expected)


def test_the_teacher_is_asked_about_all_but_the_scenes(folder: Path) -> None:
    packs = Packs(folder / "data")
    kinds = {name: subset(name) for name in taught(packs)}
    assert set(kinds.values()) == {"voc", "cocofull", "cocoperson", "cocou", "inet"}
    assert set(kinds) == {name for name in packs.part("train") if not name.startswith("msrc")}


def test_deeplab_has_its_stride_of_16_back() -> None:
    with torch.inference_mode():
        assert DeepLab(initial_state()).eval()(torch.zeros(1, 3, 65, 97)).shape == (1, VOC_COUNT, 5, 7)


def test_every_rate_warms_up_and_falls() -> None:
    plan = Plan(steps=1000, warm_up=10)
    trunk, head = parameter_groups(FCN(), plan)[:2]
    assert rate_at(0, trunk, plan) < rate_at(9, trunk, plan) < rate_at(9, head, plan)
    assert rate_at(20, trunk, plan) > rate_at(500, trunk, plan) > rate_at(999, trunk, plan) > 0
    assert rate_at(20, trunk, plan, done=0.5) == pytest.approx(rate_at(500, trunk, plan))
    assert rate_at(20, trunk, plan, done=7) > 0
    slower = Plan(steps=1000, warm_up=10, rate=0.5)
    assert rate_at(20, trunk, slower) == pytest.approx(rate_at(20, trunk, plan) / 2)


def test_a_run_may_be_bounded_by_time(folder: Path) -> None:
    run = Run(FCN(), Plan(minutes=1e-6), folder / "short", torch.device("cpu"))
    run.seconds = 1.0
    assert run.time_share() >= 1
    run.train(None, Packs(folder / "data"), [])  # type: ignore[arg-type]
    assert run.step == 0


def test_two_processes_end_with_the_same_weights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # New processes run the parent's main module again; after a test of a page that is a page of the app.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    argv = [*command(folder), "--run", "pair", "--processes", "2", "--threads", "1", "--out", str(folder / "pair.pt")]
    assert main(argv) == 0
    lines = (folder / "work" / "pair" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2]


def test_evaluate_prints_tables_of_all_networks(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    background = {"deeplab (tflite)": 0}
    monkeypatch.setattr(evaluate, "tflite", lambda *_: lambda rgb, voc: {name: rgb[..., 0] * 0 for name in background})
    common = ["--data", str(folder / "data"), "--file", str(folder / "out.pt"), "--device", "cpu"]
    argv = [*common, "--weights", str(folder), "--side", "161", "--confusion", "--json", str(folder / "numbers.json")]
    assert main(["evaluate", *argv]) == 0
    out = capsys.readouterr().out
    assert "3 photographs (validation)" in out and "| **mean IoU** |" in out and "| person |" in out
    assert "accuracy within 6 pixels of outlines" in out and "| sky |" in out
    numbers = json.loads((folder / "numbers.json").read_text())
    assert list(numbers) == [
        *HEADS,
        "fcn8s and CRF",
        "fcn8s, one look",
        "fcn8s, one look, and CRF",
        "fcn8s, every class",
        "deeplab (torch)",
        "deeplab (tflite)",
        "all background",
    ]
    assert all(0 <= row["mean_iou"]["mean"] <= 1 and row["ms"] > 0 for row in numbers.values())
    assert main(["evaluate", *common, "--side", "97", "--versions", "3"]) == 0
    rows = capsys.readouterr().out.partition("The mean of 3 versions")[2].strip().splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows[2:]] == [f"| {name}" for name in numbers if "deeplab" not in name]
    assert re.fullmatch(r"\| all background \|( \d+\.\d \(\d+\.\d to \d+\.\d\) \|){4}", rows[-1]), rows[-1]
    with pytest.raises(SystemExit):
        main(["evaluate", *common, "--versions", "0"])
    assert "--versions is 0; it must be at least 1." in capsys.readouterr().err
    monkeypatch.setattr(evaluate, "SIZES", (97, 161))
    assert main(["evaluate", *common, "--sizes", "--part", "test", "--versions", "2"]) == 0
    out = capsys.readouterr().out
    assert "3 photographs (test)" in out and "\n| 97 | " in out and "\n| 161 | " in out


def test_the_networks_are_judged_by_voc_classes_where_the_masks_know_no_others() -> None:
    torch.manual_seed(0)
    label = heads_of(FCN().eval(), 97, torch.device("cpu"))
    rgb = torch.randint(0, 255, (40, 60, 3), generator=torch.Generator().manual_seed(0)).to(torch.uint8).numpy()
    with torch.inference_mode():
        assert all(labels.max() < VOC_COUNT for labels in label(rgb, True).values())


@pytest.mark.parametrize("crf", [True, False])
def test_the_bundled_network_is_judged_as_it_answers_with_and_without_its_crf(crf: bool) -> None:
    rgb = read_photo(sample("chelsea").path.read_bytes()).rgb
    net = load("fcn8s", "cpu")
    assert isinstance(net, FCN)
    with torch.inference_mode():
        found = heads_of(net, 129, torch.device("cpu"), ("fcn8s",), mirrored=True, crf=crf)(rgb, False)["fcn8s"]
    assert (found == predict(rgb, "fcn8s", 129, "cpu", float32=True, crf=crf).labels).mean() > 0.9999


@pytest.mark.parametrize(("step", "expected"), [(0, 0.9), (10**6, 0.005)])
def test_the_average_follows_quickly_at_first_and_slowly_later(step: int, expected: float) -> None:
    average, model = (torch.nn.Conv2d(1, 1, 1, bias=False) for _ in range(2))
    torch.nn.init.zeros_(average.weight)
    torch.nn.init.ones_(model.weight)
    follow(average, model, step, 0.995)
    assert average.weight.item() == pytest.approx(expected)
