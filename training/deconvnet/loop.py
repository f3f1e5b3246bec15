"""The training loop: the first stages frozen, weights averaged, checkpoints, the best one kept."""

from __future__ import annotations

import copy
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explainer.segmentation.deconvnet import STAGES, DeconvNet
from explainer.segmentation.groups import GROUP_COUNT, GROUP_OF
from explainer.segmentation.model import FCN
from training.deconvnet.judging import intact, judge
from training.deconvnet.windows import Batch, Windows, allowed_groups
from training.labels import IGNORED
from training.loop import follow, write
from training.packs import Packs
from training.progress import progress

_ALLOWED = torch.from_numpy(allowed_groups())
TEACHER_WEIGHT, LABEL_TRUST, BOTTOM_WEIGHT = 0.6, 0.3, 0.5
"""How much the teacher's answers count; and where there is a label that names one group, how much of that."""


@dataclass(frozen=True)
class Plan:
    """The numbers of a run; rates are Adam's. It ends after `minutes`, by which the rates fall along half a cosine."""

    minutes: float = 60.0
    check_every: int = 200
    frozen_stages: int = 3
    rate_encoder: float = 2e-4
    rate_decoder: float = 3e-3
    weight_decay: float = 1e-4
    warm_up: int = 40
    averaging: float = 0.996


def start_encoder(net: DeconvNet, fcn: dict[str, Tensor]) -> None:
    """Begin with the bundled FCN's trunk and its look around, though its strides of 2 have become poolings."""
    state = {}
    for stage, (first, stop) in enumerate(STAGES):
        for block in range(first, stop):
            prefix = f"features.{block}."
            state |= {
                f"{stage}.{block}.{key.removeprefix(prefix)}": value
                for key, value in fcn.items()
                if key.startswith(prefix)
            }
    net.encoder.load_state_dict(state)
    own = net.context.state_dict()
    net.context.load_state_dict({key: fcn[f"head.{key}"] for key in own})


@torch.no_grad()
def match_strides(net: DeconvNet, fcn: FCN, x: Tensor) -> None:
    """Give each pooling's batch norm what it takes for the pooled maps to have, channel by channel, the mean and
    spread that the FCN's strided maps have on the same windows (N, 3, H, W): a maximum is larger than a sample."""
    strided = x
    for (first, stop), stage, rescale in zip(STAGES, net.encoder, net.rescale, strict=False):
        strided = fcn.features[first:stop](strided)
        x = F.max_pool2d(stage(x), 2)
        rescale.running_mean.copy_(x.mean((0, 2, 3)))
        rescale.running_var.copy_(x.var((0, 2, 3)))
        rescale.weight.copy_(strided.std((0, 2, 3)))
        rescale.bias.copy_(strided.mean((0, 2, 3)))
        x = rescale.eval()(x)


def bottom_loss(classes: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of the bottom's own 28 scores (N, 28, h, w), merged into groups, with the teacher's mean there: a
    short way for the gradient to the encoder, in training alone."""
    log = classes.log_softmax(1)
    merged = torch.stack([log[:, group == GROUP_OF].logsumexp(1) for group in range(GROUP_COUNT)], 1)
    return -(F.adaptive_avg_pool2d(batch.teacher, merged.shape[-2:]) * merged).sum(1).mean()


def batch_loss(scores: Tensor, batch: Batch) -> Tensor:
    """Minus the log of the summed probability of the groups that each pixel may be, and the teacher's cross-entropy."""
    log = scores.log_softmax(1)
    known = batch.targets < IGNORED
    allowed = _ALLOWED[batch.targets.where(known, 0).long()].permute(0, 3, 1, 2)
    likely = log.masked_fill(~allowed, -torch.inf).logsumexp(1)
    told = -(likely * known).sum() / known.sum().clamp(min=1)
    certain = known & (allowed.sum(1) == 1)
    teacher = batch.teacher * allowed.where(known[:, None], True)
    teacher = teacher / teacher.sum(1, keepdim=True).clamp(min=1e-4)
    taught = -(teacher * log).sum(1) * torch.where(certain, LABEL_TRUST, 1.0)
    return told + TEACHER_WEIGHT * taught.mean()


class Run:
    """One training run with its state: model, averaged model, optimizer, step, best mean IoU, seconds so far."""

    def __init__(self, net: DeconvNet, bottom: nn.Conv2d, plan: Plan, folder: Path) -> None:
        self.plan, self.folder, self.bottom = plan, folder, bottom
        self.net = net.to(memory_format=torch.channels_last)
        for stage in net.encoder[: plan.frozen_stages]:
            stage.requires_grad_(False)
        trunk = [*net.encoder.parameters(), *net.rescale.parameters(), *net.context.parameters(), *bottom.parameters()]
        encoder = [p for p in trunk if p.requires_grad]
        decoder = [*net.decoder.parameters(), *net.score.parameters()]
        groups = [{"params": encoder, "peak": plan.rate_encoder}, {"params": decoder, "peak": plan.rate_decoder}]
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, weight_decay=plan.weight_decay)
        self.average = copy.deepcopy(net).requires_grad_(False).eval()
        self.step, self.best, self.seconds = 0, -1.0, 0.0
        folder.mkdir(parents=True, exist_ok=True)

    def train(self, windows: Windows, packs: Packs, held: list[str]) -> None:
        """Run until the plan's minutes are over."""
        self.net.train()
        self.net.rescale.eval()
        started, losses = time.monotonic() - self.seconds, []
        for batch in progress(windows.batches(self.step, 10**9), "training", 10**9):
            losses.append(self.advance(batch))
            self.seconds = time.monotonic() - started
            over = self.seconds >= 60 * self.plan.minutes
            if over or self.step % self.plan.check_every == 0:
                self.check(packs, held, sum(losses) / len(losses))
                losses = []
            if over:
                return

    def advance(self, batch: Batch) -> float:
        """One step; the loss."""
        share = min(1.0, self.seconds / max(1e-9, 60 * self.plan.minutes))
        rate = min(1.0, (self.step + 1) / self.plan.warm_up) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        self.optimizer.zero_grad(set_to_none=True)
        down = self.net.down(batch.x.contiguous(memory_format=torch.channels_last))
        up = self.net.up(down.bottom, down.indices)
        loss = batch_loss(up.scores, batch) + BOTTOM_WEIGHT * bottom_loss(self.bottom(down.bottom), batch)
        if not torch.isfinite(loss):
            raise RuntimeError(f"the loss is {loss.item()} at step {self.step}")
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        follow(self.average, self.net, self.step, self.plan.averaging)
        return loss.item()

    def check(self, packs: Packs, held: list[str], loss: float) -> None:
        """Judge the averaged model, write a line of the log and the checkpoint, keep the best."""
        tally = judge(intact(self.average), packs, held)["own"]
        line = {"step": self.step, "seconds": round(self.seconds), "loss": round(loss, 4)}
        found = {key: round(value, 4) for key, value in (tally.summary() | tally.by_group()).items()}
        print(json.dumps(line | found), flush=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line | found) + "\n")
        if found["mean IoU"] > self.best:
            self.best = found["mean IoU"]
            write(self.folder / "best.pt", {"model": self.average.state_dict(), **line, **found})
        write(self.folder / "last.pt", self.state())

    def state(self) -> dict[str, object]:
        """All that is needed to go on."""
        numbers = {"step": self.step, "best": self.best, "seconds": self.seconds}
        return {name: part.state_dict() for name, part in self._parts().items()} | numbers

    def _parts(self) -> dict[str, Any]:
        return {"model": self.net, "bottom": self.bottom, "average": self.average, "optimizer": self.optimizer}

    def resume(self) -> bool:
        """Go on from the folder's last checkpoint, if there is one."""
        path = self.folder / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location="cpu", weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.step, self.best, self.seconds = state["step"], state["best"], state["seconds"]
        return True
