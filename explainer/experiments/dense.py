"""Patch by patch against one pass: the same network, run on a patch around each position or once on the photo.

The network is the bundled FCN's trunk up to its maps of stride 8, with a 1 x 1 convolution on top. Everything in it
is local (the FCN itself also looks at the whole photo's mean), so the two ways can be compared exactly. The last
layer is fitted on the spot: ridge regression from the trunk's 192 maps to the full FCN's own answer for this photo.

Geometry: the trunk's kernels are odd with padding k // 2, so score (i, j) belongs to pixel (8i, 8j). A patch of side
16m + 1 around that pixel has a score exactly in its middle. Once the patch covers the receptive field, no zero
padding at the patch's border can reach that score, and both ways compute the same sums.

Farabet et al. 2013; Pinheiro & Collobert 2014; Long, Shelhamer & Darrell 2015, section 3.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from explainer import geometry
from explainer.segmentation.classes import CLASS_COUNT
from explainer.segmentation.model import FCN, LEAVES_STRIDE8, STRIDE8_CHANNELS
from explainer.work import multiply_adds

STRIDE = 8
#: Patch sides with a score in the middle.
PATCH_SIDES = (17, 33, 49, 65, 81)
#: Small batches stay in the processor's cache; larger ones are slower here.
BATCH = 8
RIDGE = 1.0


@dataclass(frozen=True)
class Comparison:
    """Both ways on one photo, at the same grid of positions.

    Attributes:
        patches, dense: (C, h, w) scores at every `step`-th pixel.
        inside: (h, w) bool: the receptive field of that position lies within the photo.
        macs: multiply-adds of all patches, and of the one pass.
        seconds: measured, in the same order; medians, since other programs run too.
        pixels: height and width of the photo as the network sees it.
    """

    patches: NDArray[np.float32]
    dense: NDArray[np.float32]
    inside: NDArray[np.bool_]
    macs: tuple[int, int]
    seconds: tuple[float, float]
    pixels: tuple[int, int]

    @cached_property
    def difference(self) -> NDArray[np.float32]:
        """(h, w): the largest difference between two scores of a position."""
        worst: NDArray[np.float32] = np.abs(self.patches - self.dense).max(0)
        return worst

    @cached_property
    def agreement(self) -> NDArray[np.bool_]:
        """(h, w): both ways decide for the same class."""
        same: NDArray[np.bool_] = self.patches.argmax(0) == self.dense.argmax(0)
        return same

    @property
    def every_pixel(self) -> float:
        """How much more work it would be to classify one patch for each pixel of the photo."""
        return self.macs[0] / self.agreement.size * self.pixels[0] * self.pixels[1] / self.macs[1]


def local_trunk(net: FCN) -> nn.Sequential:
    """The FCN's layers up to its maps of stride 8, shared with it, not copied."""
    widened = net.features[LEAVES_STRIDE8].conv
    assert isinstance(widened, nn.Sequential)
    return nn.Sequential(*net.features[:LEAVES_STRIDE8], widened[0])


def receptive_field(net: nn.Module) -> tuple[int, int]:
    """Receptive field and stride of a chain of convolutions, in pixels; side branches only skip layers."""
    layers = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    return geometry.receptive_field([(one.kernel_size[0], one.stride[0]) for one in layers])


@torch.inference_mode()
def fitted(trunk: nn.Sequential, x: Tensor, labels: Tensor) -> nn.Sequential:
    """The trunk with a 1 x 1 convolution whose scores follow `labels` (h, w) of `x` (1, 3, H, W), by ridge regression.

    `labels` are class ids at stride 8.
    """
    features = trunk(x)[0].flatten(1).T.double()
    ones = torch.cat([features, torch.ones(len(features), 1).double()], 1)
    targets = F.one_hot(labels.flatten().long(), CLASS_COUNT).double()
    weights = torch.linalg.solve(ones.T @ ones + RIDGE * torch.eye(ones.shape[1]).double(), ones.T @ targets).float()
    head = nn.Conv2d(STRIDE8_CHANNELS, CLASS_COUNT, 1).requires_grad_(False)
    head.weight.copy_(weights[:-1].T[..., None, None])
    assert head.bias is not None
    head.bias.copy_(weights[-1])
    return nn.Sequential(*trunk, head)


def cut(x: Tensor, side: int, step: int) -> Tensor:
    """Patches (n, 3, side, side) around every `step`-th pixel of `x` (1, 3, H, W), row by row; zeros outside."""
    half = side // 2
    windows = F.pad(x, [half] * 4).unfold(2, side, step).unfold(3, side, step)
    return windows[0].permute(1, 2, 0, 3, 4).flatten(0, 1)


def center(scores: Tensor) -> Tensor:
    """(n, C) scores in the middle of each patch, from score maps (n, C, h, w)."""
    return scores[:, :, scores.shape[2] // 2, scores.shape[3] // 2]


@torch.inference_mode()
def by_patches(net: nn.Module, x: Tensor, side: int, step: int) -> tuple[Tensor, float]:
    """(C, h, w) scores, one patch for each position, and the seconds: the median batch's, times the batches.

    The median, because another program's moment of work would otherwise count against the patches.
    """
    rows, columns = len(range(0, x.shape[2], step)), len(range(0, x.shape[3], step))
    patches, scores, seconds = cut(x, side, step), [], []
    for some in torch.split(patches, BATCH):
        start = time.perf_counter()
        scores.append(center(net(some.contiguous())))
        seconds.append(time.perf_counter() - start)
    return torch.cat(scores).T.reshape(-1, rows, columns), statistics.median(seconds) * len(patches) / BATCH


@torch.inference_mode()
def in_one_pass(net: nn.Module, x: Tensor, step: int) -> Tensor:
    """(C, h, w) scores of the same positions, from one pass over the photo."""
    scores: Tensor = net(x)[0]
    return scores[:, :: step // STRIDE, :: step // STRIDE]


def inside(height: int, width: int, step: int, field: int) -> Tensor:
    """(h, w) bool: positions whose receptive field lies within the photo, where one pass sees no padding either."""
    half = field // 2

    def line(size: int) -> Tensor:
        at = torch.arange(0, size, step)
        return (at >= half) & (at + half < size)

    return line(height)[:, None] & line(width)[None]


def timed(work: Callable[[], Tensor]) -> tuple[Tensor, float]:
    """The result and the seconds it took; the median of five runs."""
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - start)
    return result, statistics.median(spent)


def compare_ways(net: nn.Module, x: Tensor, side: int, step: int) -> Comparison:
    """Run both ways on `x` (1, 3, H, W), count and time them."""
    height, width = x.shape[2], x.shape[3]
    dense, fast = timed(lambda: in_one_pass(net, x, step))
    patches, slow = by_patches(net, x, side, step)
    count = patches[0].numel()
    patch = x.new_zeros(1, 3, side, side)
    work = count * multiply_adds(lambda: net(patch)), multiply_adds(lambda: net(x))
    mask = inside(height, width, step, receptive_field(net)[0])
    return Comparison(patches.numpy(), dense.numpy(), mask.numpy(), work, (slow, fast), (height, width))


@torch.inference_mode()
def difference_by_side(net: nn.Module, x: Tensor, most: int = 10) -> dict[int, float]:
    """Patch side -> largest difference to the one pass, at up to `most` positions away from the border."""
    dense = net(x)[0]
    rows, columns = inside(x.shape[2], x.shape[3], STRIDE, receptive_field(net)[0]).nonzero(as_tuple=True)
    chosen = torch.unique(torch.linspace(0, len(rows) - 1, most).long())
    wanted = dense[:, rows[chosen], columns[chosen]].T
    found = {}
    for side in PATCH_SIDES:
        around = F.pad(x, [side // 2] * 4)
        corners = zip((STRIDE * rows[chosen]).tolist(), (STRIDE * columns[chosen]).tolist(), strict=True)
        patches = torch.cat([around[..., top : top + side, left : left + side] for top, left in corners])
        found[side] = float((center(net(patches)) - wanted).abs().max())
    return found
