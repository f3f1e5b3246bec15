"""What `python -m explainer segment` and `fetch` do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from explainer.photos import PhotoError, check_length, read_photo, to_png_bytes
from explainer.segmentation.classes import CLASS_NAMES, ClassSet, class_count
from explainer.segmentation.label_maps import class_shares, labels_png, overlay, shrink
from explainer.segmentation.prediction import Prediction
from explainer.segmentation.weights import WeightsError, available_models, model_info

_MAX_FILE_BYTES = 200 * 2**20
_MAX_DECODED = 2**30
"""One's own file from one's own disk may be larger than a visitor's upload, and cost more memory."""
_LONG_SIDE = 4096
"""Larger photos are reduced while they are read; their label map still has the photo's own size."""


def segment_photos(
    paths: Iterable[str | Path],
    out_dir: str | Path,
    model: str = "fcn8s",
    device: str = "auto",
    classes: ClassSet = "all",
    crf: bool = True,
) -> int:
    """Label photos: `NAME.labels.png` and `NAME.overlay.png` in `out_dir`, one JSON object a line on standard output.

    A photo that cannot be read gets a line with `error`; the others go on. Photos of the same stem get numbers
    (`NAME-2.labels.png`); the line tells the files.

    Returns:
        The exit status: 0, 1 if a photo or the network's weights could not be read or the folder not be made, 2 if
        there is no such network, device or set of classes.
    """
    from explainer.segmentation.devices import choose_device
    from explainer.segmentation.networks import load

    out = Path(out_dir)
    try:
        out.mkdir(parents=True, exist_ok=True)
        load(model, choose_device(device))
        class_count(classes)
    except OSError as error:
        print(f"segment: {error.filename or out}: {error.strerror or error}", file=sys.stderr)
        return 1
    except (ValueError, WeightsError) as error:
        print(f"segment: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    taken: set[str] = set()
    failed = False
    for path in paths:
        line = _segment_one(Path(path), out, taken, model, device, classes, crf)
        failed |= "error" in line
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return int(failed)


def _segment_one(
    path: Path, out: Path, taken: set[str], model: str, device: str, classes: ClassSet, crf: bool
) -> dict[str, Any]:
    """Label one photo and write its files; the line to print."""
    from explainer.segmentation.inference import predict

    try:
        check_length(path.stat().st_size, _MAX_FILE_BYTES)
        photo = read_photo(path.read_bytes(), long_side=_LONG_SIDE, max_bytes=_MAX_FILE_BYTES, max_decoded=_MAX_DECODED)
        own = (photo.height, photo.width)
        answer = predict(photo.rgb, model, device=device, label_size=own, classes=classes, crf=crf)
        stem = _free_stem(path.stem, taken)
        labels, over = out / f"{stem}.labels.png", out / f"{stem}.overlay.png"
        labels.write_bytes(labels_png(answer.labels))
        over.write_bytes(to_png_bytes(overlay(photo.rgb, shrink(answer.labels, photo.rgb.shape[:2]))))
    except PhotoError as error:
        return {"file": str(path), "error": str(error)}
    except OSError as error:
        return {"file": str(path), "error": error.strerror or str(error)}
    return {"file": str(path), **_facts(answer), "labels": str(labels), "overlay": str(over)} | (
        {"notices": [*photo.notices, *answer.notices]} if photo.notices or answer.notices else {}
    )


def _facts(answer: Prediction) -> dict[str, Any]:
    from explainer.segmentation.inference import left_out

    height, width = answer.labels.shape
    found = [
        {"id": share.class_id, "name": share.name, "share": round(share.share, 6)}
        for share in class_shares(answer.labels)
    ]
    return {
        "model": answer.model,
        "device": answer.device,
        "width": width,
        "height": height,
        "milliseconds": round(answer.total_ms, 1),
        "class_set": answer.classes,
        "crf": answer.crf,
        "classes": found,
        "left_out": [
            {"id": one.class_id, "name": CLASS_NAMES[one.class_id], "most_sure": round(one.most_sure, 4)}
            for one in left_out(answer.maps, answer.model, answer.classes)
        ],
    }


def _free_stem(stem: str, taken: set[str]) -> str:
    """A stem that no photo of this call has used, whatever the case: `a`, `a-2`, `a-3`."""
    free, number = stem, 1
    while free.lower() in taken:
        number += 1
        free = f"{stem}-{number}"
    taken.add(free.lower())
    return free


def fetch_model(name: str) -> int:
    """Fetch a network's weights ahead of time, with a progress bar on standard error; the exit status."""
    from explainer.segmentation.networks import load

    try:
        info = model_info(name)
    except ValueError as error:
        print(f"fetch: {error}", file=sys.stderr)
        return 2
    try:
        load(name, "cpu", None if info.bundled else _show_progress)
    except (ValueError, WeightsError) as error:
        print(f"\nfetch: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    if not info.bundled:
        print(file=sys.stderr)
    print(f"{name}: ready" + (" (it comes with the app)" if info.bundled else ""))
    return 0


def model_names() -> tuple[str, ...]:
    """The names `--model` takes, the default first."""
    return tuple(info.name for info in available_models())


def _show_progress(done: int, total: int) -> None:
    share = f"{100 * done // total:3d} %" if total else ""
    bar = "#" * (30 * done // total) if total else ""
    print(f"\r[{bar:<30}] {share} {done / 1e6:.1f} MB", end="", file=sys.stderr, flush=True)
