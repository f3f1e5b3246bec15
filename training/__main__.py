"""`python -m training` trains the bundled FCN; `python -m training evaluate` judges it beside its peers."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from explainer.segmentation.model import FCN, initialise
from explainer.segmentation.weights import BUNDLED_FILE
from training.batches import Feed
from training.export import export
from training.finish import finish
from training.loop import Plan, Run
from training.packs import Packs
from training.teacher import cache_answers

INITIAL = "mnv2_deeplab_voc21_fp16.pt"


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, help="folder with the .tar packs")
    common.add_argument("--weights", type=Path, required=True, help=f"folder with {INITIAL} (and the .tflite peer)")
    common.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    common.add_argument("--threads", type=int, default=0, help="CPU threads (0: torch's own choice)")
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__, parents=[common])
    parser.add_argument("--work-dir", type=Path, required=True, help="teacher's answers and checkpoints go here")
    parser.add_argument("--out", type=Path, default=BUNDLED_FILE, help="the weights file to write")
    parser.add_argument("--run", default="run", help="name of the run's folder in the work dir; it resumes if there")
    parser.add_argument("--steps", type=int, default=Plan.steps)
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="end after so many minutes of training (0: no limit)"
    )
    parser.add_argument("--check-every", type=int, default=Plan.check_every)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--frozen-blocks", type=int, default=Plan.frozen_blocks)
    parser.add_argument("--smoke", action="store_true", help="two tiny steps, to see that everything holds together")
    return parser.parse_args(argv)


def train(options: argparse.Namespace) -> str:
    """Train from the packs to the weights file; returns its SHA-256."""
    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    packs = Packs(options.data)
    names, held = packs.split()
    plan = Plan(options.steps, options.minutes, options.check_every, frozen_blocks=options.frozen_blocks)
    sizes: dict[str, object] = {"batch_size": options.batch, "seed": options.seed}
    if options.smoke:
        names, held = names[:6], held[:2]
        plan = replace(plan, steps=2, check_every=1, side=161, trunk_wait=0)
        sizes |= {"batch_size": 2, "fine_photos": 1, "long_sides": (161,)}
    initial = options.weights / INITIAL
    answers = options.work_dir / "teacher"
    cache_answers(packs, names, initial, answers, device)
    state = torch.load(initial, map_location="cpu", weights_only=True)
    run = Run(initialise(FCN(), state), plan, options.work_dir / options.run, device)
    if run.resume():
        print(f"resumed at step {run.step}", file=sys.stderr)
    run.train(Feed(packs, names, answers, **sizes), packs, held)  # type: ignore[arg-type]
    best = torch.load(run.folder / "best.pt", map_location="cpu", weights_only=True)
    trained = FCN()
    trained.load_state_dict(best["model"])
    model, chosen = finish(initialise(FCN(), state), trained, packs, held, plan.side, device)
    digest = export(model, options.out)
    print(f"wrote {options.out.name}: step {best['step']}, {json.dumps(chosen)}, SHA-256 {digest}")
    return digest


def main(argv: list[str] | None = None) -> int:
    """Train or evaluate; the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["evaluate"]:
        from training.evaluate import main as evaluate

        return evaluate(argv[1:])
    options = arguments(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    train(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
