"""The training loop: small steps, frozen batch norm, averaged weights, checkpoints, and the best one kept."""

from __future__ import annotations

import copy
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from explainer.segmentation.model import FCN
from training.batches import Batch, Feed
from training.judging import heads_of, judge
from training.losses import batch_loss
from training.packs import Packs
from training.progress import progress


@dataclass(frozen=True)
class Plan:
    """The numbers of a run. Rates are Adam's, each times `rate`; `hold` is the share of its way back that the trunk is
    drawn at each step, falling with the rates.

    The run ends after `steps`, or after `minutes` if that is not 0; the rates fall with whichever is nearer its end.
    """

    steps: int = 4000
    minutes: float = 0.0
    check_every: int = 250
    save_every: int = 20
    meet_every: float = 30.0
    frozen_blocks: int = 4
    rate: float = 1.0
    rate_trunk: float = 8e-5
    rate_head: float = 2.5e-4
    rate_new: float = 6e-4
    rate_upscores: float = 5e-4
    weight_decay: float = 1e-4
    hold: float = 0.0
    warm_up: int = 40
    averaging: float = 0.995
    side: int = 577


def parameter_groups(model: FCN, plan: Plan) -> list[dict[str, Any]]:
    """Adam's groups; blocks before `frozen_blocks` get no gradient at all."""
    for block in model.features[: plan.frozen_blocks]:
        block.requires_grad_(False)
    trunk = [p for p in model.features.parameters() if p.requires_grad]
    named = dict(model.named_parameters())
    new = {name for name in named if name.startswith(("skip", "head.squeeze", "head.around"))}
    head = [p for name, p in named.items() if name.startswith("head.") and name not in new]
    upscores = [p for name, p in named.items() if name.startswith(("upscore", "grow"))]
    return [
        {"params": trunk, "peak": plan.rate_trunk},
        {"params": head, "peak": plan.rate_head},
        {"params": [named[name] for name in sorted(new)], "peak": plan.rate_new},
        {"params": upscores, "peak": plan.rate_upscores, "weight_decay": 0.0},
    ]


def rate_at(step: int, group: dict[str, Any], plan: Plan, done: float = 0.0) -> float:
    """Linear warm-up, then half a cosine down to a fiftieth; `done` is the share of the time."""
    warm = min(1.0, (step + 1) / plan.warm_up)
    cosine = 0.5 * (1 + math.cos(math.pi * max(step / plan.steps, min(1.0, done))))
    return float(plan.rate * group["peak"] * warm * (0.02 + 0.98 * cosine))


class Run:
    """One training run with its state: model, averaged model, optimizer, step, best mean IoU."""

    def __init__(
        self, model: FCN, plan: Plan, folder: Path, device: torch.device, origin: nn.Module | None = None
    ) -> None:
        """`origin` is the trunk (`FCN.features`) to which the model's own is held; its own, if there is none."""
        self.plan, self.folder, self.device = plan, folder, device
        self.model = model.eval().to(device, memory_format=torch.channels_last)
        self.groups = parameter_groups(self.model, plan)
        self.origin = copy.deepcopy(origin or model.features).requires_grad_(False).to(device)
        self.optimizer = torch.optim.AdamW(self.groups, lr=0.0, weight_decay=plan.weight_decay)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.step, self.best, self.seconds, self.met_at = 0, -1.0, 0.0, 0
        self.meetings = 0
        self.leads = not dist.is_initialized() or dist.get_rank() == 0
        folder.mkdir(parents=True, exist_ok=True)

    def train(self, feed: Feed, packs: Packs, held: list[str]) -> None:
        """Run to the plan's end, checking every `check_every` steps."""
        started = time.monotonic() - self.seconds
        self.meetings, self.met_at = int(self.seconds / self.plan.meet_every), self.step
        if self.time_share() >= 1:
            return
        losses: list[float] = []
        todo = feed.batches(self.step, self.plan.steps)
        for batch in progress(todo, "training", self.plan.steps - self.step):
            losses.append(self.advance(batch))
            self.seconds = time.monotonic() - started
            self.meet()
            over = self.step == self.plan.steps or self.time_share() >= 1
            if self.leads and (over or self.step % self.plan.check_every == 0):
                self.check(packs, held, sum(losses) / len(losses))
                losses = []
            elif self.leads and self.step % self.plan.save_every == 0:
                write(self.folder / "last.pt", self.state())
            if over:
                break

    def meet(self) -> None:
        """Several processes train on their own and average their weights every `meet_every` seconds: waiting for each
        other at every step would cost a third of a busy machine."""
        while dist.is_initialized() and self.seconds >= (self.meetings + 1) * self.plan.meet_every:
            average_weights(self.model, max(1, self.step - self.met_at))
            self.meetings, self.met_at = self.meetings + 1, self.step

    def time_share(self) -> float:
        """How much of the allowed time is gone, 0 where there is no limit."""
        return self.seconds / (60 * self.plan.minutes) if self.plan.minutes else 0.0

    def advance(self, batch: Batch) -> float:
        """One step; returns the loss."""
        half = self.device.type == "cuda"
        batch = batch.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            loss = batch_loss(self.model, batch)
        if not torch.isfinite(loss):
            raise RuntimeError(f"the loss is {loss.item()} at step {self.step}")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.step, group, self.plan, self.time_share())
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        self.pull_back()
        self.step += 1
        follow(self.average, self.model, self.step, self.plan.averaging)
        return loss.item()

    @torch.no_grad()
    def pull_back(self) -> None:
        """Draw the trunk a little towards its origin, so that it forgets less of what that knew.

        It is the L2-SP of Li, Grandvalet and Davoine 2018, apart from Adam's step as AdamW's decay is.
        """
        if not self.plan.hold:
            return
        share = rate_at(self.step, {"peak": self.plan.hold}, self.plan, self.time_share()) / self.plan.rate
        pairs = zip(self.model.features.parameters(), self.origin.parameters(), strict=True)
        for own, first in pairs:
            if own.requires_grad:
                own.lerp_(first, share)

    def check(self, packs: Packs, held: list[str], loss: float) -> None:
        """Judge the averaged model, write a line of the log and the checkpoint, keep the best."""
        judged = judge(heads_of(self.average, self.plan.side, self.device), packs, held)
        found = {head: one.means() for head, one in judged.items()}
        line: dict[str, Any] = {"step": self.step, "seconds": round(self.seconds), "loss": round(loss, 4)}
        line |= {head: {kind: round(v, 4) for kind, v in means.items()} for head, means in found.items()}
        print(json.dumps(line), flush=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        if found["fcn8s"]["mean"] > self.best:
            self.best = found["fcn8s"]["mean"]
            write(self.folder / "best.pt", {"model": self.average.state_dict(), **line})
        write(self.folder / "last.pt", self.state())

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "best": self.best,
            "seconds": self.seconds,
        }

    def resume(self) -> bool:
        """Go on from the folder's last checkpoint, if there is one."""
        path = self.folder / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.best, self.seconds = state["step"], state["best"], state["seconds"]
        return True


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, step: int, averaging: float) -> None:
    """Draw the running average a little towards the model, more in the first steps; batch norm's statistics too."""
    keep = min(averaging, (1 + step) / (10 + step))
    now = model.state_dict()
    for key, mean in average.state_dict().items():
        if mean.is_floating_point():
            mean.lerp_(now[key], 1 - keep)


@torch.no_grad()
def average_weights(model: nn.Module, steps: int) -> None:
    """Give all processes the mean of their weights, by the steps that each has taken since they last met."""
    taken = torch.tensor([float(steps)])
    dist.all_reduce(taken)
    weights = [p for p in model.parameters() if p.requires_grad]
    flat = torch.cat([p.flatten() for p in weights]) * (steps / float(taken))
    dist.all_reduce(flat)
    for p, mean in zip(weights, flat.split([p.numel() for p in weights]), strict=True):
        p.copy_(mean.view_as(p))


def write(path: Path, state: dict[str, Any]) -> None:
    """Save by way of a temporary file, so that an interruption never leaves half a checkpoint."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
