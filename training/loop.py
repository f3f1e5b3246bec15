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
from torch import Tensor, nn

from explainer.segmentation.model import FCN, HEADS
from explainer.segmentation.resize import labels_at, to_input
from explainer.threads import one_thread
from training.batches import Batch, Feed
from training.losses import batch_loss
from training.metrics import Confusion
from training.packs import Packs
from training.progress import progress


@dataclass(frozen=True)
class Plan:
    """The numbers of a run. Rates are Adam's; the trunk waits `trunk_wait` steps, then starts as slowly as the rest.

    The run ends after `steps`, or after `minutes` if that is not 0; the rates fall with whichever is nearer its end.
    """

    steps: int = 4000
    minutes: float = 0.0
    check_every: int = 250
    save_every: int = 25
    frozen_blocks: int = 7
    rate_trunk: float = 5e-5
    rate_head: float = 2e-4
    rate_skips: float = 1e-3
    rate_upscores: float = 3e-4
    weight_decay: float = 1e-4
    warm_up: int = 50
    trunk_wait: int = 150
    averaging: float = 0.998
    side: int = 513


def parameter_groups(model: FCN, plan: Plan) -> list[dict[str, Any]]:
    """Adam's groups; blocks before `frozen_blocks` get no gradient at all."""
    for block in model.features[: plan.frozen_blocks]:
        block.requires_grad_(False)
    trunk = [p for p in model.features.parameters() if p.requires_grad]
    skips = [*model.score16.parameters(), *model.score8.parameters()]
    upscores = [p for name, p in model.named_parameters() if name.startswith(("upscore", "grow"))]
    return [
        {"params": trunk, "peak": plan.rate_trunk, "wait": plan.trunk_wait},
        {"params": list(model.head.parameters()), "peak": plan.rate_head, "wait": 0},
        {"params": skips, "peak": plan.rate_skips, "wait": 0},
        {"params": upscores, "peak": plan.rate_upscores, "wait": 0, "weight_decay": 0.0},
    ]


def rate_at(step: int, group: dict[str, Any], plan: Plan, done: float = 0.0) -> float:
    """Linear warm-up after the group's wait, then half a cosine down to a fiftieth; `done` is the share of the time."""
    if step < group["wait"]:
        return 0.0
    warm = min(1.0, (step - group["wait"] + 1) / plan.warm_up)
    cosine = 0.5 * (1 + math.cos(math.pi * max(step / plan.steps, min(1.0, done))))
    return float(group["peak"] * warm * (0.02 + 0.98 * cosine))


class Run:
    """One training run with its state: model, averaged model, optimiser, step, best mean IoU."""

    def __init__(self, model: FCN, plan: Plan, folder: Path, device: torch.device) -> None:
        self.plan, self.folder, self.device = plan, folder, device
        self.model = model.eval().to(device, memory_format=torch.channels_last)
        self.groups = parameter_groups(self.model, plan)
        self.optimiser = torch.optim.AdamW(self.groups, lr=0.0, weight_decay=plan.weight_decay)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.step, self.best, self.seconds = 0, -1.0, 0.0
        folder.mkdir(parents=True, exist_ok=True)

    def train(self, feed: Feed, packs: Packs, held: list[str]) -> None:
        """Run to the plan's end, checking every `check_every` steps."""
        started = time.monotonic() - self.seconds
        if self.step == 0:
            self.check(packs, held, 0.0)
        if self.time_share() >= 1:
            return
        losses: list[float] = []
        todo = feed.batches(self.step, self.plan.steps)
        for batch in progress(todo, "training", self.plan.steps - self.step):
            losses.append(self.advance(batch))
            self.seconds = time.monotonic() - started
            over = self.step == self.plan.steps or self.time_share() >= 1
            if over or self.step % self.plan.check_every == 0:
                self.check(packs, held, sum(losses) / len(losses))
                losses = []
            elif self.step % self.plan.save_every == 0:
                write(self.folder / "last.pt", self.state())
            if over:
                break

    def time_share(self) -> float:
        """How much of the allowed time is gone, 0 where there is no limit."""
        return self.seconds / (60 * self.plan.minutes) if self.plan.minutes else 0.0

    def advance(self, batch: Batch) -> float:
        """One step; returns the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.step, group, self.plan, self.time_share())
        half = self.device.type == "cuda"
        batch = batch.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            loss = batch_loss(self.model, batch)
        if not torch.isfinite(loss):
            raise RuntimeError(f"the loss is {loss.item()} at step {self.step}")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        self._average()
        return loss.item()

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.plan.averaging, (1 + self.step) / (10 + self.step))
        pairs = zip(self.average.parameters(), self.model.parameters(), strict=True)
        for mean, value in pairs:
            mean.lerp_(value, 1 - keep)

    def check(self, packs: Packs, held: list[str], loss: float) -> None:
        """Judge the averaged model, write a line of the log and the checkpoint, keep the best."""
        found = {
            head: c.mean_iou() for head, c in judge(self.average, packs, held, self.plan.side, self.device).items()
        }
        line = {"step": self.step, "seconds": round(self.seconds), "loss": round(loss, 4)}
        line |= {head: round(value, 4) for head, value in found.items()}
        print(json.dumps(line), flush=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        if found["fcn8s"] > self.best:
            self.best = found["fcn8s"]
            write(self.folder / "best.pt", {"model": self.average.state_dict(), **line})
        write(self.folder / "last.pt", self.state())

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
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
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.best, self.seconds = state["step"], state["best"], state["seconds"]
        return True


def write(path: Path, state: dict[str, Any]) -> None:
    """Save by way of a temporary file, so that an interruption never leaves half a checkpoint."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


@one_thread()
@torch.inference_mode()
def judge(model: FCN, packs: Packs, names: list[str], side: int, device: torch.device) -> dict[str, Confusion]:
    """Confusion counts of the three heads on the named photos, labels at each photo's own size."""
    found = {head: Confusion() for head in HEADS}
    for name in progress(names, "validating"):
        sample = packs.load(name)
        x = to_input(sample.rgb, side).to(device, memory_format=torch.channels_last)
        maps = model.score_maps(x)
        for head in HEADS:
            scores: Tensor = model.grow(maps, head)
            found[head].add(sample.labels, labels_at(scores, *sample.labels.shape))
    return found
