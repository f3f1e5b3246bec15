"""Judge the bundled network and its peers on the same photographs, in one table.

By default these are the validation photos of the packs (fully labelled, never trained on); `--photos DIR` takes a
folder with `images/NAME.jpg` and `masks/NAME.png` instead.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image

from explainer.segmentation.classes import CLASS_NAMES
from explainer.segmentation.model import FCN, HEADS, Head
from explainer.segmentation.resize import labels_at, to_input
from explainer.segmentation.weights import BUNDLED_FILE
from training.metrics import Confusion
from training.packs import Packs
from training.progress import progress
from training.teacher import DeepLab

INITIAL = "mnv2_deeplab_voc21_fp16.pt"
PEER = "deeplabv3_mnv2_pascal_quant.tflite"
Labeller = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def bundled_labeller(net: FCN, head: Head, side: int, device: torch.device) -> Labeller:
    """One head of the bundled network."""

    def label(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        x = to_input(rgb, side).to(device, memory_format=torch.channels_last)
        return labels_at(net.grow(net.score_maps(x), head), rgb.shape[0], rgb.shape[1])

    return label


def deeplab_labeller(net: DeepLab, side: int, device: torch.device) -> Labeller:
    """The initial network, dilated, stride 16, in torch."""

    def label(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        x = to_input(rgb, side).to(device, memory_format=torch.channels_last)
        scores = F.interpolate(net(x), x.shape[-2:], mode="bilinear", align_corners=True)
        return labels_at(scores, rgb.shape[0], rgb.shape[1])

    return label


def tflite_labeller(path: Path, threads: int) -> Labeller:
    """The original .tflite as published: the photo in a grey 513 x 513 square, class ids out."""
    from ai_edge_litert.interpreter import Interpreter

    net = Interpreter(str(path), num_threads=threads)
    net.allocate_tensors()
    entry, exit_ = net.get_input_details()[0], net.get_output_details()[0]
    side = int(entry["shape"][1])

    def label(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        scale = side / max(rgb.shape[:2])
        height, width = round(rgb.shape[0] * scale), round(rgb.shape[1] * scale)
        square = np.full((1, side, side, 3), 127, np.uint8)
        square[0, :height, :width] = Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR)
        net.set_tensor(entry["index"], square)
        net.invoke()
        ids = net.get_tensor(exit_["index"])[0, :height, :width].astype(np.uint8)
        return np.asarray(Image.fromarray(ids).resize(rgb.shape[1::-1], Image.Resampling.NEAREST))

    return label


def labellers(options: argparse.Namespace) -> Iterator[tuple[str, Labeller]]:
    """All that are compared, by name."""
    device, side = torch.device(options.device), options.side
    net = FCN().eval()
    state = torch.load(options.file, map_location="cpu", weights_only=True)
    net.load_state_dict({key: value.float() for key, value in state.items()})
    net.to(device, memory_format=torch.channels_last)
    for head in HEADS:
        yield head, bundled_labeller(net, head, side, device)
    initial = torch.load(options.weights / INITIAL, map_location="cpu", weights_only=True)
    deeplab = DeepLab(initial).eval().to(device, memory_format=torch.channels_last)
    yield "deeplab (torch)", deeplab_labeller(deeplab, side, device)
    try:
        yield "deeplab (tflite)", tflite_labeller(options.weights / PEER, torch.get_num_threads())
    except ImportError:
        print("deeplab (tflite) is left out: `pip install ai-edge-litert` adds it")
    yield "all background", lambda rgb: np.zeros(rgb.shape[:2], np.uint8)


@torch.inference_mode()
def judge_one(label: Labeller, pairs: list[Pair], what: str) -> tuple[Confusion, float]:
    """Confusion counts, and the median time per photo in ms (resizing both ways included)."""
    found, times = Confusion(), []
    label(pairs[0][0])
    for rgb, truth in progress(pairs, what):
        start = time.perf_counter()
        predicted = label(rgb)
        times.append((time.perf_counter() - start) * 1000)
        found.add(truth, predicted)
    return found, float(np.median(times))


def photo_pairs(options: argparse.Namespace) -> list[Pair]:
    """The photos to judge on, with their masks."""
    if options.photos:
        names = sorted(path.stem for path in (options.photos / "masks").glob("*.png"))
        return [
            (
                np.array(Image.open(options.photos / "images" / f"{name}.jpg").convert("RGB")),
                np.array(Image.open(options.photos / "masks" / f"{name}.png")),
            )
            for name in names
        ]
    packs = Packs(options.data)
    samples = [packs.load(name) for name in packs.split()[1]]
    return [(sample.rgb, sample.labels) for sample in samples]


def table(rows: list[tuple[str, Confusion, float]]) -> str:
    """The comparison as a Markdown table: a row per class, a column per network."""
    lines = ["| | " + " | ".join(name for name, _, _ in rows) + " |", "|---|" + "---:|" * len(rows)]
    ious = [found.iou() for _, found, _ in rows]
    lines += [
        f"| {name} | " + " | ".join("-" if np.isnan(iou[i]) else f"{100 * iou[i]:.1f}" for iou in ious) + " |"
        for i, name in enumerate(CLASS_NAMES)
    ]
    lines.append("| **mean IoU, %** | " + " | ".join(f"**{100 * c.mean_iou():.1f}**" for _, c, _ in rows) + " |")
    lines.append("| pixel accuracy, % | " + " | ".join(f"{100 * c.accuracy():.1f}" for _, c, _ in rows) + " |")
    lines.append("| ms per photo | " + " | ".join(f"{ms:.0f}" for _, _, ms in rows) + " |")
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Parse the command line, judge, print the table."""
    parser = argparse.ArgumentParser(prog="python -m training evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the .tar packs")
    parser.add_argument("--photos", type=Path, help="a folder with images/ and masks/ instead of the packs")
    parser.add_argument("--weights", type=Path, required=True, help=f"folder with {INITIAL} and {PEER}")
    parser.add_argument("--file", type=Path, default=BUNDLED_FILE, help="the bundled weights file to judge")
    parser.add_argument("--side", type=int, default=513, help="longer side in pixels, 32n+1")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (0: torch's own choice)")
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    if (options.data is None) == (options.photos is None):
        parser.error("give --data or --photos")
    pairs = photo_pairs(options)
    rows = [(name, *judge_one(label, pairs, name)) for name, label in labellers(options)]
    print(f"{len(pairs)} photographs, longer side {options.side} pixels\n\n{table(rows)}")
    if options.json:
        numbers = {
            name: {"mean_iou": c.mean_iou(), "pixel_accuracy": c.accuracy(), "iou": c.iou().tolist(), "ms": ms}
            for name, c, ms in rows
        }
        options.json.write_text(json.dumps(numbers, indent=1))
    return 0
