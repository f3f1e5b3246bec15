"""The networks that are judged beside the bundled one: the earlier ones in torch, and the published .tflite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from explainer.segmentation.resize import labels_at, to_input
from training.judging import Networks, Pixels
from training.teacher import DeepLab


def deeplab(net: DeepLab, side: int, device: torch.device) -> Networks:
    """The initial network, dilated, stride 16, in torch."""

    def label(rgb: Pixels, voc: bool) -> dict[str, Pixels]:
        x = to_input(rgb, side).to(device, memory_format=torch.channels_last)
        scores = F.interpolate(net(x), x.shape[-2:], mode="bilinear", align_corners=True)
        return {"deeplab (torch)": labels_at(scores, rgb.shape[0], rgb.shape[1])}

    return label


def tflite(path: Path, threads: int) -> Networks:
    """The original .tflite as published: the photo in a gray 513 x 513 square, class ids out."""
    from ai_edge_litert.interpreter import Interpreter

    net = Interpreter(str(path), num_threads=threads)
    net.allocate_tensors()
    entry, exit_ = net.get_input_details()[0], net.get_output_details()[0]
    side = int(entry["shape"][1])

    def label(rgb: Pixels, voc: bool) -> dict[str, Pixels]:
        scale = side / max(rgb.shape[:2])
        height, width = round(rgb.shape[0] * scale), round(rgb.shape[1] * scale)
        square = np.full((1, side, side, 3), 127, np.uint8)
        square[0, :height, :width] = Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR)
        net.set_tensor(entry["index"], square)
        net.invoke()
        ids = net.get_tensor(exit_["index"])[0, :height, :width].astype(np.uint8)
        return {"deeplab (tflite)": np.asarray(Image.fromarray(ids).resize(rgb.shape[1::-1], Image.Resampling.NEAREST))}

    return label


def nothing(rgb: Pixels, voc: bool) -> dict[str, Pixels]:
    """Background everywhere: what a network must beat."""
    return {"all background": np.zeros(rgb.shape[:2], np.uint8)}
