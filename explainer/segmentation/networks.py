"""The loaded networks: built once per process and device, never changed afterwards, safe to share between threads."""

from __future__ import annotations

import gc
import threading
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import torch
from torch import Tensor, nn

from explainer.photos import read_photo
from explainer.segmentation.deconvnet import DeconvNet
from explainer.segmentation.download import torchvision_state
from explainer.segmentation.mirrored import both_ways
from explainer.segmentation.model import FCN, ScoreMaps
from explainer.segmentation.precision import half_pays
from explainer.segmentation.resize import to_input, torchvision_input
from explainer.segmentation.samples import sample
from explainer.segmentation.weights import DECONVNET_FILE, DECONVNET_SHA256, Progress, bundled_state, model_info

TRIAL_SIDES = {True: 385, False: 256}
"""The sizes at which bfloat16 is tried: the bundled network's, and torchvision's, which take ten times as long."""


@dataclass(frozen=True)
class Loaded:
    """A network and its device."""

    net: nn.Module
    device: torch.device

    @cached_property
    def half(self) -> bool:
        """Whether bfloat16 pays: tried when first asked for, as not everybody who loads a network labels photos."""
        return not isinstance(self.net, DeconvNet) and _half_pays(self.net, self.device)


_Key = tuple[str, str]
_loaded: dict[_Key, Loaded] = {}
_building: dict[_Key, threading.Lock] = defaultdict(threading.Lock)


def load(name: str, device: str | torch.device = "cpu", progress: Progress | None = None) -> nn.Module:
    """The network of that name on that device, in inference mode; the same object for all who ask.

    The three bundled names share one `FCN`. torchvision's weights are fetched on first use, which can take minutes:
    call this in a thread of your own then, not on the worker. Other networks can be loaded and used meanwhile.

    Raises:
        ValueError: no such network. WeightsError: its weights cannot be had.
    """
    return loaded(name, device, progress).net


def loaded(name: str, device: str | torch.device = "cpu", progress: Progress | None = None) -> Loaded:
    """As `load`, with what is known about the network."""
    info = model_info(name)
    key = ("bundled" if info.bundled else name, str(device))
    if key not in _loaded:
        with _building[key]:
            if key not in _loaded:
                net = _bundled() if info.bundled else _torchvision(name, progress)
                _loaded[key] = _prepare(net, torch.device(device))
    return _loaded[key]


def deconvnet() -> DeconvNet:
    """The bundled DeconvNet on the CPU, in inference mode; the same object for all who ask.

    Raises:
        WeightsError: its weights are missing, or not those of this version.
    """
    key = ("deconvnet", "cpu")
    with _building[key]:
        if key not in _loaded:
            net = DeconvNet()
            net.load_state_dict(bundled_state(DECONVNET_FILE, DECONVNET_SHA256))
            _loaded[key] = _prepare(net, torch.device("cpu"))
    return cast(DeconvNet, _loaded[key].net)


def forget(device: str | torch.device) -> None:
    """Drop the networks of one device, to give its memory back."""
    for key in [key for key in list(_loaded) if key[1] == str(device)]:
        _loaded.pop(key, None)


def coarse_scores(net: nn.Module, x: Tensor) -> ScoreMaps | Tensor:
    """The bundled network's score maps, or the coarse scores of a torchvision network before its upsampling."""
    if isinstance(net, FCN):
        return both_ways(net, x)
    features = net.backbone(x)  # type: ignore[operator]
    scores: Tensor = net.classifier(features if "low" in features else features["out"])  # type: ignore[operator]
    return scores


def _prepare(net: nn.Module, device: torch.device) -> Loaded:
    """Inference mode, channels last, on the device."""
    net = net.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
    gc.collect()
    return Loaded(net, device)


def _half_pays(net: nn.Module, device: torch.device) -> bool:
    photo = read_photo(sample("chelsea").path.read_bytes()).rgb
    bundled = isinstance(net, FCN)
    to_tensor = to_input if bundled else torchvision_input
    x = to_tensor(photo, TRIAL_SIDES[bundled]).to(device).contiguous(memory_format=torch.channels_last)

    def run(half: bool) -> Tensor:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
            scores = coarse_scores(net, x)
        return scores.fused8 if isinstance(scores, ScoreMaps) else scores

    return half_pays(run)


def _bundled() -> FCN:
    net = FCN()
    net.load_state_dict(bundled_state())
    return net


def _torchvision(name: str, progress: Progress | None) -> nn.Module:
    import torchvision

    state: dict[str, Any] = torchvision_state(name, progress)
    kept = {key: value for key, value in state.items() if not key.startswith("aux_classifier.")}
    net: nn.Module = torchvision.models.get_model(
        name, weights=None, weights_backbone=None, num_classes=21, aux_loss=None
    )
    net.load_state_dict(kept)
    return net
