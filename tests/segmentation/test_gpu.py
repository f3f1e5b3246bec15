"""On a real GPU: the labels are the CPU's, and a photo that does not fit is labelled smaller, then on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from explainer.photos import read_photo
from explainer.segmentation import networks
from explainer.segmentation.inference import SMALL_SIDE, predict
from explainer.segmentation.model import HEADS
from explainer.segmentation.resize import torchvision_input
from explainer.segmentation.samples import sample

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch's CUDA build can use")

Memory = Callable[[int], None]


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Say how many bytes of the GPU's memory this process may take, as if the GPU were that small."""
    whole = torch.cuda.get_device_properties(0).total_memory

    def allow(count: int) -> None:
        networks.forget("cuda")
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(count / whole)

    yield allow
    allow(whole)


def cat() -> np.ndarray:
    return read_photo(sample("chelsea").path.read_bytes()).rgb


@pytest.mark.parametrize("model", HEADS)
def test_the_gpu_labels_as_the_cpu_does(model: str) -> None:
    here, there = (predict(cat(), model, device=device, float32=True) for device in ("cpu", "auto"))
    assert there.device.startswith(torch.cuda.get_device_name()) and not there.notices
    assert (here.labels == there.labels).mean() > 0.999
    np.testing.assert_allclose(here.probabilities, there.probabilities, atol=0.05)


def test_a_photo_that_does_not_fit_is_labelled_smaller_and_says_so(memory: Memory) -> None:
    memory(2**30)
    fits = predict(cat(), long_side=1281)
    assert fits.notices == ()
    needed = torch.cuda.max_memory_reserved()
    memory(needed // 3)
    smaller = predict(cat(), long_side=1281)
    assert smaller.notices == (
        f"{torch.cuda.get_device_name()} ran out of memory; this photo was labelled at {SMALL_SIDE} "
        "instead of 1281 pixels.",
    )
    assert max(smaller.scores.shape[-2:]) == SMALL_SIDE and not smaller.device.startswith("CPU")


def test_where_nothing_fits_the_cpu_answers_and_says_so(memory: Memory) -> None:
    memory(2**20)
    answer = predict(cat(), long_side=513)
    assert answer.device.startswith("CPU") and answer.notices[0].endswith("was labelled on the CPU.")
    assert (answer.labels == predict(cat(), long_side=513, device="cpu").labels).all()
    memory(2**30)
    assert not predict(cat(), long_side=513).device.startswith("CPU"), "the GPU is asked again"


def test_bfloat16_gives_the_large_networks_labels() -> None:
    """With random weights, as torchvision's are no part of the repository; the bias draws the classes apart."""
    torch.manual_seed(0)
    net = get_model("fcn_resnet50", weights=None, weights_backbone=None, num_classes=21).eval().cuda()
    with torch.no_grad():
        net.classifier[4].bias.copy_(torch.linspace(0, 3, 21))
    x = torchvision_input(cat(), 513).cuda().contiguous(memory_format=torch.channels_last)

    def labels(half: bool) -> torch.Tensor:
        with torch.inference_mode(), torch.autocast("cuda", torch.bfloat16, enabled=half):
            scores = networks.coarse_scores(net, x)
        assert isinstance(scores, torch.Tensor)
        return scores.argmax(1)

    assert (labels(False) == labels(True)).float().mean() > 0.99
