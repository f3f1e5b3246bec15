"""What torchvision's FCN does to the size of a map, asked of the network itself without computing a pixel."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import nn


@lru_cache(maxsize=8)
def torchvision_fcn_shapes(height: int, width: int) -> tuple[dict[str, tuple[int, ...]], int]:
    """Shapes of `fcn_resnet50` on a photo of height x width pixels, and how many transposed convolutions it has.

    Returns:
        The shapes (N, C, H, W) of `input`, `features` (the dilated trunk's map), `scores` and `output`; the count.
    """
    import torchvision

    with torch.device("meta"), torch.inference_mode():
        net = torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None, num_classes=21).eval()
        x = torch.empty(1, 3, height, width)
        features = net.backbone(x)["out"]
        found = {"input": x, "features": features, "scores": net.classifier(features), "output": net(x)["out"]}
    transposed = sum(isinstance(module, nn.ConvTranspose2d) for module in net.modules())
    return {name: tuple(value.shape) for name, value in found.items()}, transposed
