"""`python -m training` trains the bundled FCN; `python -m training evaluate` judges it beside its peers.

`python -m training back` blends a trained FCN with DeepLab, from which it started. `python -m training deconvnet`
trains or judges the bundled DeconvNet.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import torch
from torch import multiprocessing

from explainer.segmentation.weights import BUNDLED_FILE
from training.batches import LONG_SIDE
from training.loop import Plan
from training.processes import INITIAL, ask_teacher, export_best, one_of, train


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with the .tar packs")
    add("--weights", type=Path, required=True, help=f"folder with {INITIAL}")
    add(
        "--start", type=Path, required=True, help=f"weights to start from: {INITIAL}, or an earlier FCN's of 21 classes"
    )
    add("--work-dir", type=Path, required=True, help="teacher's answers and checkpoints go here")
    add("--out", type=Path, default=BUNDLED_FILE, help="the weights file to write")
    add("--run", default="run", help="name of the run's folder in the work dir; it resumes if there")
    add("--steps", type=int, default=Plan.steps, help="steps of each process")
    add("--minutes", type=float, default=0.0, help="end after so many minutes of training (0: no limit)")
    add("--check-every", type=int, default=Plan.check_every, help="steps between looks at validation photos")
    add("--check-photos", type=int, default=0, help="validation photos of a look (0: all)")
    add("--batch", type=int, default=8, help="windows of a step")
    add("--side", type=int, default=449, help="side of a window, 32n+1")
    add("--long-side", type=int, default=LONG_SIDE, help="longer side at which photos are drawn, times a random factor")
    add("--processes", type=int, default=1, help="processes that train together (on a CPU: one for each core)")
    add("--threads", type=int, default=0, help="CPU threads of a process (0: torch's own choice)")
    add("--workers", type=int, default=1, help="processes that make windows ahead: a GPU waits for a single one")
    add("--rate", type=float, default=Plan.rate, help="all learning rates times this")
    add("--averaging", type=float, default=Plan.averaging, help="how much of the averaged weights a step keeps")
    add("--hold", type=float, default=Plan.hold, help="share of the way back to DeepLab's trunk that each step goes")
    add("--frozen-blocks", type=int, default=Plan.frozen_blocks, help="blocks of the trunk that stay as they are")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--seed", type=int, default=0)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Train or evaluate; the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["evaluate"]:
        from training.evaluate import main as evaluate

        return evaluate(argv[1:])
    if argv[:1] == ["back"]:
        from training.back import main as back

        return back(argv[1:])
    if argv[:1] == ["deconvnet"]:
        from training.deconvnet.command import main as deconvnet

        return deconvnet(argv[1:])
    options = arguments(argv)
    ask_teacher(options)
    if options.processes > 1:
        with tempfile.TemporaryDirectory() as folder:
            multiprocessing.spawn(one_of, (options, f"file://{folder}/meeting"), options.processes)
    else:
        if options.threads:
            torch.set_num_threads(options.threads)
        train(options)
    export_best(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
