"""Where each network's weights come from: the bundled file, and torchvision's, fetched on request.

Nothing here runs code from a file: state dicts are read with `weights_only=True`, and only after their SHA-256
has been checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explainer.segmentation.assets import ASSETS

BUNDLED_FILE = ASSETS / "fcn_mobilenetv2_scenes28.pt"
BUNDLED_SHA256 = "8aa3c59433b44d1d68bf69387865c310cc49ddb305cad3a41d12b8d5a155fa3b"
DEFAULT_SIDE = 513
"""The bundled FCN's working size in pixels; the model card compares several."""
CRF_MODEL = "fcn8s"
"""Behind it a CRF draws outlines. FCN-32s and 16s are there to show what coarse scores look like, and stay so."""

DECONVNET_FILE = ASSETS / "deconvnet_mobilenetv2_groups9.pt"
DECONVNET_SHA256 = "a789137a9cd87bd41a8a749dce4507fffd3ce3bd1ec7e6b68b4e3f79d8b1f3c4"


class WeightsError(RuntimeError):
    """Weights cannot be had; the message is one sentence for the person at the screen."""


@dataclass(frozen=True)
class ModelInfo:
    """A network that can be chosen.

    Attributes:
        name: for `predict` and `--model`. title: for people.
        bundled: whether its weights come with the app. mebibytes: size of the weights file (torchvision writes MB and
            means MiB, 2^20 bytes).
        long_side: the default working size. upsampling: how it grows its scores, one sentence.
    """

    name: str
    title: str
    bundled: bool
    mebibytes: float
    long_side: int
    upsampling: str


_BILINEAR = (
    "No skips and no transposed convolution: a dilated trunk of stride 8 and one bilinear upsampling to full size."
)
_MODELS = (
    ModelInfo(
        "fcn8s",
        "FCN-8s (bundled)",
        True,
        5.4,
        DEFAULT_SIDE,
        "Learned transposed convolutions x2, x2 and x8, with skips from stride 16 and 8.",
    ),
    ModelInfo(
        "fcn16s",
        "FCN-16s (bundled)",
        True,
        5.4,
        DEFAULT_SIDE,
        "Learned transposed convolutions x2 and x16, with one skip from stride 16.",
    ),
    ModelInfo(
        "fcn32s",
        "FCN-32s (bundled)",
        True,
        5.4,
        DEFAULT_SIDE,
        "One learned transposed convolution x32, without skips.",
    ),
    ModelInfo("fcn_resnet50", "FCN ResNet-50 (torchvision)", False, 135.0, 520, _BILINEAR),
    ModelInfo("fcn_resnet101", "FCN ResNet-101 (torchvision)", False, 207.7, 520, _BILINEAR),
    ModelInfo(
        "lraspp_mobilenet_v3_large",
        "LR-ASPP MobileNetV3 (torchvision)",
        False,
        12.5,
        520,
        "Bilinear x2 from stride 16 to 8, one skip, then bilinear x8; nothing learned in the upsampling.",
    ),
    ModelInfo("deeplabv3_resnet50", "DeepLabv3 ResNet-50 (torchvision)", False, 160.5, 520, _BILINEAR),
)


def available_models() -> tuple[ModelInfo, ...]:
    """All networks that can be asked for, the bundled ones first."""
    return _MODELS


def model_info(name: str) -> ModelInfo:
    """Look up a network by name.

    Raises:
        ValueError: no such network; the message lists those there are.
    """
    for info in _MODELS:
        if info.name == name:
            return info
    raise ValueError(f"got model {name!r}; allowed are {', '.join(info.name for info in _MODELS)}")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bundled_state(path: Path = BUNDLED_FILE, sha256: str = BUNDLED_SHA256) -> dict[str, Any]:
    """A bundled network's state dict (fp16 convolutions as float32), checked before it is read.

    Raises:
        WeightsError: the file is missing, or is not the one this version was made with.
    """
    import torch

    if not path.is_file():
        raise WeightsError(f"The bundled weights {path.name} are missing; install the app again.")
    if sha256_of(path) != sha256:
        raise WeightsError(f"The bundled weights {path.name} are not those of this version; install the app again.")
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {key: value.float() for key, value in state.items()}


Progress = Callable[[int, int], None]
"""Called with bytes received and bytes in all (0 where the server does not say)."""
