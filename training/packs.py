"""The photographs: tar packs with images, masks and what is known about each photo as a whole.

A pack is an uncompressed tar with `images/NAME.jpg`, `masks/NAME.png` where labelled, `list.txt`, `meta.tsv` and, for
crowds, `person_boxes.json`. ImageNet's photos have no mask, but `meta.tsv` says what each shows. What a mask's
values mean depends on the subset, the prefix of the photo's name: see `training.labels`.
"""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.labels import ANIMALS, NOT_THIS, OF_ANIMALS, UNKNOWN, subset, targets

Part = Literal["train", "validation", "test"]
SCENES = ("msrc", "ade", "lmf", "camvid", "cocostuff")
COCO = ("cocofull", "coco128")
UNLABELLED = ("cocou", "inet")
"""Without masks, and of 320 pixels."""
IMAGENET_ANIMALS = 398
"""ImageNet's classes 0..397 are animals."""


@dataclass(frozen=True)
class Sample:
    """One photo: `rgb` (H, W, 3) uint8, its `mask` (H, W) as stored, its `targets` (H, W), see `training.labels`."""

    name: str
    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    targets: NDArray[np.uint8]


def part_of(name: str) -> Part:
    """The fixed split, by a checksum of the name: about a tenth of VOC, a sixth of COCO, a twelfth of the scenes are
    for choosing (validation), less for the last look (test); partly labelled photos are all for training.

    COCO's come from those that the earlier network was not trained on either (an even checksum).
    """
    number = zlib.crc32(name.encode())
    kind = subset(name)
    if kind == "voc":
        return "validation" if number % 10 == 0 else "test" if number % 14 == 1 else "train"
    if kind in COCO:
        return "validation" if number % 6 == 0 else "test" if number % 6 == 2 else "train"
    if kind in SCENES:
        return "validation" if number % 12 == 0 or number % 32 == 1 else "test" if number % 32 == 17 else "train"
    return "train"


class Packs:
    """All tars of a folder, read on demand by name."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.tar"))
        if not paths:
            raise FileNotFoundError(f"no .tar pack in {folder}")
        self._where: dict[str, tuple[Path, int, int]] = {}
        self._boxes: dict[str, list[list[float]]] = {}
        self.animals: dict[str, int] = {}
        for path in paths:
            self._index(path)
        self.names = sorted(Path(key).stem for key in self._where if key.startswith("images/"))

    def _index(self, path: Path) -> None:
        with tarfile.open(path, "r:") as tar:
            members = {member.name.removeprefix("./"): member for member in tar if member.isfile()}
            self._where |= {
                name: (path, member.offset_data, member.size)
                for name, member in members.items()
                if name.startswith(("images/", "masks/"))
            }
            if "person_boxes.json" in members:
                file = tar.extractfile(members["person_boxes.json"])
                assert file is not None
                self._boxes |= json.loads(file.read())
            if "meta.tsv" in members:
                file = tar.extractfile(members["meta.tsv"])
                assert file is not None
                self.animals |= animals_shown(file.read().decode())

    def part(self, part: Part) -> list[str]:
        """The names of one part of the split."""
        return [name for name in self.names if part_of(name) == part]

    def _bytes(self, key: str) -> bytes:
        path, offset, size = self._where[key]
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def load(self, name: str) -> Sample:
        """Decode one photo with all that is known about it."""
        with Image.open(io.BytesIO(self._bytes(f"images/{name}.jpg"))) as image:
            rgb = np.array(image.convert("RGB"))
        if f"masks/{name}.png" in self._where:
            with Image.open(io.BytesIO(self._bytes(f"masks/{name}.png"))) as stored:
                mask = np.array(stored)
        elif name in self._boxes:
            mask = outside_boxes(self._boxes[name], rgb.shape[0], rgb.shape[1])
        else:
            mask = np.full(rgb.shape[:2], UNKNOWN, np.uint8)
        if name in self.animals:
            return Sample(name, rgb, mask, np.full_like(mask, OF_ANIMALS[self.animals[name]]))
        return Sample(name, rgb, mask, targets(name, mask))


def animals_shown(meta: str) -> dict[str, int]:
    """The photos of an animal in an ImageNet pack's `meta.tsv`, each with VOC's class of it, 0 if VOC has none.

    An animal that VOC has no class for (a bear) says as much as a dog: neither is a cow.
    Doubtful ones (-1) do not count.
    """
    rows = csv.DictReader(io.StringIO(meta), delimiter="\t", quoting=csv.QUOTE_NONE)
    if "voc_id" not in (rows.fieldnames or ()):
        return {}
    shown = {row["name"]: int(row["voc_id"]) for row in rows if int(row["imagenet_index"]) < IMAGENET_ANIMALS}
    return {name: animal for name, animal in shown.items() if animal in (0, *ANIMALS)}


def outside_boxes(boxes: list[list[float]], height: int, width: int, margin: float = 0.02) -> NDArray[np.uint8]:
    """A mask that denies the class outside its boxes ([cx, cy, w, h], 0..1) and knows nothing inside."""
    labels = np.full((height, width), NOT_THIS, np.uint8)
    for cx, cy, w, h in boxes:
        top, bottom = (cy - h / 2 - margin) * height, (cy + h / 2 + margin) * height
        left, right = (cx - w / 2 - margin) * width, (cx + w / 2 + margin) * width
        labels[max(0, int(top)) : int(np.ceil(bottom)), max(0, int(left)) : int(np.ceil(right))] = UNKNOWN
    return labels
