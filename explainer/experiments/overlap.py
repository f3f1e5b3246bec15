"""Overlap and checkerboard: how often each output pixel is stamped, and how much of a map is a pattern of period s.

Odena, Dumoulin & Olah, "Deconvolution and checkerboard artifacts" (2016). Maps are float64; a map's *pattern* is what
repeats with the stride: its Fourier components at multiples of the frequency 1/s, the constant left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.operators import Convolution, TransposedConvolution
from explainer.operators.kernels import bilinear, ones

STRIDE = 2
CHANNELS = 16


@lru_cache(maxsize=128)
def counts(size: int, k: int, s: int, p: int = 0, layers: int = 1, dims: int = 2) -> Tensor:
    """How many stamps reach each output pixel: ones through transposed convolutions of ones, (*spatial) float64.

    Not to be changed by the caller.

    Raises:
        ValueError: if padding crops everything away.

    >>> counts(4, k=3, s=2, dims=1).int().tolist()
    [1, 1, 2, 1, 2, 1, 2, 1, 1]
    """
    x = torch.ones(1, 1, *[size] * dims, dtype=torch.float64)
    for _ in range(layers):
        x = TransposedConvolution(ones(k, dims), stride=s, padding=p)(x)
    return x[0, 0]


def period(k: int, s: int, layers: int = 1) -> Tensor:
    """The counts along one axis far from the border, over one period of s^layers pixels."""
    span = s**layers
    far = 2 * k + 4
    line = counts(far, k, s, layers=layers, dims=1)
    middle = len(line) // 2 // span * span
    return line[middle : middle + span]


def unevenness(k: int, s: int, layers: int = 1) -> float:
    """Largest count divided by smallest, far from the border, in 2D; infinite where some pixel gets nothing.

    >>> unevenness(4, 2), unevenness(3, 2), unevenness(2, 3)
    (1.0, 4.0, inf)
    """
    line = period(k, s, layers)
    low, high = float(line.min()), float(line.max())
    return (high / low) ** 2 if low else float("inf")


def pattern_share(maps: Tensor, s: int = STRIDE) -> float:
    """The share of a map's energy in its pattern of period s, 0 to 1; `maps` is (..., H, W).

    Sides are cut to multiples of s. A constant map has 0; a map that is s-periodic with mean 0 has 1.
    """
    height, width = maps.shape[-2] // s * s, maps.shape[-1] // s * s
    energy = torch.fft.fft2(maps[..., :height, :width].double()).abs().square()
    total = float(energy.sum())
    peaks = energy[..., :: height // s, :: width // s]
    return max(0.0, float(peaks.sum() - energy[..., 0, 0].sum()) / total) if total else 0.0


def inner(maps: Tensor, margin: int) -> Tensor:
    """Without `margin` pixels on each side."""
    return maps[..., margin:-margin, margin:-margin]


@dataclass(frozen=True)
class Method:
    """A way to double a map, with weights to fill in.

    Attributes:
        weight: shape of the weights for (c_in, c_out) channels.
        run: (N, c_in, H, W) and weights -> (N, c_out, 2H, 2W).
        start: a starting point without pattern, (c_in, c_out) -> weights, or None where none is needed.
    """

    name: str
    weight: Callable[[int, int], tuple[int, ...]]
    run: Callable[[Tensor, Tensor], Tensor]
    start: Callable[[int, int], Tensor] | None = None


def stamp(x: Tensor, weight: Tensor) -> Tensor:
    """Transposed convolution by 2, cropped to twice the size."""
    k = weight.shape[-1]
    padding, extra = (k - 1) // 2, (k + 1) % 2 == 0
    return F.conv_transpose2d(x, weight, stride=STRIDE, padding=padding, output_padding=int(extra))


def resize(mode: str) -> Callable[[Tensor, Tensor], Tensor]:
    """Enlarge first, then an ordinary 3 x 3 convolution (Odena et al.: resize-convolution)."""

    def run(x: Tensor, weight: Tensor) -> Tensor:
        return F.conv2d(F.interpolate(x, scale_factor=STRIDE, mode=mode), weight, padding=1)

    return run


def shuffle(x: Tensor, weight: Tensor) -> Tensor:
    """A 3 x 3 convolution to four times the channels, then pixel shuffle (Shi et al. 2016)."""
    return F.pixel_shuffle(F.conv2d(x, weight, padding=1), STRIDE)


def bilinear_start(c_in: int, c_out: int) -> Tensor:
    """The 4 x 4 bilinear kernel for each pair of channels, scaled by a random factor."""
    kernel = torch.tensor(bilinear(4), dtype=torch.float64)
    return draw((c_in, c_out, 1, 1), 7) * kernel


def same_start(c_in: int, c_out: int) -> Tensor:
    """One random 3 x 3 kernel for all four places of a block (ICNR: Aitken et al. 2017)."""
    return draw((c_out, c_in, 3, 3), 7).repeat_interleave(STRIDE**2, 0)


def transposed_shape(k: int) -> Callable[[int, int], tuple[int, ...]]:
    """Weights of a k x k transposed convolution."""
    return lambda c_in, c_out: (c_in, c_out, k, k)


def direct_shape(blocks: int) -> Callable[[int, int], tuple[int, ...]]:
    """Weights of a 3 x 3 convolution with `blocks` times the output channels."""
    return lambda c_in, c_out: (blocks * c_out, c_in, 3, 3)


METHODS = (
    Method("Transposed convolution, k 3", transposed_shape(3), stamp),
    Method("Transposed convolution, k 4", transposed_shape(4), stamp, bilinear_start),
    Method("Pixel shuffle after a 3 × 3 convolution", direct_shape(STRIDE**2), shuffle, same_start),
    Method("Nearest neighbor, then a 3 × 3 convolution", direct_shape(1), resize("nearest")),
    Method("Bilinear, then a 3 × 3 convolution", direct_shape(1), resize("bilinear")),
)


def draw(shape: tuple[int, ...], seed: int) -> Tensor:
    """Normal random numbers, float64."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def constant_input(seed: int) -> Tensor:
    """CHANNELS maps, each constant: whatever pattern comes out was made by the layer."""
    return draw((1, CHANNELS, 1, 1), seed).expand(1, CHANNELS, 12, 12)


def measure(method: Method, weight: Tensor, seed: int) -> float:
    """The pattern's share in what `method` makes of constant maps, away from the border."""
    return pattern_share(inner(method.run(constant_input(seed), weight), 4))


@lru_cache(maxsize=64)
def shares(method: Method, seed: int) -> dict[str, float]:
    """Pattern shares with equal weights, random weights and the method's own start. Not to be changed."""
    shape = method.weight(CHANNELS, CHANNELS)
    found = {
        "equal": measure(method, torch.ones(shape, dtype=torch.float64), seed),
        "random": measure(method, draw(shape, seed + 1), seed),
    }
    if method.start:
        found["start"] = measure(method, method.start(CHANNELS, CHANNELS), seed)
    return found


def grown(method: Method, seed: int, layers: int = 3, size: int = 8) -> Tensor:
    """A small random map through `layers` doublings with random weights: (size * 2^layers)^2 values in 0..1.

    Weights are positive on average, as after some training; eight channels in between.
    """
    x = draw((1, 1, size, size), seed)
    for layer in range(layers):
        c_out = 1 if layer == layers - 1 else 8
        weight = 1 + draw(method.weight(x.shape[1], c_out), 100 * seed + layer)
        x = method.run(x, weight)
        x = x / x.std()
    return (x[0, 0] - x.min()) / (x.max() - x.min())


def gradient_counts(size: int, k: int, s: int, p: int = 0) -> Tensor:
    """Gradient of the sum of a convolution of ones with respect to its input, by autograd: (size, size)."""
    x = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(Convolution(ones(k), stride=s, padding=p)(x).sum(), x)
    return gradient[0, 0]


def taps(method: Method, small: Tensor, c_out: int = 1) -> Tensor:
    """What each single weight of a one-channel `method` makes of `small` (H, W): (weights, 2H, 2W)."""
    shape = method.weight(1, c_out)
    count = torch.Size(shape).numel()
    weights = torch.eye(count, dtype=torch.float64).view(count, *shape)
    return torch.stack([method.run(small[None, None], one)[0, 0] for one in weights])


def residual(method: Method, small: Tensor, large: Tensor) -> tuple[Tensor, Tensor]:
    """The fitted weights, and what is still wrong with them: output minus `large`, without the border."""
    weight = fitted(method, small, large)
    return weight, inner(method.run(small[None, None], weight)[0, 0] - large, 4)


def fitted(method: Method, small: Tensor, large: Tensor, margin: int = 4) -> Tensor:
    """The weights with which `method` brings `small` (H, W) closest to `large` (2H, 2W), by least squares.

    Upsampling is linear in its weights, so this is training to the very end. The border is left out.
    """
    columns = inner(taps(method, small), margin).flatten(1).T
    target = inner(large, margin).flatten()[:, None]
    solution: Tensor = torch.linalg.lstsq(columns, target, driver="gelsd").solution
    return solution.view(method.weight(1, 1))
