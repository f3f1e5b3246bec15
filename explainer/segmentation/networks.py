"""The loaded networks: built once per process and device, never changed afterwards, safe to share between threads."""

from __future__ import annotations

import gc
import threading
from typing import Any

import torch
from torch import nn

from explainer.segmentation.download import torchvision_state
from explainer.segmentation.model import FCN
from explainer.segmentation.weights import Progress, bundled_state, model_info

_lock = threading.Lock()
_loaded: dict[tuple[str, str], nn.Module] = {}


def load(name: str, device: str | torch.device = "cpu", progress: Progress | None = None) -> nn.Module:
    """The network of that name on that device, in inference mode; the same object for all who ask.

    The three bundled names share one `FCN`. torchvision's weights are fetched on first use.

    Raises:
        ValueError: no such network. WeightsError: its weights cannot be had.
    """
    info = model_info(name)
    key = ("bundled" if info.bundled else name, str(device))
    with _lock:
        if key not in _loaded:
            net = _bundled() if info.bundled else _torchvision(name, progress)
            net = net.eval().requires_grad_(False)
            _loaded[key] = net.to(torch.device(device)).to(memory_format=torch.channels_last)
            gc.collect()
        return _loaded[key]


def forget(device: str | torch.device) -> None:
    """Drop the networks of one device, to give its memory back."""
    with _lock:
        for key in [key for key in _loaded if key[1] == str(device)]:
            del _loaded[key]


def _bundled() -> FCN:
    net = FCN()
    net.load_state_dict(bundled_state())
    return net


def _torchvision(name: str, progress: Progress | None) -> nn.Module:
    from torchvision.models import get_model

    state: dict[str, Any] = torchvision_state(name, progress)
    kept = {key: value for key, value in state.items() if not key.startswith("aux_classifier.")}
    net: nn.Module = get_model(name, weights=None, weights_backbone=None, num_classes=21, aux_loss=None)
    net.load_state_dict(kept)
    return net
