"""Outlines that follow the photo's own edges: what a CRF adds behind a network.

FCN-8s decides on a map of an eighth of the photo's size; grown to full size its outlines are smooth and pass edges by
a few pixels. DeepLab (Chen et al. 2015) put a conditional random field (CRF) behind such a network: a pixel should have
the label of those near it that look alike (Krähenbühl & Koltun 2011). Its mean field is a short recurrence (Zheng et
al. 2015): Q = softmax(scores + WEIGHT * message of Q), and the message of a point is what the points around it say,
the more the more their colors are like its own.

Here a guided filter passes the messages (He, Sun & Tang 2010): within a small window each class's Q is fitted as a
linear function of the color, by least squares. All rounds run on the grid of the last score map. The last message's
coefficients, not its values, are grown to full size, and each pixel puts its own color in: that is where outlines
become as fine as the photo (He & Sun 2015 call it the fast guided filter).

On the photographs kept back from training this brings about a point of mean IoU and two on outlines
(`assets/MODEL_CARD.md`); all constants were chosen on the validation part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from explainer.segmentation.resize import labels_among, picked
from explainer.threads import one_thread

STRIDE = 8
"""Distance of the grid's points in pixels: that of the last score map."""
REACH = 2
"""Points that a window reaches to each side."""
ROUNDS = 4
"""Rounds of the mean field before the message at full size."""
WEIGHT = 4.0
"""How many units of score a unanimous message is worth."""
SMOOTHNESS = 1e-5
"""Added to the variance of colors (0..1) in a window, so that noise is not taken for an edge."""


class Decided(NamedTuple):
    """The classes that a label map is decided among: `ids` (K,) uint8, their `scores` (1, K, H, W)."""

    ids: NDArray[np.uint8]
    scores: Tensor

    def labels(self, height: int, width: int) -> NDArray[np.uint8]:
        """The best class at each pixel of a (height, width) photo."""
        return labels_among(self.ids, self.scores, height, width)


@one_thread()
def along_edges(scores: Tensor, photo: Tensor) -> Decided:
    """What a CRF decides behind scores (1, C, H, W); `photo` (1, 3, H, W) is as the network got it, -1..1.

    H and W are 8n+1. Only classes that win at some point of the grid take part: a copy of all 28 maps would take longer
    than all the rest. One thread does it: two took a third longer. The given scores stay, and so do the probabilities
    that they mean: a mean field's are too sure of themselves to be shown.

    Raises:
        ValueError: sizes that differ, or that the grid does not fit.
    """
    if scores.shape[2:] != photo.shape[2:] or any((side - 1) % STRIDE for side in scores.shape[2:]):
        raise ValueError(
            f"got scores {tuple(scores.shape)} and a photo {tuple(photo.shape)}; equal sides of 8n+1 are allowed"
        )
    own = scores[0, :, ::STRIDE, ::STRIDE].float()
    winners = torch.bincount(own.argmax(0).flatten(), minlength=len(own)).nonzero().flatten()
    colors = (photo[0].float().contiguous() + 1) / 2
    few = picked(scores, winners)
    for one, line in zip(few, _last_message(own[winners], colors), strict=True):
        red, green, blue, offset = line
        one += offset.addcmul_(red, colors[0]).addcmul_(green, colors[1]).addcmul_(blue, colors[2])
    return Decided(winners.to(torch.uint8).cpu().numpy(), few[None])


def _last_message(own: Tensor, colors: Tensor) -> Iterator[Tensor]:
    """For each class, the last message at full size as slopes for red, green, blue, and an offset: (4, H, W).

    `own` (K, h, w) are the scores on the grid, `colors` (3, H, W) the photo, 0..1.
    """
    coarse = F.avg_pool2d(colors[None], STRIDE + 1, STRIDE, STRIDE // 2, count_include_pad=False)[0]
    guided = GuidedFilter(coarse, REACH)
    likely = own.softmax(0)
    for _ in range(ROUNDS):
        likely = (own + WEIGHT * guided(likely)).softmax(0)
    # Bilinear, corners aligned, as a matrix for each direction, that of the longer side first: a third of the time of
    # torch's own here.
    down, across = (_bilinear(side, colors) for side in colors.shape[1:])
    wide = colors.shape[2] > colors.shape[1]
    for line in WEIGHT * guided.fit(likely):
        yield down @ (line @ across.T) if wide else (down @ line) @ across.T


class GuidedFilter:
    """Fits maps as linear functions of a picture's colors within windows (He, Sun & Tang 2010, equations 19 to 21).

    Args:
        colors: (3, h, w), 0..1. reach: points of a window to each side; at borders windows are smaller.
    """

    def __init__(self, colors: Tensor, reach: int) -> None:
        self.colors = colors
        self._down, self._across = (_window_means(side, reach, colors) for side in colors.shape[1:])
        self._mean = self._window(colors)
        spread = self._window(colors[:, None] * colors) - self._mean[:, None] * self._mean
        unit = torch.eye(3, device=colors.device)
        inverse = torch.linalg.inv(spread.permute(2, 3, 0, 1) + SMOOTHNESS * unit)
        self._inverse = inverse.permute(2, 3, 0, 1).contiguous()  # a tenth of the time in `fit`

    def __call__(self, maps: Tensor) -> Tensor:
        """The fits' values at the picture's own points, (K, h, w) -> (K, h, w)."""
        lines = self.fit(maps)
        return (lines[:, :3] * self.colors).sum(1) + lines[:, 3]

    def fit(self, maps: Tensor) -> Tensor:
        """Maps (K, h, w) as `slopes · color + offset`: (K, 4, h, w), three slopes and the offset, each the mean over
        all windows that a point is in."""
        products, mean = self._window(maps[:, None] * self.colors), self._window(maps)[:, None]
        slopes = (self._inverse * (products - mean * self._mean)[:, None]).sum(2)
        offsets = mean - (slopes * self._mean).sum(1, keepdim=True)
        return self._window(torch.cat((slopes, offsets), 1))

    def _window(self, maps: Tensor) -> Tensor:
        """The mean over each point's window: maps (..., h, w) times a matrix for each direction."""
        return self._down @ maps @ self._across.T


def _window_means(side: int, reach: int, like: Tensor) -> Tensor:
    """The matrix (side, side) whose product with a column of points is the mean of each one's window."""
    points = torch.arange(side, device=like.device)
    near = ((points[:, None] - points).abs() <= reach).to(like.dtype)
    return near / near.sum(1, keepdim=True)


def _bilinear(side: int, like: Tensor) -> Tensor:
    """The matrix (side, points) that brings points `STRIDE` apart to every pixel of a side."""
    pixels, points = (torch.arange(0, side, step, device=like.device) / STRIDE for step in (1, STRIDE))
    return (1 - (pixels[:, None] - points).abs()).clamp(min=0).to(like.dtype)
