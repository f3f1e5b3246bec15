"""Photo to network and back: sides of 32n+1, values in -1..1, scores to labels at the photo's own size."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer.segmentation.classes import VOC_COUNT

_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
MAX_LABEL_VALUES = 24_000_000
"""Scores are brought to the photo's size in strips of at most this many values (96 MB of float32)."""


def network_sides(height: int, width: int, long_side: int) -> tuple[int, int]:
    """Height and width at which the network sees a photo: the longer side near `long_side`, both of the form 32n+1.

    Each side is rounded to the nearest such number, which stretches the photo by a few percent at most for common
    shapes; that measured better than gray bars.

    >>> network_sides(480, 640, 513), network_sides(300, 451, 513)
    ((385, 513), (353, 513))
    """
    scale = long_side / max(height, width)
    return _nearest_side(height * scale), _nearest_side(width * scale)


def _nearest_side(pixels: float) -> int:
    return max(1, round((pixels - 1) / 32)) * 32 + 1


def at_network_size(rgb: NDArray[np.uint8], side: int, bundled: bool) -> NDArray[np.uint8]:
    """(H, W, 3) photo -> (h, w, 3), as the bundled network or torchvision's sees it; once more changes nothing."""
    if bundled:
        height, width = network_sides(rgb.shape[0], rgb.shape[1], side)
    else:  # the aspect ratio is kept
        scale = side / max(rgb.shape[:2])
        height, width = (max(32, round(length * scale)) for length in rgb.shape[:2])
    return resized(rgb, height, width)


def resized(rgb: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """(H, W, 3) photo -> (height, width, 3)."""
    small: NDArray[np.uint8] = np.array(Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR))
    return small


def to_input(rgb: NDArray[np.uint8], long_side: int) -> Tensor:
    """(H, W, 3) uint8 photo -> (1, 3, h, w) float32 in -1..1 at the network's size."""
    return normalize(at_network_size(rgb, long_side, True))


def torchvision_input(photo: NDArray[np.uint8], side: int) -> Tensor:
    """(1, 3, h, w) with torchvision's mean and deviation; the aspect ratio is kept."""
    normal = (at_network_size(photo, side, False).astype(np.float32) / 255 - _MEAN) / _STD
    return torch.from_numpy(normal).permute(2, 0, 1)[None]


def normalize(rgb: NDArray[np.uint8]) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, H, W) float32, `x / 127.5 - 1`."""
    return scaled(torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None])


def scaled(pixels: Tensor) -> Tensor:
    """Pixels 0..255 of any shape as the bundled network wants them: float32, `x / 127.5 - 1`."""
    return pixels.float() / 127.5 - 1


def labels_at(scores: Tensor, height: int, width: int) -> NDArray[np.uint8]:
    """The best class at each pixel of a (height, width) photo, from scores (1, C, h, w) at the working size.

    Scores are interpolated, not labels, so outlines stay smooth; only classes that win somewhere at the working size
    are, and strip by strip, so that a photo of 40 megapixels needs no gigabytes.
    """
    present = torch.bincount(scores[0].argmax(0).flatten(), minlength=scores.shape[1]).nonzero().flatten()
    if len(present) == 1:
        return np.full((height, width), int(present[0]), np.uint8)
    return labels_among(present.to(torch.uint8).cpu().numpy(), picked(scores, present)[None], height, width)


def picked(scores: Tensor, ids: Tensor) -> Tensor:
    """The maps of some classes `ids` (K,) of scores (1, C, H, W): (K, H, W) float32.

    By a product with rows of the unit matrix: the classes lie side by side in memory, and copying one after the other
    reads all of it each time.
    """
    rows = torch.eye(scores.shape[1], device=scores.device)[ids]
    return (rows @ scores[0].float().flatten(1)).view(len(ids), *scores.shape[2:])


def labels_among(ids: NDArray[np.uint8], scores: Tensor, height: int, width: int) -> NDArray[np.uint8]:
    """As `labels_at`, for the scores (1, K, H, W) of a few classes, `ids` (K,)."""
    rows = max(1, MAX_LABEL_VALUES // (len(ids) * width))
    strips = [_strip(scores, top, min(top + rows, height), height, width) for top in range(0, height, rows)]
    labels: NDArray[np.uint8] = ids[np.concatenate([strip.cpu().numpy() for strip in strips])]
    return labels


def voc_only(scores: Tensor) -> Tensor:
    """Scores (N, 28, ...) as scores of VOC's 21 classes (N, 21, ...): the seven scene classes join the background.

    The background's new score is the logarithm of the summed exponentials, so that after the softmax it holds exactly
    the sum of their probabilities; the other scores stay. Scores of 21 classes are returned as they are.
    """
    if scores.shape[1] == VOC_COUNT:
        return scores
    background = torch.cat((scores[:, :1], scores[:, VOC_COUNT:]), 1).logsumexp(1, keepdim=True)
    return torch.cat((background, scores[:, 1:VOC_COUNT]), 1)


def _strip(scores: Tensor, top: int, bottom: int, height: int, width: int) -> Tensor:
    """Rows top..bottom-1 of the argmax of the whole interpolation (half-pixel centers)."""
    ratio = scores.shape[2] / height
    y = ((torch.arange(top, bottom, device=scores.device) + 0.5) * ratio - 0.5).clamp(0, scores.shape[2] - 1)
    low = y.floor().long()
    high = (low + 1).clamp(max=scores.shape[2] - 1)
    part = (y - low).view(-1, 1)
    wide = F.interpolate(scores, (scores.shape[2], width), mode="bilinear", align_corners=False)
    best = torch.zeros((bottom - top, width), dtype=torch.uint8, device=scores.device)
    most = torch.full((bottom - top, width), -torch.inf, device=scores.device)
    values, below, wins = torch.empty_like(most), torch.empty_like(most), torch.empty_like(best, dtype=torch.bool)
    for index, one in enumerate(wide[0]):  # in memory that is there already, which takes two thirds of the time
        torch.index_select(one, 0, low, out=values)
        torch.index_select(one, 0, high, out=below)
        values.lerp_(below, part)
        torch.gt(values, most, out=wins)
        # The index only rises, so the larger one is the newer; filling under a mask takes thirty times as long.
        torch.maximum(best, wins.to(torch.uint8).mul_(index), out=best)
        torch.maximum(most, values, out=most)
    return best
