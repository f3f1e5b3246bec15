"""Judge the bundled network and its peers on the same photographs.

By default on the validation part of the packs (never trained on); `--part test` is the last look. Networks that know
VOC's 21 classes alone are compared on these; the scenes are judged by the seven scene classes. `--sizes` compares
working sizes, `--confusion` says what is taken for what, `--versions` judges on several versions of each photo.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch

from explainer.segmentation.classes import CLASS_COUNT, CLASS_NAMES
from explainer.segmentation.model import FCN
from explainer.segmentation.weights import BUNDLED_FILE, DEFAULT_SIDE
from training.judging import FAMILIES, Found, Networks, heads_of, judge
from training.labellers import deeplab, nothing, tflite
from training.packs import Packs
from training.start import initialize
from training.teacher import DeepLab

INITIAL = "mnv2_deeplab_voc21_fp16.pt"
PEER = "deeplabv3_mnv2_pascal_quant.tflite"
SIZES = (385, 449, 513, 577, 641, 769)


def read_fcn(path: Path, device: torch.device) -> FCN:
    """An FCN from a weights file: this version's, or the earlier one's of 21 classes."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    net = FCN().eval()
    if "skip8.score.weight" in state:
        net.load_state_dict({key: value.float() for key, value in state.items()})
    else:
        initialize(net, state)
    return net.to(device, memory_format=torch.channels_last)


def compared(options: argparse.Namespace) -> Iterator[Networks]:
    """All that are compared."""
    device, side = torch.device(options.device), options.side
    net = read_fcn(options.file, device)
    yield heads_of(net, side, device, mirrored=True)
    only8 = partial(heads_of, net, side, device, ("fcn8s",))
    yield renamed("fcn8s and CRF", only8(mirrored=True, crf=True))
    yield renamed("fcn8s, one look", only8())
    yield renamed("fcn8s, one look, and CRF", only8(crf=True))
    yield renamed("fcn8s, every class", only8(mirrored=True, every_class=True))
    if options.earlier:
        earlier = read_fcn(options.earlier, device)
        yield renamed("earlier fcn8s", heads_of(earlier, 513, device, ("fcn8s",), every_class=True))
    if options.weights:
        initial = torch.load(options.weights / INITIAL, map_location="cpu", weights_only=True)
        yield deeplab(DeepLab(initial).eval().to(device, memory_format=torch.channels_last), 513, device)
        try:
            yield tflite(options.weights / PEER, torch.get_num_threads())
        except ImportError:
            print("deeplab (tflite) is left out: `pip install ai-edge-litert` adds it")
    yield nothing


def renamed(name: str, one: Networks) -> Networks:
    """A network's answers under another name."""
    return lambda rgb, voc: dict(zip((name,), one(rgb, voc).values(), strict=True))


def shown_of_coco(one: Found) -> float:
    """Mean IoU on COCO's photos over the classes that they show; NaN without such photos."""
    counts = one.families.get("coco")
    return counts.mean_iou(counts.shown()) if counts else np.nan


def class_table(found: dict[str, Found], kind: str) -> str:
    """IoU in percent, a row for each class that occurs, a column for each network, as Markdown."""
    judged = {name: one.families[kind] for name, one in found.items() if kind in one.families}
    ious = {name: counts.iou() for name, counts in judged.items()}
    rows = [i for i in range(CLASS_COUNT) if any(counts.counts[i].sum() for counts in judged.values())]
    lines = [f"| {kind} | " + " | ".join(judged) + " |", "|---|" + "---:|" * len(judged)]
    lines += [f"| {CLASS_NAMES[i]} | " + " | ".join(number(iou[i]) for iou in ious.values()) + " |" for i in rows]
    means = [number(found[name].means()[kind]) for name in judged]
    lines.append("| **mean IoU** | " + " | ".join(f"**{mean}**" for mean in means) + " |")
    if kind == "coco":
        shown = [number(shown_of_coco(found[name])) for name in judged]
        lines.append("| mean over the classes that are there | " + " | ".join(shown) + " |")
    lines.append("| pixel accuracy | " + " | ".join(number(counts.accuracy()) for counts in judged.values()) + " |")
    if kind == "voc":
        near = [number(found[name].outlines.accuracy()) for name in judged]
        lines.append("| accuracy within 6 pixels of outlines | " + " | ".join(near) + " |")
    return "\n".join(lines)


def number(share: float) -> str:
    """A share in percent, one decimal; a dash where there is none."""
    return "-" if np.isnan(share) else f"{100 * share:.1f}"


COLUMNS: dict[str, Callable[[Found], float]] = {
    "VOC": lambda one: one.means().get("voc", np.nan),
    "COCO, shown classes": shown_of_coco,
    "scenes": lambda one: one.means().get("scenes", np.nan),
    "VOC's outlines": lambda one: one.outlines.accuracy(),
}


def size_table(net: FCN, packs: Packs, names: list[str], device: torch.device, versions: int = 1) -> str:
    """FCN-8s at every working size: the mean over versions of each column, and the time."""
    lines = ["| longer side | " + " | ".join(COLUMNS) + " | ms |", "|---|" + "---:|" * (len(COLUMNS) + 1)]
    for side in SIZES:
        networks = heads_of(net, side, device, ("fcn8s",), mirrored=True)
        rounds = [judge(networks, packs, names, version)["fcn8s"] for version in range(versions)]
        cells = [number(np.mean([measure(one) for one in rounds])) for measure in COLUMNS.values()]
        lines.append(f"| {side} | " + " | ".join([*cells, f"{np.median(rounds[0].milliseconds):.0f}"]) + " |")
    return "\n".join(lines)


def confusion_table(one: Found) -> str:
    """The commonest mistakes of each family."""
    lines = ["| family | true class | taken for | share of its pixels |", "|---|---|---|---:|"]
    for kind, counts in one.families.items():
        for true, said, share in counts.confused():
            lines.append(f"| {kind} | {CLASS_NAMES[true]} | {CLASS_NAMES[said]} | {number(share)} % |")
    return "\n".join(lines)


def versions_table(rounds: list[dict[str, Found]]) -> str:
    """A row for each network: its mean over the versions of the photos, and the lowest and highest of them."""
    lines = ["| network | " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for name in rounds[0]:
        cells = []
        for measure in COLUMNS.values():
            values = [measure(found[name]) for found in rounds]
            cells.append(f"{number(np.mean(values))} ({number(min(values))} to {number(max(values))})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def as_json(one: Found) -> dict[str, object]:
    """A network's numbers."""
    ious = {kind: [None if np.isnan(x) else x for x in c.iou()] for kind, c in one.families.items()}
    return {
        "mean_iou": one.means(),
        "iou": ious,
        "pixel_accuracy": {kind: counts.accuracy() for kind, counts in one.families.items()},
        "outline_accuracy": one.outlines.accuracy(),
        "ms": float(np.median(one.milliseconds)),
    }


def arguments(argv: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m training evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the .tar packs")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--weights", type=Path, help=f"folder with {INITIAL} and {PEER}, to compare with them")
    parser.add_argument("--earlier", type=Path, help="an earlier weights file of 21 classes, to compare with it")
    parser.add_argument("--file", type=Path, default=BUNDLED_FILE, help="the bundled weights file to judge")
    parser.add_argument("--side", type=int, default=DEFAULT_SIDE, help="longer side in pixels, 32n+1")
    parser.add_argument("--every", type=int, default=1, help="judge on every n-th photo only")
    parser.add_argument("--versions", type=int, default=1, help="judge on so many versions of each photo")
    parser.add_argument("--sizes", action="store_true", help=f"compare the working sizes {SIZES} instead")
    parser.add_argument("--confusion", action="store_true", help="also say what is taken for what")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--json", type=Path, help="also write the numbers here, those of the photos as they are")
    options = parser.parse_args(argv)
    if options.versions < 1:
        parser.error(f"--versions is {options.versions}; it must be at least 1.")
    return options


def main(argv: list[str]) -> int:
    """Judge, print the tables."""
    options = arguments(argv)
    packs = Packs(options.data)
    names = packs.part(options.part)[:: options.every]
    device = torch.device(options.device)
    if options.sizes:
        print(f"{len(names)} photographs ({options.part})\n")
        print(size_table(read_fcn(options.file, device), packs, names, device, options.versions))
        return 0
    rivals = list(compared(options))
    rounds = [
        {key: one for networks in rivals for key, one in judge(networks, packs, names, version).items()}
        for version in range(options.versions)
    ]
    found = rounds[0]
    print(f"{len(names)} photographs ({options.part}), longer side {options.side} pixels, IoU in percent\n")
    print("\n\n".join(class_table(found, kind) for kind in FAMILIES if kind in found["fcn8s"].families))
    if options.versions > 1:
        print(f"\nThe mean of {options.versions} versions of each photograph, and the lowest and highest of them\n")
        print(versions_table(rounds))
    if options.confusion:
        print(f"\n{confusion_table(found['fcn8s'])}")
    if options.json:
        options.json.write_text(json.dumps({name: as_json(one) for name, one in found.items()}, indent=1))
    return 0
