"""The window that slides: what the network calls each place from a patch alone, for patches of several sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from explainer.experiments.dense import PATCH_SIDES, by_patches, in_one_pass
from explainer.palette import PALETTE
from explainer.photos import to_data_uri
from explainer.segmentation.classes import display_name, hex_color
from explainer.ui.addressed import Addressed, addressed
from explainer.ui.aside import aside
from explainer.ui.fetched_once import component

HERE = Path(__file__).parent
_mount = component("sliding_window", HERE / "sliding.js")
#: Places to slide over, in pixels of the photo; a place has one decision for each side of the patch.
STEP = 16


def show_sliding(found: Addressed, key: str) -> None:
    """Mount the window on what `window_data` found."""
    _mount(key=key, data=found.message)


def window_data(photo: NDArray[np.uint8], x: torch.Tensor, net: nn.Module) -> Addressed:
    """A public photo (H, W, 3), which the local network `net` sees as `x` (1, 3, H, W), and every decision."""
    whole = aside(lambda: in_one_pass(net, x, STEP)).argmax(0)
    found = {side: decisions(x, net, side) for side in PATCH_SIDES}
    sides = [
        {"side": side, "labels": labels.flatten().tolist(), "agree": float((labels == whole).double().mean())}
        for side, labels in found.items()
    ]
    seen = sorted({label for one in (whole, *found.values()) for label in one.flatten().tolist()})
    data: dict[str, Any] = {
        "photo": to_data_uri(photo),
        "width": photo.shape[1],
        "height": photo.shape[0],
        "step": STEP,
        "rows": whole.shape[0],
        "columns": whole.shape[1],
        "whole": whole.flatten().tolist(),
        "sides": sides,
        "names": {label: display_name(label, "all") for label in seen},
        "colors": {label: hex_color(label) for label in seen},
        "accent": PALETTE["dark"]["accent"],
    }
    return addressed(data)


def decisions(x: torch.Tensor, net: nn.Module, side: int) -> torch.Tensor:
    """(rows, columns) class ids, each place from its patch alone."""
    return aside(lambda: by_patches(net, x, side, STEP))[0].argmax(0)
