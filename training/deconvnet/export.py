"""Write the bundled weights file: convolutions in half precision; biases, batch norm and scores in float32."""

from __future__ import annotations

from pathlib import Path

import torch

from explainer.segmentation.deconvnet import DeconvNet
from explainer.segmentation.weights import sha256_of


def export(net: DeconvNet, path: Path) -> str:
    """Save the state dict and return the file's SHA-256, to be pinned in `explainer/segmentation/weights.py`."""
    state = {}
    for key, value in net.state_dict().items():
        plain = value.detach().cpu().contiguous()
        if key.endswith("num_batches_tracked"):
            continue  # counts steps of training
        halve = plain.dim() == 4 and not key.startswith("score")
        state[key] = plain.half() if halve else plain.float()
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, path)
    return sha256_of(path)
