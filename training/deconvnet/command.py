"""Train the bundled DeconvNet, or judge it (`--judge`): also with its indices replaced, and beside FCN-8s."""

from __future__ import annotations

import argparse
import copy
import json
import sys
from pathlib import Path
from typing import cast

import torch

from explainer.segmentation.deconvnet import DeconvNet
from explainer.segmentation.model import FCN
from explainer.segmentation.networks import load
from explainer.segmentation.weights import DECONVNET_FILE, bundled_state, sha256_of
from training.deconvnet.export import export
from training.deconvnet.judging import Tally, eights, judge, replaced
from training.deconvnet.loop import Plan, Run, match_strides, start_encoder
from training.deconvnet.teaching import ask
from training.deconvnet.windows import Windows
from training.packs import Packs

MATCHED = 8
"""Batches on which the poolings' batch norm is matched to the FCN's strides."""


def arguments(argv: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m training deconvnet", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with the .tar packs")
    add("--work-dir", type=Path, required=True, help="teacher's answers and checkpoints go here")
    add("--run", default="deconvnet", help="name of the run's folder in the work dir; it resumes if there")
    add("--minutes", type=float, default=Plan.minutes, help="end after so many minutes of training")
    add("--check-every", type=int, default=Plan.check_every, help="steps between looks at validation photos")
    add("--check-photos", type=int, default=60, help="validation photos of a look (0: all)")
    add("--batch", type=int, default=8, help="windows of a step")
    add("--threads", type=int, default=1, help="CPU threads")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=DECONVNET_FILE, help="the weights file to write, or to judge")
    add("--judge", choices=("validation", "test"), help="judge the weights file on a part of the split, do not train")
    add("--json", type=Path, help="with --judge: also write the numbers here")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Train; the exit status."""
    options = arguments(argv)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    packs, state = Packs(options.data), bundled_state()
    if options.judge:
        return show_judged(options, packs)
    answers = options.work_dir / "teacher"
    ask(packs, state, answers)
    held = packs.part("validation")
    held = held[:: max(1, len(held) // options.check_photos)] if options.check_photos else held
    net, fcn = DeconvNet().eval(), cast(FCN, load("fcn8s"))
    start_encoder(net, state)
    windows = Windows(packs, answers, options.batch, options.seed)
    match_strides(net, fcn, torch.cat([windows.batch(-1 - number).x for number in range(MATCHED)]))
    bottom = copy.deepcopy(fcn.head.logits).requires_grad_(True)
    run = Run(net, bottom, Plan(options.minutes, options.check_every), options.work_dir / options.run)
    if run.resume():
        print(f"resumed at step {run.step}", file=sys.stderr)
    run.train(windows, packs, held)
    best = torch.load(options.work_dir / options.run / "best.pt", map_location="cpu", weights_only=True)
    net.load_state_dict(best["model"])
    print(f"wrote {options.out.name}, step {best['step']}, SHA-256 {export(net, options.out)}")
    return 0


def show_judged(options: argparse.Namespace, packs: Packs) -> int:
    """Print how good a weights file is with its own indices, with others, and beside FCN-8s."""
    net = DeconvNet().eval()
    net.load_state_dict(bundled_state(options.out, sha256_of(options.out)))
    names = packs.part(options.judge)
    found: dict[str, Tally] = {}
    for labeler in (replaced(net), eights(cast(FCN, load("fcn8s")))):
        found |= judge(labeler, packs, names)
    told = {name: one.summary() | one.by_group() for name, one in found.items()}
    print(f"{len(names)} photographs ({options.judge}), in percent\n\n{table(told)}")
    if options.json:
        told = {name: {key: round(value, 4) for key, value in one.items()} for name, one in told.items()}
        judged = {"photographs": len(names), "part": options.judge, "networks": told}
        options.json.write_text(json.dumps(judged, indent=1) + "\n")
    return 0


def table(told: dict[str, dict[str, float]]) -> str:
    """A row for each number, a column for each network, as Markdown."""
    lines = ["| | " + " | ".join(told) + " |", "|---|" + "---:|" * len(told)]
    for key in next(iter(told.values())):
        lines.append(f"| {key} | " + " | ".join(f"{100 * one[key]:.1f}" for one in told.values()) + " |")
    return "\n".join(lines)
