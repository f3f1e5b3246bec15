"""The losses: how likely what a pixel may be is, the teacher's answers, and the soft Jaccard loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.segmentation.classes import VOC_COUNT
from explainer.segmentation.model import FCN, HEADS, Head, ScoreMaps
from training.batches import WINDOW, Batch
from training.labels import ALLOWED, IGNORED
from training.windows import GRID

HEAD_WEIGHT = {"fcn32s": 0.05, "fcn16s": 0.15, "fcn8s": 1.0}
JACCARD_WEIGHT = 0.5
FINE_WEIGHT = 0.3
TEACHER_WEIGHT = 1.0

_ALLOWED = torch.from_numpy(ALLOWED)
_CERTAIN = ~(_ALLOWED & (_ALLOWED.sum(1, keepdim=True) > 1))
"""(targets, classes): whether a target says for sure if the pixel is of the class."""


def set_likelihood(log: Tensor, target: Tensor) -> Tensor:
    """Log of the summed probability of the classes that each pixel's target allows, (N, h, w); 0 where ignored.

    Args:
        log: log-probabilities (N, 28, h, w).
        target: rows of `ALLOWED` (N, h, w), `IGNORED` or above for pixels that teach nothing.
    """
    known = target < IGNORED
    allowed = _ALLOWED.to(log.device)[target.where(known, 0).long()].permute(0, 3, 1, 2)
    likely = log.masked_fill(~allowed, -torch.inf).logsumexp(1)
    return likely.where(known, 0)


def teacher_loss(log: Tensor, teacher: Tensor) -> Tensor:
    """Cross-entropy (N, h, w) with the teacher's 21 probabilities; the scene classes count as its background."""
    background = torch.cat((log[:, :1], log[:, VOC_COUNT:]), 1).logsumexp(1, keepdim=True)
    merged = torch.cat((background, log[:, 1:VOC_COUNT]), 1)
    return -(teacher * merged).sum(1)


def soft_jaccard(probabilities: Tensor, target: Tensor) -> Tensor:
    """1 - IoU with the probabilities as soft answers, averaged over the classes present in the batch.

    A pixel counts for a class only if its target says for sure whether it is of the class. With true pixels of 0 or 1
    the intersection is sum(p t) and the union sum(p + t - p t).
    """
    known = target < IGNORED
    row = target.where(known, 0).long()
    certain = (_CERTAIN.to(target.device)[row] & known[..., None]).permute(0, 3, 1, 2)
    truth = (_ALLOWED.to(target.device)[row].permute(0, 3, 1, 2) & certain).to(probabilities.dtype)
    counted = probabilities * certain
    shared = (counted * truth).sum((0, 2, 3))
    union = counted.sum((0, 2, 3)) + truth.sum((0, 2, 3)) - shared
    present = truth.sum((0, 2, 3)) > 0
    if not present.any():
        return probabilities.sum() * 0
    return (1 - shared / union.clamp(min=1e-6))[present].mean()


def segmentation_loss(scores: Tensor, target: Tensor, *, jaccard: bool = True) -> Tensor:
    """Minus the mean log-likelihood of what is known, plus the weighted soft Jaccard loss."""
    log = scores.log_softmax(1)
    count = (target < IGNORED).sum().clamp(min=1)
    loss = -set_likelihood(log, target).sum() / count
    return loss + JACCARD_WEIGHT * soft_jaccard(log.exp(), target) if jaccard else loss


def sparse_grow(model: FCN, maps: ScoreMaps, head: Head, phase: tuple[int, int] = (0, 0)) -> Tensor:
    """The scores of one head at every 4th pixel only, from pixel `phase` on in each direction.

    It is the same kernel, of which those pixels use every 4th value: which ones depends on the phase, so training with
    one phase alone would teach a quarter of a kernel's rows and columns and leave a checkerboard.
    """
    layer, scores = model.last_upscore(maps, head)
    stride = layer.stride[0] // GRID
    first = [(place - 1) % GRID for place in phase]
    padding = [stride - 1 if place == 0 else stride for place in phase]
    weight = layer.weight[:, :, first[0] :: GRID, first[1] :: GRID]
    return F.conv_transpose2d(scores, weight, stride=stride, padding=padding, groups=layer.groups)


def cropped(maps: ScoreMaps, photos: int, cell_y: int, cell_x: int) -> ScoreMaps:
    """The score maps of the first photos inside the window that starts at that stride-32 cell."""

    def crop(scores: Tensor, finer: int) -> Tensor:
        side = WINDOW * finer + 1
        top, left = cell_y * finer, cell_x * finer
        return scores[:photos, :, top : top + side, left : left + side]

    return ScoreMaps(*(crop(scores, finer) for scores, finer in zip(maps, (1, 2, 4, 2, 2, 4, 4), strict=True)))


def batch_loss(model: FCN, batch: Batch) -> Tensor:
    """All three heads on every 4th pixel, and on every pixel of a window, which reaches all kernel values."""
    maps = model.score_maps(batch.x())
    window = cropped(maps, len(batch.fine), batch.cell_y, batch.cell_x)
    total = torch.zeros((), device=batch.rgb.device)
    for head in HEADS:
        scores = sparse_grow(model, maps, head, batch.phase)
        loss = segmentation_loss(scores, batch.coarse, jaccard=head == "fcn8s")
        fine = segmentation_loss(model.grow(window, head, every_class=True), batch.fine, jaccard=False)
        loss = loss + FINE_WEIGHT * fine
        if len(batch.teacher):
            taught = teacher_loss(scores[batch.taught].log_softmax(1), batch.teacher)
            share = len(batch.teacher) / len(batch.rgb)
            loss = loss + TEACHER_WEIGHT * share * (taught * batch.trust).mean()
        total = total + HEAD_WEIGHT[head] * loss
    return total
