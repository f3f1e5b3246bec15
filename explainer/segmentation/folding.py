"""A trunk for inference: what follows each convolution is done by the convolution.

Batch norm is folded into weights and biases. ReLU6 is taken over by `ClippedConv2d`, which in bfloat16 on a CPU clips
its values as it writes them: the largest maps are read and written once less, a tenth to a sixth of the network's time,
and the values are the same to the last bit.
"""

from __future__ import annotations

from functools import cache
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class ClippedConv2d(nn.Conv2d):
    """A convolution whose values are clipped to 0..6, with the same weights, biases and names as a plain one."""

    @classmethod
    def of(cls, layer: nn.Conv2d) -> ClippedConv2d:
        """That layer, clipped; it keeps its parameters.

        Raises:
            ValueError: a padding that is not a number of zeros.
        """
        if isinstance(layer.padding, str) or layer.padding_mode != "zeros":
            raise ValueError(f"got padding {layer.padding!r} of {layer.padding_mode}; numbers of zeros are allowed")
        sizes = (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
        kernel_size, stride, padding, dilation = cast(tuple[tuple[int, int], ...], sizes)
        channels, bias = (layer.in_channels, layer.out_channels), layer.bias is not None
        clipped = cls(*channels, kernel_size, stride, padding, dilation, layer.groups, bias, device="meta")
        clipped.weight, clipped.bias = layer.weight, layer.bias
        return clipped.train(layer.training)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) -> (N, out, H', W'), 0..6."""
        if not _clips_on_writing(x):
            return F.relu6(super().forward(x), inplace=True)
        x, weight = x.bfloat16(), self.weight.bfloat16()
        bias = None if self.bias is None else self.bias.bfloat16()
        # The operator that torch's own compiler puts in for these two; compiling needs a C++ compiler on each machine.
        clipped: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, weight, bias, self.padding, self.stride, self.dilation, self.groups, "hardtanh", [0.0, 6.0], ""
        )
        return clipped


def _clips_on_writing(x: Tensor) -> bool:
    """Whether that operator is there and pays: in float32 it takes as long as convolving and clipping."""
    return (
        x.device.type == "cpu"
        and not torch.is_grad_enabled()
        and torch.is_autocast_enabled("cpu")
        and torch.get_autocast_dtype("cpu") == torch.bfloat16
        and _has_operator()
    )


@cache
def _has_operator() -> bool:
    """Whether this torch has it, and this processor the instructions; ARM's library is another one."""
    backend, operators = torch.backends.mkldnn, torch.ops.mkldnn
    if not backend.is_available() or backend.is_acl_available():  # type: ignore[no-untyped-call]
        return False
    there = all(hasattr(operators, name) for name in ("_convolution_pointwise", "_is_mkldnn_bf16_supported"))
    return there and bool(operators._is_mkldnn_bf16_supported())


def folded(features: nn.Sequential) -> nn.Sequential:
    """Put every batch norm and ReLU6 into the convolution before it, in place; an identity stays where it stood."""
    features.eval()
    for parent in list(features.modules()):
        before = ""
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                setattr(parent, before, fuse_conv_bn_eval(getattr(parent, before), layer))
            elif isinstance(layer, nn.ReLU6):
                setattr(parent, before, ClippedConv2d.of(getattr(parent, before)))
            else:
                before = name
                continue
            setattr(parent, name, nn.Identity())
    return features
