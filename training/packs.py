"""The photographs: tar packs with images, masks and what is known about each photo as a whole.

A pack is an uncompressed tar with `images/NAME.jpg`, `masks/NAME.png` where labelled (ids 0..20, 254 = surely not
the class its subset labels, 255 = unknown), `list.txt`, `meta.tsv` and, for crowds, `person_boxes.json`. What a subset
labels is told by the prefix of the photo's name.
"""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explainer.segmentation.classes import CLASS_COUNT, CLASS_NAMES

NOT_THIS, UNKNOWN = 254, 255
FULLY_LABELLED = ("cocofull", "coco128")
SUBSET_CLASS = {"cocoperson": 15, "cocou": 15, "cat": 8}
ANIMALS = tuple(CLASS_NAMES.index(name) for name in ("bird", "cat", "cow", "dog", "horse", "sheep"))


@dataclass(frozen=True)
class Sample:
    """One photo: `rgb` (H, W, 3) uint8, `labels` (H, W) uint8, the class that 254 denies (or -1), and `allowed`.

    `allowed` (21 booleans) says which classes the photo as a whole may hold, `main` which animal it is about (or -1).
    """

    name: str
    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    denied: int
    allowed: NDArray[np.bool_]
    main: int = -1

    @property
    def fully_labelled(self) -> bool:
        """Whether every class in the photo is labelled."""
        return subset(self.name) in FULLY_LABELLED


def subset(name: str) -> str:
    """The prefix that names the subset: `cocofull_000000000802` -> `cocofull`."""
    return name.split("_", 1)[0]


def is_validation(name: str) -> bool:
    """The fixed split: about half of the fully labelled photos, by a checksum of the name."""
    return subset(name) in FULLY_LABELLED and zlib.crc32(name.encode()) % 2 == 0


class Packs:
    """All tars of a folder, read on demand by name."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.tar"))
        if not paths:
            raise FileNotFoundError(f"no .tar pack in {folder}")
        self._where: dict[str, tuple[Path, int, int]] = {}
        self._boxes: dict[str, list[list[float]]] = {}
        self._main_class: dict[str, int] = {}
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
                self._boxes |= json.loads(_read(tar, members["person_boxes.json"]))
            if "meta.tsv" in members:
                rows = csv.DictReader(io.StringIO(_read(tar, members["meta.tsv"]).decode()), delimiter="\t")
                self._main_class |= {row["name"]: int(row["voc_id"]) for row in rows if row.get("voc_id")}

    def split(self) -> tuple[list[str], list[str]]:
        """Names to train on, names to validate on."""
        return (
            [name for name in self.names if not is_validation(name)],
            [name for name in self.names if is_validation(name)],
        )

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
            with Image.open(io.BytesIO(self._bytes(f"masks/{name}.png"))) as mask:
                labels = np.array(mask)
        elif name in self._boxes:
            labels = outside_boxes(self._boxes[name], rgb.shape[0], rgb.shape[1])
        else:
            labels = np.full(rgb.shape[:2], UNKNOWN, np.uint8)
        main = self._main_class.get(name, -1)
        denied = SUBSET_CLASS.get(subset(name), -1)
        return Sample(name, rgb, labels, denied, allowed_classes(main), main if main in ANIMALS else -1)


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None, member.name
    return file.read()


def outside_boxes(boxes: list[list[float]], height: int, width: int, margin: float = 0.02) -> NDArray[np.uint8]:
    """Labels that deny the class outside its boxes ([cx, cy, w, h], 0..1) and know nothing inside."""
    labels = np.full((height, width), NOT_THIS, np.uint8)
    for cx, cy, w, h in boxes:
        top, bottom = (cy - h / 2 - margin) * height, (cy + h / 2 + margin) * height
        left, right = (cx - w / 2 - margin) * width, (cx + w / 2 + margin) * width
        labels[max(0, int(top)) : int(np.ceil(bottom)), max(0, int(left)) : int(np.ceil(right))] = UNKNOWN
    return labels


def allowed_classes(main_class: int) -> NDArray[np.bool_]:
    """What a photo may hold, given the VOC class of its main object (0: in none, -1: not known).

    A photo of one animal hardly shows another kind; a photo of something outside VOC (a lizard, a fox) shows none.
    """
    allowed = np.ones(CLASS_COUNT, np.bool_)
    if main_class == 0 or main_class in ANIMALS:
        allowed[list(ANIMALS)] = False
        allowed[main_class] = True
    return allowed
