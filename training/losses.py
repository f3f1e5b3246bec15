"""The losses: cross-entropy with soft targets, and the soft Jaccard loss, whose value is what mean IoU measures."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.segmentation.model import FCN, HEADS, Head, ScoreMaps
from training.batches import GRID, WINDOW, Batch

HEAD_WEIGHT = {"fcn32s": 0.4, "fcn16s": 0.6, "fcn8s": 1.0}
JACCARD_WEIGHT = 0.5
FINE_WEIGHT = 0.5


def soft_jaccard(probabilities: Tensor, targets: Tensor) -> Tensor:
    """1 - IoU for soft targets, averaged over the classes present in the batch; both (N, 21, h, w).

    With the smaller of p and q as the intersection and the larger as the union it is exact for soft targets (Wang et
    al. 2023, "Jaccard metric losses").
    """
    shared = torch.minimum(probabilities, targets).sum((0, 2, 3))
    union = probabilities.sum((0, 2, 3)) + targets.sum((0, 2, 3)) - shared
    present = targets.amax((0, 2, 3)) > 0.5
    return (1 - shared / union.clamp(min=1e-6))[present].mean()


def segmentation_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy plus weighted soft Jaccard loss."""
    log = scores.log_softmax(1)
    return -(targets * log).sum(1).mean() + JACCARD_WEIGHT * soft_jaccard(log.exp(), targets)


def sparse_grow(model: FCN, maps: ScoreMaps, head: Head) -> Tensor:
    """The scores of one head at every 4th pixel only: the same kernel, of which those pixels use every 4th value."""
    layer, scores = model.last_upscore(maps, head)
    stride = layer.stride[0] // GRID
    weight = layer.weight[:, :, GRID - 1 :: GRID, GRID - 1 :: GRID]
    return F.conv_transpose2d(scores, weight, stride=stride, padding=stride - 1, groups=layer.groups)


def cropped(maps: ScoreMaps, photos: int, cell_y: int, cell_x: int) -> ScoreMaps:
    """The score maps of the first photos inside the window that starts at that stride-32 cell."""

    def crop(scores: Tensor, finer: int) -> Tensor:
        side = WINDOW * finer + 1
        top, left = cell_y * finer, cell_x * finer
        return scores[:photos, :, top : top + side, left : left + side]

    return ScoreMaps(*(crop(scores, finer) for scores, finer in zip(maps, (1, 2, 4, 2, 2, 4, 4), strict=True)))


def batch_loss(model: FCN, batch: Batch) -> Tensor:
    """All three heads on every 4th pixel, and on every pixel of a window, which reaches all kernel values."""
    maps = model.score_maps(batch.x.contiguous(memory_format=torch.channels_last))
    window = cropped(maps, len(batch.fine), batch.cell_y, batch.cell_x)
    total = batch.coarse.new_zeros(())
    for head in HEADS:
        loss = segmentation_loss(sparse_grow(model, maps, head), batch.coarse)
        fine = segmentation_loss(model.grow(window, head), batch.fine)
        total = total + HEAD_WEIGHT[head] * (loss + FINE_WEIGHT * fine)
    return total
