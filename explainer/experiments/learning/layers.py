"""The layers that learn, and what they start from. All make (N, 1, h, w) exactly r times as large."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from explainer.experiments.learning.tasks import generator
from explainer.operators.kernels import bilinear

#: Channels between the two convolutions of the sub-pixel network.
HIDDEN = 12


def margins(kernel: int, stride: int) -> tuple[int, int]:
    """(padding, output_padding) with which the output is exactly r times as large: r = k - 2p + output_padding.

    torch asks for output_padding < stride, and that always holds: it is r - k where k < r, else 0 or 1.

    >>> margins(4, 2), margins(3, 2), margins(2, 3)
    ((1, 0), (1, 1), (0, 1))
    """
    padding = max(0, -(-(kernel - stride) // 2))
    return padding, stride - kernel + 2 * padding


def nearest_start(kernel: int, stride: int, seed: int) -> Tensor:
    """The r x r block of ones that copies each pixel; what does not fit in is left out."""
    start = margins(kernel, stride)[0]
    taps = torch.zeros(kernel, kernel, dtype=torch.float64)
    taps[start : start + stride, start : start + stride] = 1
    return taps


def bilinear_start(kernel: int, stride: int, seed: int) -> Tensor:
    """The triangle of that size, scaled to keep the mean: the taps add up to r²."""
    taps = torch.tensor(bilinear(kernel), dtype=torch.float64)
    return taps * (stride**2 / taps.sum())


def random_start(kernel: int, stride: int, seed: int) -> Tensor:
    """Uniform, taps add up to r² on average."""
    taps = torch.rand(kernel, kernel, generator=generator(seed), dtype=torch.float64)
    return taps * (2 * stride**2 / kernel**2)


def zero_start(kernel: int, stride: int, seed: int) -> Tensor:
    """Nothing at all."""
    return torch.zeros(kernel, kernel, dtype=torch.float64)


STARTS: dict[str, Callable[[int, int, int], Tensor]] = {
    "random": random_start,
    "zeros": zero_start,
    "nearest": nearest_start,
    "bilinear": bilinear_start,
}
"""Name -> (kernel, stride, seed) -> the kernel (k, k) before training."""


def transposed(kernel: int, stride: int, start: str, seed: int) -> nn.Module:
    """One transposed convolution, one channel in and out, no bias."""
    padding, output_padding = margins(kernel, stride)
    layer = nn.ConvTranspose2d(1, 1, kernel, stride, padding, output_padding, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(STARTS[start](kernel, stride, seed))
    return layer


def sub_pixel(kernel: int, stride: int, start: str, seed: int) -> nn.Module:
    """Two convolutions and pixel shuffle (Shi et al. 2016): to HIDDEN channels, ReLU, to r² channels, shuffled.

    Its start is random always: from zeros, nothing behind the ReLU would ever move. In float32, in which it learns two
    to six times as fast as in float64.
    """
    k = kernel // 2 * 2 + 1
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        first = nn.Conv2d(1, HIDDEN, k, padding=k // 2, padding_mode="replicate")
        second = nn.Conv2d(HIDDEN, stride**2, k, padding=k // 2, padding_mode="replicate")
    return nn.Sequential(first, nn.ReLU(), second, nn.PixelShuffle(stride))


LAYERS: dict[str, Callable[[int, int, str, int], nn.Module]] = {
    "Transposed convolution": transposed,
    "Convolutions + pixel shuffle": sub_pixel,
}
"""Name -> (kernel, stride, start, seed) -> the layer."""


def kernels_of(layer: nn.Module) -> Tensor:
    """What can be looked at: the kernel (1, k, k), or the first convolution's (HIDDEN, k, k)."""
    weights = next(layer.parameters()).detach()
    return weights.flatten(0, 1).clone()
