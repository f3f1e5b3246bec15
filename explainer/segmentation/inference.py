"""One function for all networks: a photo in, labels, probabilities, score maps and times out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from explainer.segmentation.classes import ClassSet, class_count
from explainer.segmentation.crf import Decided, along_edges
from explainer.segmentation.devices import choose_device, describe, gave_up, is_lost, release
from explainer.segmentation.doubt import doubted, most_sure
from explainer.segmentation.mirrored import with_mirror_images
from explainer.segmentation.model import FCN, Head, ScoreMaps
from explainer.segmentation.networks import coarse_scores, forget, load, loaded
from explainer.segmentation.prediction import FloatMap, Prediction, StrideMaps
from explainer.segmentation.resize import labels_at, normalize, resized, to_input, torchvision_input, voc_only
from explainer.segmentation.weights import CRF_MODEL, model_info

LONG_SIDES = (129, 1281)
"""The smallest and largest working size that may be asked for."""
SMALL_SIDE = 321
"""The working size at which an accelerator that ran out of memory is asked once more."""


def predict(
    photo_rgb: NDArray[np.uint8],
    model: str = "fcn8s",
    long_side: int | None = None,
    device: str = "auto",
    label_size: tuple[int, int] | None = None,
    float32: bool = False,
    classes: ClassSet = "all",
    crf: bool = True,
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
        crf: FCN-8s' outlines follow the photo's edges (`explainer.segmentation.crf`); other networks have none.
        device: `auto` (CUDA, then MPS, then XPU, then CPU), `cpu`, `cuda`, `mps` or `xpu`.

    Raises:
        ValueError: an argument is out of range, or the device is not there. WeightsError: no weights to be had.
    """
    size = label_size or (photo_rgb.shape[0], photo_rgb.shape[1])
    return predict_batch([photo_rgb], model, long_side, device, [size], float32, classes, crf)[0]


def predict_batch(
    photos: Sequence[NDArray[np.uint8]],
    model: str,
    long_side: int | None,
    device: str,
    label_sizes: Sequence[tuple[int, int]],
    float32: bool = False,
    classes: ClassSet = "all",
    crf: bool = True,
) -> list[Prediction]:
    """As `predict`, for photos that have the same shape, in one run of the network; the times are the whole batch's."""
    info = model_info(model)
    for photo in photos:
        _check(photo, long_side)
    for size in label_sizes:
        if len(size) != 2 or min(size) < 1:
            raise ValueError(f"got label_size={size}; (height, width), each at least 1, is allowed")
    class_count(classes)
    side = long_side or info.long_side
    known = classes if info.bundled else "voc21"
    run = partial(
        _run, photos, model, sizes=label_sizes, float32=float32, classes=known, crf=crf and model == CRF_MODEL
    )
    for where, at, notice in _attempts(choose_device(device), side):
        try:
            return [replace(one, notices=notice) for one in run(at, where)]
        except RuntimeError as error:
            if where.type == "cpu" or not gave_up(error):
                raise
        forget(where)
        release(where)
    raise AssertionError("the CPU answers or says why not")


def _attempts(chosen: torch.device, side: int) -> Iterator[tuple[torch.device, int, tuple[str, ...]]]:
    """Where to run, at which working size, and what to say of it: an accelerator without memory is asked once more for
    less, then the CPU; one that is lost is asked nothing more, not even its name."""
    name = describe(chosen)
    yield chosen, side, ()
    full = f"{name} ran out of memory; this photo was labelled"
    if side > SMALL_SIDE and not is_lost(chosen):
        yield chosen, SMALL_SIDE, (f"{full} at {SMALL_SIDE} instead of {side} pixels.",)
    told = f"{name} stopped working; the CPU takes over." if is_lost(chosen) else f"{full} on the CPU."
    yield torch.device("cpu"), side, (told,)


def _check(photo: NDArray[np.uint8], long_side: int | None) -> None:
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or not photo.size:
        raise ValueError(f"got a photo of {photo.dtype} {photo.shape}; (H, W, 3) of uint8 is allowed")
    low, high = LONG_SIDES
    if long_side is not None and not low <= long_side <= high:
        raise ValueError(f"got long_side={long_side}; {low}..{high} is allowed")


@torch.inference_mode()
def _run(
    photos: Sequence[NDArray[np.uint8]],
    model: str,
    side: int,
    device: torch.device,
    sizes: Sequence[tuple[int, int]],
    float32: bool,
    classes: ClassSet,
    crf: bool,
) -> list[Prediction]:
    known = loaded(model, device)
    net, half = known.net, not float32 and known.half
    times: dict[str, float] = {}
    to_tensor = to_input if isinstance(net, FCN) else torchvision_input
    with _timed("resize", times, device):
        x = torch.cat([to_tensor(photo, side) for photo in photos])
        x = x.to(device).contiguous(memory_format=torch.channels_last)
    with _timed("network", times, device), torch.autocast(device.type, torch.bfloat16, enabled=half):
        coarse = coarse_scores(net, x)
    with _timed("upsample", times, device):
        if isinstance(coarse, ScoreMaps):
            scores = cast(FCN, net).grow(coarse, cast(Head, model))
            scores = voc_only(scores) if classes == "voc21" else scores
        else:
            scores = F.interpolate(coarse.float(), x.shape[-2:], mode="bilinear", align_corners=False)
    decided: list[Decided] = []
    if crf:
        with _timed("crf", times, device):
            decided = [along_edges(scores[n : n + 1], x[n : n + 1]) for n in range(len(sizes))]
    with _timed("labels", times, device):
        if crf:
            labels = [one.labels(*size) for one, size in zip(decided, sizes, strict=True)]
        else:
            labels = [labels_at(scores[n : n + 1], *size) for n, size in enumerate(sizes)]
        own_scores = scores.float().cpu().numpy()
    maps = _maps(coarse, len(labels)) if isinstance(coarse, ScoreMaps) else [None] * len(labels)
    place = describe(device) + (", bfloat16" if half else "")
    return [Prediction(model, place, *each, times, classes, crf) for each in zip(labels, own_scores, maps, strict=True)]


def _maps(maps: ScoreMaps, count: int) -> list[StrideMaps]:
    """The score maps of each photo of a batch, on the CPU."""
    whole = [one.float().cpu().numpy() for one in maps]
    return [StrideMaps(*(one[n] for one in whole)) for n in range(count)]


@contextmanager
def _timed(stage: str, times: dict[str, float], device: torch.device) -> Iterator[None]:
    """Note how long the block took, in ms, waiting for the accelerator to finish."""
    start = time.perf_counter()
    yield
    if device.type != "cpu":
        torch.accelerator.synchronize(device)
    times[stage] = (time.perf_counter() - start) * 1000


def regrow(maps: StrideMaps, head: Head, classes: ClassSet = "all") -> FloatMap:
    """Scores (28 or 21, H, W) of FCN-32s, 16s or 8s at the working size, from score maps of an earlier prediction.

    Lets a page compare the three without running the trunk again.
    """
    net = cast(FCN, load(head, "cpu"))
    with torch.inference_mode():
        grown = net.grow(stride_tensors(maps), head)
        grown = voc_only(grown) if classes == "voc21" else grown
    return grown[0].numpy()


def each_look(
    photo_rgb: NDArray[np.uint8], long_side: int, head: Head, classes: ClassSet = "all"
) -> tuple[FloatMap, FloatMap]:
    """What either look alone says: scores (28 or 21, H, W) at the working size of the photo (H, W, 3) as it is, and of
    its mirror image, turned back. In float32 on the CPU."""
    net = cast(FCN, load(head, "cpu"))
    with torch.inference_mode():
        grown = net.grow(net.score_maps(with_mirror_images(to_input(photo_rgb, long_side))), head)
        seen, mirrored = voc_only(grown) if classes == "voc21" else grown
    return seen.numpy(), mirrored.flip(2).numpy()


@dataclass(frozen=True)
class LeftOut:
    """An object that a label map does without: its largest probability on the last score map, and the share of that
    map's points where it would have won."""

    class_id: int
    most_sure: float
    share: float


def left_out(maps: StrideMaps | None, model: str, classes: ClassSet = "all") -> tuple[LeftOut, ...]:
    """The classes that would have won somewhere, had the network been sure of them anywhere; the largest first.

    Only the bundled networks have `maps`, and leave anything out.
    """
    if maps is None:
        return ()
    net = cast(FCN, load(model, "cpu"))
    with torch.inference_mode():
        _, scores = net.last_upscore(stride_tensors(maps), cast(Head, model))
        won = (voc_only(scores) if classes == "voc21" else scores).argmax(1).flatten()
        shares = torch.bincount(won, minlength=scores.shape[1]) / len(won)
        gone = (doubted(scores)[0] & (shares > 0)).nonzero().flatten().tolist()
        best = most_sure(scores)[0]
    found = [LeftOut(one, float(best[one]), float(shares[one])) for one in gone]
    return tuple(sorted(found, key=lambda one: -one.share))


def stride_tensors(maps: StrideMaps) -> ScoreMaps:
    """The score maps as tensors of a batch of one; those that came as a message's bytes are copied."""
    own = (np.require(getattr(maps, field), requirements="W") for field in ScoreMaps._fields)
    return ScoreMaps(*(torch.from_numpy(one)[None] for one in own))


def labels_along_edges(scores: FloatMap, photo_rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The label map (H, W) behind the CRF: scores (C, h, w) at the working size, the photo (H, W, 3) at any size."""
    with torch.inference_mode():
        x = normalize(resized(photo_rgb, *scores.shape[1:]))
        return along_edges(torch.from_numpy(scores)[None], x).labels(*photo_rgb.shape[:2])


def labels_of(scores: FloatMap, height: int, width: int) -> NDArray[np.uint8]:
    """The label map at a photo's size from scores (C, h, w) at the working size."""
    with torch.inference_mode():
        return labels_at(torch.from_numpy(scores)[None], height, width)
