"""Tiny packs and random initial weights in the real formats, made by the tests."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.models import mobilenet_v2

from training.packs import part_of


def write_tar(path: Path, files: dict[str, bytes]) -> None:
    """An uncompressed tar of these files."""
    with tarfile.open(path, "w:") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def image_bytes(seed: int, width: int = 96, height: int = 72) -> bytes:
    """A JPEG with a bright square on noise."""
    pixels = np.random.default_rng(seed).integers(0, 90, (height, width, 3), dtype=np.uint8)
    pixels[20:50, 30:70] = 220
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def mask_bytes(inside: int, outside: int, width: int = 96, height: int = 72) -> bytes:
    """A mask with a square of `inside` on `outside`."""
    labels = np.full((height, width), outside, np.uint8)
    labels[20:50, 30:70] = inside
    file = io.BytesIO()
    Image.fromarray(labels).save(file, "PNG")
    return file.getvalue()


def named(kind: str, part: str, count: int = 1) -> list[str]:
    """The first names of a subset that fall into a part of the split."""
    return [name for name in (f"{kind}_{number}" for number in range(200)) if part_of(name) == part][:count]


def make_packs(folder: Path) -> None:
    """Two packs: labelled photos (in every part of the split, of each family), and crowds with boxes."""
    labelled: dict[str, bytes] = {}
    for part in ("train", "validation", "test"):
        for kind, outside in (("voc", 0), ("cocofull", 0), ("msrc", 21)):
            for name in named(kind, part, 2 if part == "train" else 1):
                labelled[f"images/{name}.jpg"] = image_bytes(len(labelled))
                labelled[f"masks/{name}.png"] = mask_bytes(15 if kind == "voc" else 8, outside)
    labelled["images/cocoperson_1.jpg"] = image_bytes(10, 72, 96)
    labelled["masks/cocoperson_1.png"] = mask_bytes(15, 254, 72, 96)
    write_tar(folder / "labelled.tar", labelled)
    boxes = {"cocou_1": [[0.5, 0.5, 0.4, 0.5]]}
    write_tar(
        folder / "crowds.tar",
        {"images/cocou_1.jpg": image_bytes(20), "person_boxes.json": json.dumps(boxes).encode()},
    )
    shown = "name\timagenet_index\twnid\tclass_name\tvoc_id\n" + "".join(
        f'inet_{name}\t{index}\tn0\ta "word", another\t{voc_id}\n'
        for name, index, voc_id in (("dog", 207, 12), ("bear", 294, 0), ("doubtful", 30, -1), ("bus", 779, 6))
    )
    photos = {f"images/inet_{name}.jpg": image_bytes(30) for name in ("dog", "bear", "doubtful", "bus")}
    write_tar(folder / "animals.tar", photos | {"meta.tsv": shown.encode()})


def initial_state() -> dict[str, torch.Tensor]:
    """Random weights with the keys of the initial DeepLab network."""
    torch.manual_seed(0)
    state = {f"features.{key}": value for key, value in mobilenet_v2(weights=None).features[:18].state_dict().items()}
    head = {"aspp0": (320, 256), "pool": (320, 256), "proj": (512, 256), "logits": (256, 21)}
    for name, (entry, exit_) in head.items():
        layer = nn.Conv2d(entry, exit_, 1)
        state |= {f"deeplab_head.{name}.{key}": value.detach() for key, value in layer.state_dict().items()}
    return {key: value.half() if value.dim() == 4 else value for key, value in state.items()}
