"""One function for all networks: a photo in, labels, probabilities, score maps and times out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from explainer.segmentation.classes import ClassSet, class_count
from explainer.segmentation.devices import choose_device, describe, is_out_of_memory, release
from explainer.segmentation.model import FCN, Head, ScoreMaps
from explainer.segmentation.networks import coarse_scores, forget, load, loaded
from explainer.segmentation.prediction import Prediction, StrideMaps
from explainer.segmentation.resize import labels_at, to_input, torchvision_input, voc_only
from explainer.segmentation.weights import model_info

LONG_SIDES = (129, 1281)
"""The smallest and largest working size that may be asked for."""


def predict(
    photo_rgb: NDArray[np.uint8],
    model: str = "fcn8s",
    long_side: int | None = None,
    device: str = "auto",
    label_size: tuple[int, int] | None = None,
    float32: bool = False,
    classes: ClassSet = "all",
) -> Prediction:
    """Label a photo.

    Args:
        photo_rgb: (H, W, 3) uint8, upright.
        model: a name of `available_models()`.
        long_side: the longer side, in pixels, at which the network sees the photo; the network's default if None.
        label_size: (height, width) of the label map; the given photo's own if None. For a photo that was reduced
            when it was read, its full size.
        float32: never use bfloat16, even where it was found to be faster with the same labels.
        classes: `all` the answers that the network has (28 for the bundled ones), or `voc21`: the scene classes'
            probabilities are added to the background's.
        device: `auto` (CUDA, then MPS, then XPU, then CPU), `cpu`, `cuda`, `mps` or `xpu`.

    Raises:
        ValueError: an argument is out of range, or the device is not there. WeightsError: no weights to be had.
    """
    info = model_info(model)
    _check(photo_rgb, long_side)
    class_count(classes)
    side = long_side or info.long_side
    chosen = choose_device(device)
    size = label_size or (photo_rgb.shape[0], photo_rgb.shape[1])
    run = partial(
        _run, photo_rgb, model, side, size=size, float32=float32, classes=classes if info.bundled else "voc21"
    )
    try:
        return run(chosen)
    except RuntimeError as error:
        if chosen.type == "cpu" or not is_out_of_memory(error):
            raise
    forget(chosen)
    release(chosen)
    notice = f"{describe(chosen)} ran out of memory; this photo was labelled on the CPU."
    return replace(run(torch.device("cpu")), notices=(notice,))


def _check(photo: NDArray[np.uint8], long_side: int | None) -> None:
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or not photo.size:
        raise ValueError(f"got a photo of {photo.dtype} {photo.shape}; (H, W, 3) of uint8 is allowed")
    low, high = LONG_SIDES
    if long_side is not None and not low <= long_side <= high:
        raise ValueError(f"got long_side={long_side}; {low}..{high} is allowed")


@torch.inference_mode()
def _run(
    photo: NDArray[np.uint8],
    model: str,
    side: int,
    device: torch.device,
    size: tuple[int, int],
    float32: bool,
    classes: ClassSet,
) -> Prediction:
    known = loaded(model, device)
    net, half = known.net, known.half and not float32
    times: dict[str, float] = {}
    bundled = isinstance(net, FCN)
    with _timed("resize", times, device):
        x = to_input(photo, side) if bundled else torchvision_input(photo, side)
        x = x.to(device).contiguous(memory_format=torch.channels_last)
    maps: ScoreMaps | None = None
    with _timed("network", times, device), torch.autocast(device.type, torch.bfloat16, enabled=half):
        coarse = coarse_scores(net, x)
        maps = coarse if isinstance(coarse, ScoreMaps) else None
    with _timed("upsample", times, device):
        if isinstance(coarse, ScoreMaps):
            scores = cast(FCN, net).grow(coarse, cast(Head, model))
            scores = voc_only(scores) if classes == "voc21" else scores
        else:
            scores = F.interpolate(coarse.float(), x.shape[-2:], mode="bilinear", align_corners=False)
    with _timed("labels", times, device):
        labels = labels_at(scores, *size)
        own_scores = scores[0].float().cpu().numpy()
    stride_maps = StrideMaps(*(m[0].float().cpu().numpy() for m in maps)) if maps is not None else None
    place = describe(device) + (", bfloat16" if half else "")
    return Prediction(model, place, labels, own_scores, stride_maps, times, classes)


@contextmanager
def _timed(stage: str, times: dict[str, float], device: torch.device) -> Iterator[None]:
    """Note how long the block took, in ms, waiting for the accelerator to finish."""
    start = time.perf_counter()
    yield
    if device.type != "cpu":
        torch.accelerator.synchronize(device)
    times[stage] = (time.perf_counter() - start) * 1000


def regrow(maps: StrideMaps, head: Head, classes: ClassSet = "all") -> NDArray[np.float32]:
    """Scores (28 or 21, H, W) of FCN-32s, 16s or 8s at the working size, from score maps of an earlier prediction.

    Lets a page compare the three without running the trunk again.
    """
    net = cast(FCN, load(head, "cpu"))
    with torch.inference_mode():
        grown = net.grow(stride_tensors(maps), head)
        grown = voc_only(grown) if classes == "voc21" else grown
    return grown[0].numpy()


def stride_tensors(maps: StrideMaps) -> ScoreMaps:
    """The score maps as tensors of a batch of one."""
    return ScoreMaps(*(torch.from_numpy(getattr(maps, field))[None] for field in ScoreMaps._fields))


def labels_of(scores: NDArray[np.float32], height: int, width: int) -> NDArray[np.uint8]:
    """The label map at a photo's size from scores (C, h, w) at the working size."""
    with torch.inference_mode():
        return labels_at(torch.from_numpy(scores)[None], height, width)
