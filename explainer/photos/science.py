"""TIFFs that Pillow does not know: half and double precision, and 16-bit gray with alpha.

Whatever a sample means, a row of a TIFF is a row of bytes. So the directory is told that its samples are single bytes
and its rows accordingly longer; Pillow undoes strips, tiles and compression, and the bytes are read as what they are.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explainer.photos.deep import eight_bits
from explainer.photos.problems import PhotoError
from explainer.photos.sniffing import tiff_tags

WIDTH, HEIGHT, BITS, PHOTOMETRIC, SAMPLES, PLANAR, PREDICTOR = 256, 257, 258, 262, 277, 284, 317
TILE_WIDTH, EXTRA, FORMAT = 322, 338, 339
FLOAT = 3
Gray = tuple[NDArray[np.uint8], tuple[str, ...]]


def read_scientific(data: bytes, most: int) -> Gray | None:
    """(H, W) gray and what to say about it; None if this is no such TIFF.

    Raises:
        PhotoError: for one that is too large, or has several bands of floating-point numbers.
    """
    tags = tiff_tags(data)
    if not tags or WIDTH not in tags or HEIGHT not in tags:
        return None
    samples, order = tags.get(SAMPLES, 1), "<" if data[:2] == b"II" else ">"
    bits, is_float = _first(data, tags, BITS, order, samples), _first(data, tags, FORMAT, order, samples) == FLOAT
    if is_float and samples > 1:
        raise PhotoError(
            f"This TIFF has {samples} bands of floating-point numbers, which have no known colors; "
            "send one band, or a picture with 8 bits a channel."
        )
    if not (is_float and samples == 1 and bits in (16, 32, 64)) and not (samples == 2 and bits == 16):
        return None
    if tags.get(PREDICTOR, 1) != 1 or (samples > 1 and tags.get(PLANAR, 1) != 1):
        return None
    wide = samples * bits // 8
    if tags[WIDTH] * tags[HEIGHT] * wide * 2 > most:
        raise PhotoError(
            f"This picture has {tags[WIDTH] * tags[HEIGHT] / 1e6:.1f} megapixels of {wide} bytes; "
            f"at most {most / wide / 2e6:.1f} are accepted."
        )
    with Image.open(io.BytesIO(as_bytes(data, tags, wide, order)), formats=("TIFF",)) as image:
        rows = image.tobytes()
    kind = np.dtype(f"{order}f{bits // 8}" if is_float else f"{order}u2")
    values = np.frombuffer(rows, kind).reshape(tags[HEIGHT], tags[WIDTH], samples)
    if samples == 1:
        return eight_bits(values[..., 0])
    return _on_white(values[..., 0], values[..., 1])


def _on_white(gray: NDArray[np.generic], alpha: NDArray[np.generic]) -> Gray:
    """16-bit gray over white by its 16-bit alpha."""
    level, said = eight_bits(gray)
    share = alpha.astype(np.float32) / 65535
    return (level * share + 255 * (1 - share)).round().astype(np.uint8), said


def _first(data: bytes, tags: dict[int, int], tag: int, order: str, samples: int) -> int:
    """A tag's number for the first sample; more than two short numbers stand elsewhere in the file."""
    value = tags.get(tag, 1)
    if samples > 2 and value + 2 <= len(data):
        return int(struct.unpack_from(order + "H", data, value)[0])
    return value & 0xFFFF if order == "<" or value <= 0xFFFF else value >> 16


def as_bytes(data: bytes, tags: dict[int, int], wide: int, order: str) -> bytes:
    """The file with a directory that speaks of gray bytes, `wide` of them a pixel."""
    changed = bytearray(data)
    new = {WIDTH: tags[WIDTH] * wide, BITS: 8, SAMPLES: 1, PHOTOMETRIC: 1, FORMAT: 1}
    if TILE_WIDTH in tags:
        new[TILE_WIDTH] = tags[TILE_WIDTH] * wide
    start = struct.unpack_from(order + "I", data, 4)[0]
    count = struct.unpack_from(order + "H", data, start)[0]
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag = struct.unpack_from(order + "H", data, at)[0]
        if tag in new:
            struct.pack_into(order + "HHII", changed, at, tag, 4, 1, new[tag])
        elif tag == EXTRA:  # a private tag that nobody reads, in its place
            struct.pack_into(order + "H", changed, at, EXTRA + 1 if EXTRA + 1 not in tags else 65000)
    return bytes(changed)
