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

import torch
import torch.nn.functional as F
from torch import Tensor

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


def follow_edges(scores: Tensor, photo: Tensor) -> None:
    """Add the mean field's last message to scores (N, C, H, W), in place: a copy would take longer than all the rest.

    `photo` (N, 3, H, W) is as the network got it, -1..1; H and W are 8n+1. Classes that win at no point of the grid
    keep their scores.

    Raises:
        ValueError: sizes that differ, or that the grid does not fit.
    """
    if scores.shape[2:] != photo.shape[2:] or any((side - 1) % STRIDE for side in scores.shape[2:]):
        raise ValueError(
            f"got scores {tuple(scores.shape)} and a photo {tuple(photo.shape)}; equal sides of 8n+1 are allowed"
        )
    for one, pixels in zip(scores, photo, strict=True):
        _add_message(one, (pixels.float().contiguous() + 1) / 2)


def _add_message(scores: Tensor, colors: Tensor) -> None:
    """One photo's scores (C, H, W), changed in place; `colors` (3, H, W), 0..1."""
    own = scores[:, ::STRIDE, ::STRIDE].float()
    winners = torch.bincount(own.argmax(0).flatten(), minlength=len(own)).nonzero().flatten().tolist()
    if len(winners) < 2:
        return
    own = own[winners]
    guided = GuidedFilter(
        F.avg_pool2d(colors[None], STRIDE + 1, STRIDE, STRIDE // 2, count_include_pad=False)[0], REACH
    )
    likely = own.softmax(0)
    for _ in range(ROUNDS):
        likely = (own + WEIGHT * guided(likely)).softmax(0)
    # Bilinear, corners aligned, as a matrix for each direction: half the time of torch's own here.
    down, across = (_bilinear(side, colors) for side in colors.shape[1:])
    for class_id, line in zip(winners, WEIGHT * guided.fit(likely), strict=True):
        red, green, blue, offset = down @ line @ across.T
        scores[class_id] += offset.addcmul_(red, colors[0]).addcmul_(green, colors[1]).addcmul_(blue, colors[2])


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
