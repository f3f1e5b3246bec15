"""One training run, by one process or by several that average their weights now and then.

Two processes of one thread each do more on two cores than one process of two threads: nobody spins at barriers.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from explainer.segmentation.model import FCN
from training.batches import Feed
from training.export import export
from training.finish import finish
from training.loop import Plan, Run
from training.packs import Packs
from training.start import initialize
from training.teacher import Teacher, cache_answers, taught

INITIAL = "mnv2_deeplab_voc21_fp16.pt"


def train(options: argparse.Namespace, rank: int = 0) -> None:
    """Train from the packs to the best checkpoint, resuming where an earlier run of the same name stopped."""
    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    packs = Packs(options.data)
    held = packs.part("validation")
    if options.check_photos:
        held = held[:: max(1, len(held) // options.check_photos)]
    plan = Plan(
        options.steps,
        options.minutes,
        options.check_every,
        frozen_blocks=options.frozen_blocks,
        rate=options.rate,
        averaging=options.averaging,
        hold=options.hold,
    )
    origin = initialize(FCN(), read(options.weights / INITIAL)).features
    run = Run(initialize(FCN(), read(options.start)), plan, options.work_dir / options.run, device, origin)
    if run.resume():
        print(f"resumed at step {run.step}", file=sys.stderr)
    answers = options.work_dir / "teacher"
    feed = Feed(
        packs,
        packs.part("train"),
        answers,
        options.batch,
        seed=options.seed,
        side=options.side,
        long_side=options.long_side,
        rank=rank,
        workers=options.workers,
    )
    run.train(feed, packs, held)


def ask_teacher(options: argparse.Namespace) -> None:
    """Cache the teacher's answers for the training photos."""
    teacher = Teacher(read(options.start), read(options.weights / INITIAL), torch.device(options.device))
    packs = Packs(options.data)
    cache_answers(packs, taught(packs), teacher, options.work_dir / "teacher")


def export_best(options: argparse.Namespace) -> None:
    """Blend the best checkpoint with the start, write the weights file."""
    trained = FCN()
    trained.load_state_dict(read(options.work_dir / options.run / "best.pt")["model"])
    start = initialize(FCN(), read(options.start))
    packs, device = Packs(options.data), torch.device(options.device)
    model, chosen = finish(start, trained, packs, packs.part("validation"), Plan.side, device)
    print(f"wrote {options.out.name}: {chosen}, SHA-256 {export(model, options.out)}")


def read(path: Path) -> Any:
    """A file of tensors, on the CPU."""
    return torch.load(path, map_location="cpu", weights_only=True)


def one_of(rank: int, options: argparse.Namespace, meeting: str) -> None:
    """One process of several that train together."""
    torch.set_num_threads(max(1, options.threads))
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=options.processes)
    train(options, rank)
    dist.destroy_process_group()
