"""What may stand in a stack: torch's own layers, and a few of ours for what `nn.Sequential` has no word for.

A stack runs on the meta device: shapes and counts without memory and without numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explainer.operators.checks import Size, at_least, per_axis


class Save(nn.Module):
    """Remember the map under a name; a later `Add` or `Cat` fetches it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Join(nn.Module, ABC):
    """Fetch a saved map, cut it to the present size, and add or append it.

    Args:
        name: of the `Save`. crop: first row and column kept; by default the middle is kept.
        score: classes that a 1x1 convolution scores it with first (FCN's skips).
    """

    def __init__(self, name: str, crop: int | None = None, score: int | None = None) -> None:
        super().__init__()
        self.name, self.crop, self.score = name, crop, score

    def fetched(self, saved: Tensor, x: Tensor) -> Tensor:
        """The saved map (N, C, H, W), scored and cut to the size of `x`."""
        if self.score:
            saved = F.conv2d(saved, torch.empty(self.score, saved.shape[1], 1, 1, device="meta"))
        spare = [big - small for big, small in zip(saved.shape[-2:], x.shape[-2:], strict=True)]
        if min(spare) < 0:
            raise ValueError(f"the saved map {size_text(saved)} is smaller than {size_text(x)}")
        if self.crop is not None and self.crop > min(spare):
            raise ValueError(f"from {self.crop} on the saved map {size_text(saved)} holds less than {size_text(x)}")
        top, left = (space // 2 if self.crop is None else self.crop for space in spare)
        return saved[..., top : top + x.shape[-2], left : left + x.shape[-1]]

    @abstractmethod
    def together(self, fetched: Tensor, x: Tensor) -> Tensor:
        """The map that goes on."""


class Add(Join):
    """Add the saved map (FCN, ResNet)."""

    def together(self, fetched: Tensor, x: Tensor) -> Tensor:
        """Their sum."""
        return x + fetched


class Cat(Join):
    """Append the saved map's channels (U-Net)."""

    def together(self, fetched: Tensor, x: Tensor) -> Tensor:
        """The saved map's channels first."""
        return torch.cat((fetched, x), 1)


class Whole(Join):
    """Fetch a saved map as it is, without cutting or scoring it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)

    def fetched(self, saved: Tensor, x: Tensor) -> Tensor:
        """The saved map."""
        return saved


class Mul(Whole):
    """Multiply by the saved map; one channel or one pixel counts for all (attention, squeeze and excitation)."""

    def together(self, fetched: Tensor, x: Tensor) -> Tensor:
        """Their product."""
        return x * fetched


class Load(Whole):
    """Go on from the saved map: a branch."""

    def together(self, fetched: Tensor, x: Tensor) -> Tensor:
        """The saved map alone."""
        return fetched


class Crop(nn.Module):
    """Cut the map to the input's size, from row and column `offset` on (Caffe's crop layer)."""

    def __init__(self, offset: int = 0) -> None:
        super().__init__()
        self.offset = offset


class Unpool(nn.Module):
    """Max unpooling as far as shapes go: (i - 1) s - 2p + k. Which maximum goes where is `nn.MaxUnpool2d`'s."""

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the size before pooling."""
        k, s, p = (per_axis(name, getattr(self, name), 2) for name in ("kernel_size", "stride", "padding"))
        size = [(n - 1) * s[at] - 2 * p[at] + k[at] for at, n in enumerate(x.shape[2:])]
        if min(size) < 1:
            raise ValueError("nothing would be left")
        return x.new_empty(*x.shape[:2], *size)


CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
ALLOWED: dict[str, type[nn.Module]] = {
    one.__name__: one
    for one in (
        nn.Conv2d, nn.ConvTranspose2d, nn.MaxPool2d, nn.AvgPool2d, nn.Upsample, nn.UpsamplingNearest2d,
        nn.UpsamplingBilinear2d, nn.PixelShuffle, nn.PixelUnshuffle, nn.ZeroPad2d, nn.ReflectionPad2d,
        nn.ReplicationPad2d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.GELU, nn.Sigmoid,
        nn.Tanh, nn.SiLU, nn.ELU, nn.SELU, nn.PReLU, nn.Mish, nn.Hardswish, nn.Softplus, nn.GroupNorm, nn.Softmax2d,
        nn.Softmax, nn.LogSoftmax, nn.Hardsigmoid, nn.Hardtanh, nn.LogSigmoid, nn.ChannelShuffle, nn.AdaptiveAvgPool2d,
        nn.AdaptiveMaxPool2d, nn.Dropout, nn.Dropout2d, nn.Identity, Save, Add, Cat, Mul, Load, Crop,
    )
} | {"MaxUnpool2d": Unpool}  # fmt: skip
"""Name -> class. Everything else is refused by name."""


@dataclass(frozen=True)
class Layer:
    """One layer as written, and built without memory."""

    text: str
    module: nn.Module


class Misfit(ValueError):
    """A layer does not take the map that comes; `before` are the layers until there, `channels` the input's."""

    def __init__(self, said: str, before: list[Layer], channels: int) -> None:
        super().__init__(said)
        self.before, self.channels = before, channels


def check_numbers(module: nn.Module) -> None:
    """Refuse what torch's processors refuse at the first map, and its meta device lets pass or divides by; and crops
    that would count from the other end.

    Raises:
        ValueError: with the argument and what it has to be.
    """
    if isinstance(module, (*CONVOLUTIONS, Unpool)):
        for name in ("kernel_size", "stride", "dilation"):
            at_least(name, getattr(module, name, 1), 1)
        for name in ("padding", "output_padding"):
            if not isinstance(value := getattr(module, name, 0), str):
                at_least(name, value, 0)
    if isinstance(module, Crop):
        at_least("offset", module.offset, 0)
    if isinstance(module, Join) and module.crop is not None:
        at_least("crop", module.crop, 0)


def check_channels(module: nn.Module, x: Tensor) -> None:
    """Refuse a map with other channels than a convolution has weights for: torch says so unclearly, and on the meta
    device, of transposed convolutions, not at all.

    Raises:
        ValueError: with the channels that it expects.
    """
    if isinstance(module, CONVOLUTIONS) and x.shape[1] != module.in_channels:
        raise ValueError(f"it expects {module.in_channels} channels")


def size_text(x: Tensor) -> str:
    """Height and width of a map.

    >>> size_text(torch.empty(1, 3, 4, 5))
    '4 × 5'
    """
    return f"{x.shape[-2]} × {x.shape[-1]}"
