"""The last touch: blend the trained weights with the start.

Fine-tuning forgets a little of what the start knew. One number undoes some of that without a further step: how far to
go from the start to the trained weights (Wortsman et al. 2022). It is chosen by the validation photos' mean IoU of
FCN-8s, which is therefore a little kind to the result. The test part is not looked at.
"""

from __future__ import annotations

import copy

import torch

from explainer.segmentation.model import FCN
from training.judging import heads_of, judge
from training.packs import Packs

BLENDS = (0.6, 0.8, 1.0)


def blend(start: FCN, trained: FCN, share: float) -> FCN:
    """Weights on the line from the start (0) to the trained ones (1)."""
    mixed = copy.deepcopy(start)
    end = trained.state_dict()
    mixed.load_state_dict({key: value.lerp(end[key], share) for key, value in start.state_dict().items()})
    return mixed.eval()


def finish(
    start: FCN, trained: FCN, packs: Packs, names: list[str], side: int, device: torch.device
) -> tuple[FCN, dict[str, float]]:
    """The best blend, and what was chosen (`blend`, `before`, `after`: mean of the three sets' mean IoU)."""
    tried: dict[float, float] = {}
    for share in BLENDS:
        mixed = blend(start, trained, share).to(device, memory_format=torch.channels_last)
        means = judge(heads_of(mixed, side, device, ("fcn8s",)), packs, names)["fcn8s"].means()
        tried[share] = means["mean"]
        print(f"blend {share}: " + ", ".join(f"{kind} {100 * mean:.1f}" for kind, mean in means.items()))
    best = max(tried, key=lambda share: tried[share])
    return blend(start, trained, best), {"blend": best, "before": tried[1.0], "after": tried[best]}
