"""Two looks at a photo, as it is and mirrored: what the bundled network says is the mean of both.

A convolution gives the same answer wherever a thing stands, but not for its mirror image: a kernel has a left and a
right. What training left undecided the two answers decide differently, and their mean is right more often than either
(test-time augmentation; Krizhevsky et al. 2012 did so with crops and mirror images). The scores of every stride are
averaged, and the way up begins from the means, so each map that is shown is still the sum of the two before it.

What it brings on photographs kept back from training stands in `assets/MODEL_CARD.md`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from explainer.segmentation.model import FCN, ScoreMaps


def both_ways(net: FCN, x: Tensor) -> ScoreMaps:
    """The score maps of photos (N, 3, H, W) as `FCN.score_maps` gives them, from two looks; always float32."""
    looks = net.score_maps(with_mirror_images(x))
    with torch.autocast(x.device.type, enabled=False):
        at16, at8 = mean_look(looks.score16), mean_look(looks.score8)
        return net.way_up(mean_look(looks.score32), lambda _: at16, lambda _: at8)


def with_mirror_images(x: Tensor) -> Tensor:
    """Photos and behind them their mirror images: (N, 3, H, W) -> (2N, 3, H, W)."""
    return torch.cat((x, x.flip(3)))


def mean_look(both: Tensor) -> Tensor:
    """The mean of each photo's map and of its mirror image's, turned back: (2N, C, h, w) -> (N, C, h, w).

    >>> mean_look(torch.tensor([[[[0.0, 4.0]]], [[[2.0, 0.0]]]])).tolist()
    [[[[0.0, 3.0]]]]
    """
    seen, mirrored = both.float().chunk(2)
    return (seen + mirrored.flip(3)) / 2
