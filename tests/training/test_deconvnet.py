"""DeconvNet's training on made photos: teacher, start, losses, steps, checkpoint, resuming, weights file, judging."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from explainer.segmentation.deconvnet import DeconvNet
from explainer.segmentation.groups import GROUP_COUNT, GROUPS
from explainer.segmentation.networks import deconvnet, load
from explainer.segmentation.resize import normalize
from explainer.segmentation.weights import bundled_state
from tests.training.made_packs import make_packs
from training.__main__ import main
from training.deconvnet.judging import Tally, replaced
from training.deconvnet.loop import batch_loss, match_strides, start_encoder
from training.deconvnet.windows import Batch, Windows, allowed_groups
from training.labels import IGNORED, NO_OBJECT
from training.packs import Packs, part_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs and one finished run of one step."""
    here = tmp_path_factory.mktemp("deconvnet")
    (here / "data").mkdir()
    make_packs(here / "data")
    assert main(command(here)) == 0
    return here


def command(folder: Path, *more: str) -> list[str]:
    sizes = ["--minutes", "0", "--check-every", "1", "--check-photos", "2", "--batch", "2"]
    places = ["--data", folder / "data", "--work-dir", folder / "work", "--out", folder / "out.pt"]
    return ["deconvnet", *(str(one) for one in [*places, *sizes, *more])]


def test_a_run_writes_answers_log_and_weights_and_goes_on(folder: Path) -> None:
    answers = sorted(path.stem for path in (folder / "work" / "teacher").glob("*.npy"))
    assert answers and all(part_of(name) == "train" for name in answers)
    assert not any(name.startswith(("cocou", "inet")) for name in answers)
    log = folder / "work" / "deconvnet" / "log.jsonl"
    (line,) = [json.loads(one) for one in log.read_text().splitlines()]
    assert line["step"] == 1 and np.isfinite(line["loss"]) and "water" in line
    state = torch.load(folder / "out.pt", weights_only=True)
    DeconvNet().load_state_dict({key: value.float() for key, value in state.items()})
    assert state["decoder.0.0.weight"].dtype == torch.float16 and state["decoder.0.1.weight"].dtype == torch.float32
    assert main(command(folder)) == 0
    assert [json.loads(one)["step"] for one in log.read_text().splitlines()] == [1, 2]


def test_judging_tells_every_replacement_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(folder, "--judge", "test", "--json", folder / "judged.json")) == 0
    assert "| mean IoU | " in capsys.readouterr().out
    judged = json.loads((folder / "judged.json").read_text())
    assert judged["photographs"] == len(Packs(folder / "data").part("test"))
    assert list(judged["networks"]) == ["own", "nails", "nearest", "other", "fcn8s"]
    net = deconvnet()
    photo, next_one = np.random.default_rng(0).integers(0, 255, (2, 64, 96, 3), np.uint8)
    with torch.inference_mode():
        label = replaced(net, 96)
        said, after = label(photo), label(next_one)
        own, before = (net.down(normalize(one)) for one in (next_one, photo))
        borrowed = net.up(own.bottom, before.indices).scores.argmax(1)[0]
    assert {name: one.shape for name, one in said.items()} == dict.fromkeys(said, (64, 96))
    assert (after["other"] == borrowed.numpy()).all(), "the photo that was judged before lends its indices"
    assert (after["other"] != after["own"]).any()


def test_pooled_maps_get_the_mean_and_spread_of_the_strided_ones() -> None:
    net, fcn = DeconvNet().eval(), load("fcn8s")
    start_encoder(net, bundled_state())
    x = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        strided = fcn.features[:15](x)
        before = net.rescale[4](net.down(x).pooled[4])
        match_strides(net, fcn, x)
        after = net.rescale[4](net.down(x).pooled[4])
    for statistic in (lambda maps: maps.mean((0, 2, 3)), lambda maps: maps.std((0, 2, 3))):
        assert torch.allclose(statistic(after), statistic(strided), atol=2e-3)
        assert not torch.allclose(statistic(before), statistic(strided), atol=0.1)


def test_the_loss_is_least_where_the_answer_is_allowed_and_the_teacher_agrees() -> None:
    allowed = allowed_groups()
    assert allowed[NO_OBJECT].tolist() == [True, False, False, False, True, True, True, True, True]
    targets = torch.tensor([[[15, NO_OBJECT], [21, IGNORED]]], dtype=torch.uint8)
    right = torch.tensor([[[1, 5], [4, 2]]])
    teacher = torch.nn.functional.one_hot(right, GROUP_COUNT).permute(0, 3, 1, 2).float()
    batch = Batch(torch.zeros(1, 3, 2, 2), targets, teacher)
    good = batch_loss(20 * teacher, batch)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        wrong = 20 * teacher
        wrong[0, :, row, column] = wrong[0, :, row, column].roll(1 if row + column else 2)
        assert batch_loss(wrong, batch) > good + 0.5
    assert good < 1e-3


def test_windows_are_a_function_of_their_number(folder: Path) -> None:
    one, two = (Windows(Packs(folder / "data"), folder / "work" / "teacher", 2) for _ in range(2))
    a, b, c = one.batch(3), two.batch(3), one.batch(-3)
    assert torch.equal(a.x, b.x) and torch.equal(a.targets, b.targets) and not torch.equal(a.x, c.x)
    assert a.x.shape == (2, 3, 128, 128) and a.teacher.shape == (2, GROUP_COUNT, 128, 128)
    assert torch.allclose(a.teacher.sum(1), torch.ones(2, 128, 128), atol=0.02)


def test_objects_are_judged_on_photos_of_objects_and_scenery_on_scenes() -> None:
    tally = Tally()
    tally.add("voc_1", np.array([[15, 0], [8, 255]], np.uint8), np.array([[1, 4], [1, 1]], np.uint8))
    tally.add("msrc_1", np.array([[21, 23], [26, 255]], np.uint8), np.array([[4, 5], [5, 0]], np.uint8))
    found = tally.by_group()
    assert found["person"] == 0.5 and found["animal"] == 0  # sky on a photo of objects is as right as anything else
    assert found["sky"] == 1 and found["plants and hills"] == 0.5 and found["water"] == 0
    assert tally.summary()["pixels"] == pytest.approx(4 / 6)
    assert set(found) <= {group.title for group in GROUPS}
