"""The last touch: blend the trained weights with the start, and shift the background's bias.

Fine-tuning on few classes makes a network timid about the rare ones. Two numbers undo some of that without a further
step: how far to go from the start to the trained weights (Wortsman et al. 2022), and how much to take from the
background's score. Both are chosen by the validation photos' mean IoU of FCN-8s, which is therefore a little kind
to the result; with two numbers and 172 photos, very little.
"""

from __future__ import annotations

import copy
import itertools

import torch
from torch import Tensor

from explainer.segmentation.model import FCN
from explainer.segmentation.resize import labels_at, to_input
from explainer.threads import one_thread
from training.metrics import Confusion
from training.packs import Packs
from training.progress import progress

BLENDS = (0.7, 0.85, 1.0)
SHIFTS = (-0.25, 0.0, 0.25, 0.5)


def blend(start: FCN, trained: FCN, share: float) -> FCN:
    """Weights on the line from the start (0) to the trained ones (1)."""
    mixed = copy.deepcopy(start)
    end = trained.state_dict()
    mixed.load_state_dict({key: value.lerp(end[key], share) for key, value in start.state_dict().items()})
    return mixed.eval()


def shift_background(model: FCN, shift: float) -> None:
    """Take `shift` from the background's score, in place; the upscores carry it to all three heads."""
    bias = model.head.logits.bias
    assert bias is not None
    with torch.no_grad():
        bias[0] -= shift


@one_thread()
@torch.inference_mode()
def judge_shifts(
    model: FCN, packs: Packs, names: list[str], side: int, device: torch.device, shifts: tuple[float, ...] = SHIFTS
) -> dict[float, float]:
    """Mean IoU of FCN-8s for each shift of the background's score (taken from the fused scores at stride 8)."""
    found = {shift: Confusion() for shift in shifts}
    for name in names:
        sample = packs.load(name)
        x = to_input(sample.rgb, side).to(device, memory_format=torch.channels_last)
        fused: Tensor = model.score_maps(x).fused8
        for shift, counts in found.items():
            moved = fused.clone()
            moved[:, 0] -= shift
            counts.add(sample.labels, labels_at(model.grow8(moved), *sample.labels.shape))
    return {shift: counts.mean_iou() for shift, counts in found.items()}


def finish(
    start: FCN, trained: FCN, packs: Packs, held: list[str], side: int, device: torch.device
) -> tuple[FCN, dict[str, float]]:
    """The best blend and shift, and what was chosen (`blend`, `shift`, `before`, `after`: mean IoU)."""
    tried: dict[tuple[float, float], float] = {}
    for share in progress(BLENDS, "blending"):
        mixed = blend(start, trained, share).to(device, memory_format=torch.channels_last)
        found = judge_shifts(mixed, packs, held, side, device)
        tried |= {(share, shift): value for shift, value in found.items()}
    share, shift = max(itertools.product(BLENDS, SHIFTS), key=lambda pair: tried[pair])
    model = blend(start, trained, share)
    shift_background(model, shift)
    chosen = {"blend": share, "shift": shift, "before": tried[1.0, 0.0], "after": tried[share, shift]}
    for pair, value in tried.items():
        print(f"blend {pair[0]}, shift {pair[1]}: mean IoU {value:.4f}")
    return model, chosen
