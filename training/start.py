"""The weights that training starts from: the initial DeepLab network, the earlier FCN of 21 classes, or this one's own.

From either of the old ones the new network's first answers, its scene classes counted as background, are the old
one's: the old background's probability is divided evenly among the background and the seven scene classes, and whatever
is new adds nothing yet. From its own weights (a second round) it starts as it is.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torchvision.models import mobilenet_v2

from explainer.segmentation.classes import CLASS_COUNT, VOC_COUNT
from explainer.segmentation.folding import folded
from explainer.segmentation.model import FCN, TRUNK_END, bilinear_kernel

SOURCE = [*range(VOC_COUNT), *[0] * (CLASS_COUNT - VOC_COUNT)]
"""For each of the 28 classes the old class whose weights it starts with: the scenes begin as the background."""


def initialize(model: FCN, state: dict[str, Tensor]) -> FCN:
    """Load weights into a fresh network: DeepLab's (`features.*`, `deeplab_head.*`), the earlier FCN's of 21 classes,
    or this network's own.

    DeepLab's dilation is taken out: the last three blocks run at the true stride 32, with the same weights.

    Raises:
        RuntimeError: keys or shapes are nobody's.
    """
    state = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    if state.keys() == model.state_dict().keys():
        model.load_state_dict(state)
        return model
    deeplab = any(key.startswith("deeplab_head.") for key in state)
    trunk = _under("features.", state)
    if deeplab:
        plain = mobilenet_v2(weights=None).features[:TRUNK_END]
        plain.load_state_dict(trunk)
        trunk = folded(plain).state_dict()
    model.features.load_state_dict(trunk)
    _load_head(model, _under("deeplab_head." if deeplab else "head.", state))
    if not deeplab:
        _load_upsampling(model, state)
    return model


@torch.no_grad()
def _load_head(model: FCN, head: dict[str, Tensor]) -> None:
    own = model.head.state_dict()
    old = head["proj.weight"]
    widened = torch.zeros_like(own["proj.weight"])
    widened[:, : old.shape[1]] = old
    bias = head["logits.bias"][SOURCE]
    bias[0] -= math.log(1 + CLASS_COUNT - VOC_COUNT)
    bias[VOC_COUNT:] = bias[0]
    replaced = {"proj.weight": widened, "logits.weight": head["logits.weight"][SOURCE], "logits.bias": bias}
    model.head.load_state_dict(own | head | replaced)


@torch.no_grad()
def _load_upsampling(model: FCN, state: dict[str, Tensor]) -> None:
    for stride, skip in ((16, model.skip16), (8, model.skip8)):
        skip.score.weight.copy_(state[f"score{stride}.weight"][SOURCE])
        assert skip.score.bias is not None
        skip.score.bias.copy_(state[f"score{stride}.bias"][SOURCE])
    for name in ("upscore32_to_16", "upscore16_to_8"):
        kernels = state[f"{name}.weight"][SOURCE, 0]
        getattr(model, name).weight.copy_(torch.eye(CLASS_COUNT)[..., None, None] * kernels[:, None])
    for name in ("grow32", "grow16", "grow8"):
        kernels = state[f"{name}.weight"][SOURCE]
        assert kernels.shape[-1] == bilinear_kernel(int(name[4:])).shape[-1]
        getattr(model, name).weight.copy_(kernels)


def _under(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
