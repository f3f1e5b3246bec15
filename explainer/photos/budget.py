"""What decoding would cost, judged from the header before a pixel is decoded.

The limit is on bytes in memory, not on pixels or on the file: a 46-byte WebP of 40 megapixels took 1.07 GB, a 219 kB
JPEG with 1,000 scans 9.4 s. Baseline JPEGs are decoded at reduced scale and cost next to nothing.
"""

from __future__ import annotations

import re

from PIL import Image

from explainer.photos.problems import PhotoError

MAX_DECODED = 64 * 1024 * 1024
"""Bytes that a decoder may hold for one picture."""
MAX_JPEG_PIXELS = 178_000_000
"""Baseline JPEGs are decoded at reduced scale, so more pixels are affordable."""
MAX_SCANS = 32
"""Scans of a progressive JPEG, each a pass over all pixels; cameras and websites use about ten."""
MIN_SIDE = 16
MAX_RATIO = 20

#: Bytes a pixel as Pillow stores a mode; 4 for all the others.
_STORED = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
#: Bytes a pixel that a decoder holds beside (WebP: its canvas and the frame before; AVIF: planes and a copy).
_BESIDE = {"WEBP": 8, "AVIF": 4, "HEIF": 4}


def check_budget(image: Image.Image, data: bytes, most: int, *, reducible: bool) -> None:
    """Judge size and cost from the header.

    Args:
        image: opened, nothing decoded.
        data: the file.
        most: bytes that decoding may take.
        reducible: a smaller picture is wanted, so a JPEG may be decoded at reduced scale.

    Raises:
        PhotoError: with what the picture has and what is allowed.
    """
    width, height = image.size
    if image.format in ("JPEG", "MPO") and (scans := count_scans(data)) > MAX_SCANS:
        raise PhotoError(f"This JPEG is built up in {scans} scans; at most {MAX_SCANS} are accepted.")
    cost = bytes_a_pixel(image, data)
    cheap = reducible and image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    allowed = MAX_JPEG_PIXELS if cheap else int(most / cost)
    if width * height > allowed:
        raise PhotoError(
            f"This picture has {width * height / 1e6:.1f} megapixels; of this kind "
            f"(about {cost:.0f} bytes a pixel while it is decoded) at most {allowed / 1e6:.1f} are accepted."
        )
    if min(width, height) < MIN_SIDE:
        raise PhotoError(f"This picture is {width} x {height} pixels; each side needs at least {MIN_SIDE}.")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PhotoError(
            f"This picture is {width} x {height} pixels; the longer side may be at most {MAX_RATIO} times the shorter."
        )


def bytes_a_pixel(image: Image.Image, data: bytes) -> float:
    """What the decoder holds for a pixel: the stored mode, its own buffers, a progressive JPEG's coefficients."""
    stored: float = _STORED.get(image.mode, 4)
    if image.info.get("progressive"):
        return stored + coefficients(data)
    frames = 2 if image.format in ("GIF", "PNG") and getattr(image, "is_animated", False) else 1
    return stored * frames + _BESIDE.get(str(image.format), 0)


def coefficients(data: bytes) -> float:
    """Bytes a pixel of a progressive JPEG's coefficients (2 each), from its components' sampling factors."""
    frame = re.search(rb"\xff\xc2.{6}.{2}", data, re.DOTALL)
    if frame is None or len(data) <= frame.start() + 9:
        return 6
    count = data[frame.start() + 9]
    sampling = [data[at] for at in range(frame.start() + 11, frame.start() + 10 + 3 * count, 3) if at < len(data)]
    across, down = max((s >> 4 for s in sampling), default=1), max((s & 15 for s in sampling), default=1)
    share = sum((s >> 4) * (s & 15) for s in sampling) / max(1, across * down)
    return 2 * share


def count_scans(data: bytes) -> int:
    """Scans of a JPEG's first picture; walks its markers, so that a thumbnail inside a segment does not count."""
    at, scans = 2, 0
    while marker := re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL).search(data, at):
        kind, at = marker[1][0], marker.end()
        if kind == 0xD9 or at + 2 > len(data):
            break
        scans += kind == 0xDA
        at += int.from_bytes(data[at : at + 2], "big")
    return scans
