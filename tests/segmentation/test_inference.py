"""One prediction function for all networks, on real and made photographs."""

from __future__ import annotations

import threading
from typing import Any, cast

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchvision.models import get_model

from explainer.photos import read_photo
from explainer.segmentation import devices, networks
from explainer.segmentation import inference as module
from explainer.segmentation.devices import choose_device, is_out_of_memory
from explainer.segmentation.inference import labels_of, predict, predict_batch, regrow
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.model import FCN, HEADS
from explainer.segmentation.networks import load
from explainer.segmentation.prediction import Prediction
from explainer.segmentation.resize import torchvision_input
from explainer.segmentation.samples import sample

SIDE = 193


@pytest.fixture(scope="module")
def chelsea() -> Prediction:
    """The cat, at the default size."""
    return predict(read_photo(sample("chelsea").path.read_bytes()).rgb)


def photo(height: int, width: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_the_cat_is_a_cat(chelsea: Prediction) -> None:
    shares = {share.name: share.share for share in class_shares(chelsea.labels)}
    assert shares["cat"] > 0.4


KNOWN = {
    "chelsea": ("cat", 0.4),
    "horses": ("horse", 0.2),
    "cow": ("cow", 0.12),
    "dog": ("dog", 0.2),
    "coffee": ("diningtable", 0.4),
}
"""What everybody can see on these photos, and a share of the picture that it fills at least."""
VOCS_ANIMALS = ("bird", "cat", "cow", "dog", "horse", "sheep")
SCENERY = {
    "horses": {"sky": 0.3, "grass": 0.15},
    "cow": {"grass": 0.4},
    "street": {"building": 0.3, "car": 0.02},
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_photos_get_their_known_answer_and_only_in_the_right_order_of_colors(name: str) -> None:
    """Red and blue swapped before the network would pass every test of shapes; here a third of the horses goes."""
    rgb = read_photo(sample(name).path.read_bytes()).rgb
    shares = {share.name: share.share for share in class_shares(predict(rgb, device="cpu").labels)}
    word, least = KNOWN[name]
    assert shares[word] > least, shares
    for scene, share in SCENERY.get(name, {}).items():
        assert shares[scene] > share, shares


def test_the_street_has_buildings_and_cars() -> None:
    rgb = read_photo(sample("street").path.read_bytes()).rgb
    shares = {share.name: share.share for share in class_shares(predict(rgb, device="cpu").labels)}
    assert all(shares[scene] > share for scene, share in SCENERY["street"].items()), shares


@pytest.mark.parametrize("name", ["horses", "coffee"])
def test_swapped_colors_would_be_noticed(name: str) -> None:
    rgb = read_photo(sample(name).path.read_bytes()).rgb
    swapped = {share.name: share.share for share in class_shares(predict(rgb[..., ::-1].copy(), device="cpu").labels)}
    word, least = KNOWN[name]
    assert swapped.get(word, 0) < least, swapped


def test_an_animal_that_voc_has_no_class_for_is_none_of_its_animals() -> None:
    """Most of the raccoon was cat, dog and bird before training heard of other animals."""
    rgb = read_photo(sample("raccoon").path.read_bytes()).rgb
    shares = {share.name: share.share for share in class_shares(predict(rgb, device="cpu").labels)}
    assert sum(shares.get(animal, 0) for animal in VOCS_ANIMALS) < 0.1, shares


def test_a_prediction_holds_everything_at_its_size(chelsea: Prediction) -> None:
    assert chelsea.labels.shape == (300, 451) and chelsea.labels.dtype == np.uint8
    assert chelsea.working_size == (353, 513)
    np.testing.assert_allclose(chelsea.probabilities.sum(0), 1, atol=1e-4)
    assert list(chelsea.milliseconds) == ["resize", "network", "upsample", "crf", "labels"]
    assert "CPU" in chelsea.device or torch.accelerator.is_available()
    maps = chelsea.maps
    assert maps is not None
    assert [m.shape for m in (maps.score32, maps.score16, maps.score8)] == [(28, 12, 17), (28, 23, 33), (28, 45, 65)]
    np.testing.assert_allclose(maps.fused8, maps.grown8 + maps.score8, atol=1e-4)
    np.testing.assert_allclose(maps.fused16, maps.grown16 + maps.score16, atol=1e-4)


def test_regrowing_the_maps_gives_each_heads_own_prediction() -> None:
    rgb = read_photo(sample("chelsea").path.read_bytes()).rgb
    first = predict(rgb, "fcn8s", SIDE, "cpu")
    assert first.maps is not None
    for head in HEADS:
        own = predict(rgb, head, SIDE, "cpu", crf=False)
        scores = regrow(first.maps, head)
        assert scores.shape == (28, *first.working_size)
        assert (labels_of(scores, 300, 451) == own.labels).mean() > 0.9999


def test_the_label_map_may_have_the_size_of_the_unreduced_photo() -> None:
    answer = predict(photo(60, 80), long_side=129, label_size=(600, 801))
    assert answer.labels.shape == (600, 801)


@pytest.mark.parametrize("size", [(16, 16), (16, 320), (320, 16), (97, 33)])
def test_odd_shapes_work(size: tuple[int, int]) -> None:
    assert predict(photo(*size), long_side=129).labels.shape == size


@pytest.mark.parametrize("name", ["lraspp_mobilenet_v3_large"])
def test_torchvisions_networks_answer_as_torchvision_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    reference = get_model(name, weights=None, weights_backbone=None, num_classes=21).eval()
    state = reference.state_dict() | {"aux_classifier.0.weight": torch.zeros(1)}
    monkeypatch.setattr(networks, "torchvision_state", lambda *_: state)
    monkeypatch.setattr(networks, "_loaded", {})
    answer = predict(photo(96, 128), name, 160, "cpu", float32=True)
    assert answer.maps is None and answer.labels.shape == (96, 128)
    x = torchvision_input(photo(96, 128), 160)
    assert x.shape == (1, 3, 120, 160)
    with torch.inference_mode():
        expected = reference(x)["out"][0].softmax(0).numpy()
    np.testing.assert_allclose(answer.probabilities, expected, atol=1e-4)


def test_torchvisions_input_is_normalized_as_documented() -> None:
    gray = np.full((40, 40, 3), 255, np.uint8)
    x = torchvision_input(gray, 40)
    expected = [(1 - mean) / std for mean, std in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)]
    np.testing.assert_allclose(x[0, :, 0, 0].numpy(), expected, rtol=1e-5)


FULL = torch.OutOfMemoryError("CUDA out of memory")
FULL_TOO = torch.AcceleratorError("CUDA error: out of memory")
LOST = torch.AcceleratorError("CUDA error: unspecified launch failure")
ON_THE_CPU = "ran out of memory; this photo was labelled on the CPU."
AT_321 = "ran out of memory; this photo was labelled at 321 instead of 385 pixels."


@pytest.mark.parametrize(("errors", "asked", "tried", "told"), [
    ([FULL], 129, [("cuda", 129), ("cpu", 129)], ON_THE_CPU),
    ([FULL, FULL_TOO], 385, [("cuda", 385), ("cuda", 321), ("cpu", 385)], ON_THE_CPU),
    ([FULL], 385, [("cuda", 385), ("cuda", 321)], AT_321),
    ([LOST], 385, [("cuda", 385), ("cpu", 385)], "stopped working; the CPU takes over."),
    ([FULL, LOST], 385, [("cuda", 385), ("cuda", 321), ("cpu", 385)], "stopped working; the CPU takes over."),
])  # fmt: skip
def test_an_exhausted_accelerator_is_asked_for_less_and_a_lost_one_for_nothing_before_the_cpu(
    monkeypatch: pytest.MonkeyPatch, errors: list[RuntimeError], asked: int, tried: list[tuple[str, int]], told: str
) -> None:
    real, ran, left = module._run, list[tuple[str, int]](), list(errors)

    def run(rgb: Any, model: str, side: int, device: torch.device, **more: Any) -> list[Prediction]:
        ran.append((device.type, side))
        if device.type == "cuda" and left:
            raise left.pop(0)
        return real(rgb, model, side, torch.device("cpu"), **more)

    monkeypatch.setattr(devices, "_lost", set())
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(module, "describe", lambda _: "Small GPU")
    monkeypatch.setattr(module, "release", lambda _: None)
    monkeypatch.setattr(module, "_run", run)
    answer = predict(photo(40, 40), long_side=asked)
    assert ran == tried
    assert answer.notices == (f"Small GPU {told}",)
    assert (choose_device("auto").type == "cuda") == (LOST not in errors), "what is lost is not chosen again"


def test_a_batch_gives_each_photo_its_own_answer() -> None:
    photos, sizes = [photo(97, 129, seed) for seed in range(3)], [(97, 129), (50, 70), (200, 260)]
    together = predict_batch(photos, "fcn8s", 129, "cpu", sizes)
    for one, size, found in zip(photos, sizes, together, strict=True):
        alone = predict(one, "fcn8s", 129, "cpu", label_size=size)
        assert found.labels.shape == size and (found.labels == alone.labels).mean() > 0.9999
        np.testing.assert_allclose(found.scores, alone.scores, atol=1e-3)
        assert found.maps is not None and alone.maps is not None
        np.testing.assert_allclose(found.maps.score16, alone.maps.score16, atol=1e-3)
    assert (together[0].labels != predict(photos[1], "fcn8s", 129, "cpu").labels).any(), "photos that differ"


def test_other_errors_are_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> list[Prediction]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(module, "_run", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        predict(photo(40, 40))
    assert not is_out_of_memory(RuntimeError("a bug"))
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (...)"))


def test_wrong_arguments_say_what_is_allowed() -> None:
    good = photo(20, 20)
    with pytest.raises(ValueError, match="fcn8s, fcn16s"):
        predict(good, "fcn4s")
    with pytest.raises(ValueError, match=r"129\.\.1281"):
        predict(good, long_side=4000)
    with pytest.raises(ValueError, match=r"tpu.*auto, cpu"):
        predict(good, device="tpu")
    with pytest.raises(ValueError, match="float64"):
        predict(good.astype(float))
    with pytest.raises(ValueError, match=r"\(20, 20\)"):
        predict(good[..., 0])
    with pytest.raises(ValueError, match=r"label_size=\(0, 5\); \(height, width\), each at least 1"):
        predict(good, label_size=(0, 5))


def test_a_missing_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="not available"):
        choose_device("cuda")
    assert choose_device("cpu") == torch.device("cpu")


def test_auto_takes_cuda_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device("auto").type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto").type == "mps"


def test_all_heads_and_threads_share_one_network_that_never_changes() -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(load("fcn8s"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    nets = {id(net) for net in [*found, load("fcn16s"), load("fcn32s", "cpu")]}
    assert len(nets) == 1
    net = cast(FCN, found[0])
    before = {key: value.clone() for key, value in net.state_dict().items()}
    predict(photo(50, 70), long_side=SIDE, device="cpu")
    assert not net.training and not any(p.requires_grad for p in net.parameters())
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())


def test_two_visitors_get_their_own_answers() -> None:
    photos = [photo(60, 60, seed) for seed in range(2)]
    alone = [predict(one, long_side=129, device="cpu").probabilities for one in photos]
    for _ in range(3):
        for one, expected in zip(photos, alone, strict=True):
            np.testing.assert_allclose(predict(one, long_side=129, device="cpu").probabilities, expected, atol=1e-5)
    assert np.abs(alone[0] - alone[1]).max() > 1e-4


def test_the_heads_upsample_with_the_weights_that_are_stored() -> None:
    net = cast(FCN, load("fcn8s"))
    answer = predict(photo(97, 97), long_side=129, device="cpu")
    assert answer.maps is not None
    fused = torch.from_numpy(answer.maps.fused16)[None]
    with torch.inference_mode():
        layer = net.upscore16_to_8
        grown = F.conv_transpose2d(fused, layer.weight, stride=2, padding=1)
    np.testing.assert_allclose(grown[0].numpy(), answer.maps.grown8, atol=1e-4)


def test_vocs_classes_alone_hold_the_scenes_probabilities_in_the_background() -> None:
    rgb = read_photo(sample("chelsea").path.read_bytes()).rgb
    voc, every = predict(rgb, classes="voc21", crf=False), predict(rgb, crf=False)
    assert (voc.classes, every.classes) == ("voc21", "all")
    assert voc.probabilities.shape == (21, *every.working_size) and voc.labels.max() < 21
    joined = every.probabilities[0] + every.probabilities[21:].sum(0)
    np.testing.assert_allclose(voc.probabilities[0], joined, atol=1e-4)
    np.testing.assert_allclose(voc.probabilities[1:], every.probabilities[1:21], atol=1e-4)
    assert voc.maps is not None
    regrown = regrow(voc.maps, "fcn8s", "voc21")
    np.testing.assert_allclose(regrown, voc.scores, atol=1e-4)
    with pytest.raises(ValueError, match="all, voc21"):
        predict(rgb, classes="coco")  # type: ignore[arg-type]
