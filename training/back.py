"""`python -m training back`: a trained FCN's trunk goes part of the way back to DeepLab's, from which its rounds began.

Rounds of training on a thousand photographs forget part of what DeepLab had learned from ten times as many. On the line
between the two (Wortsman et al. 2022) photographs that neither was trained on are labelled better than at either end.
Only the trunk goes back: with the head at stride 32 the numbers stay and the label maps get worse. No step of training
is taken.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from explainer.segmentation.model import FCN
from explainer.segmentation.weights import BUNDLED_FILE
from training.export import export
from training.processes import INITIAL, read
from training.start import initialize

SHARE = 0.65


@torch.no_grad()
def back(model: FCN, initial: dict[str, Tensor], share: float) -> FCN:
    """Leave `share` (0 to 1) of the model's own weights in its trunk, the rest is DeepLab's; in place.

    Args:
        initial: a state of DeepLab that `initialize` takes.
    """
    first = initialize(FCN(), initial).features.state_dict()
    own = model.features.state_dict()
    model.features.load_state_dict({key: first[key].lerp(value, share) for key, value in own.items()})
    return model.eval()


def main(argv: list[str]) -> int:
    """Blend and write."""
    parser = argparse.ArgumentParser(prog="python -m training back", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help=f"folder with {INITIAL}")
    parser.add_argument("--file", type=Path, default=BUNDLED_FILE, help="the trained FCN")
    parser.add_argument("--share", type=float, default=SHARE, help="of the FCN's own trunk in the trunk")
    parser.add_argument("--out", type=Path, required=True, help="the weights file to write")
    options = parser.parse_args(argv)
    if not 0 <= options.share <= 1:
        parser.error(f"--share is {options.share}; allowed are 0 to 1.")
    model = initialize(FCN(), read(options.file))
    mixed = back(model, read(options.weights / INITIAL), options.share)
    print(f"wrote {options.out.name}: SHA-256 {export(mixed, options.out)}")
    return 0
