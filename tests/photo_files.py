"""Picture files made here: whole, by their headers only, and with what can be wrong in them."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageCms

LOSSLESS = ("PNG", "BMP", "TIFF")


LOSSY = ("JPEG", "WEBP", "AVIF")


FORMATS = (*LOSSLESS, *LOSSY, "GIF")


@dataclass(frozen=True)
class Case:
    """A file: `error` is None if it must be read, else a part of the refusal.

    `size` is (width, height) upright; `pixel` the color expected in the top left quarter, within `tolerance`.
    """

    name: str
    data: bytes
    error: str | None = None
    size: tuple[int, int] | None = None
    pixel: tuple[int, int, int] | None = None
    tolerance: int = 12
    notice: str | None = None


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """A picture whose quarters are red, green, blue and yellow: tells how it was turned."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (200, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 180, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 200)
    pixels[height // 2 :, width // 2 :] = (200, 200, 30)
    return Image.fromarray(pixels)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a picture in a format."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


RED = (200, 30, 30)


def tiff(values: np.ndarray, sample_format: int) -> bytes:
    """An uncompressed TIFF of (H, W, samples), in the byte order of its numbers."""
    height, width, samples = values.shape
    order, bits = ("<" if values.dtype.str[0] == "<" else ">"), values.dtype.itemsize * 8
    pixels, where = values.tobytes(), 8
    spots = where + len(pixels)
    extra = struct.pack(order + "HHHHHH", bits, bits, bits, sample_format, sample_format, sample_format)
    many = samples > 2
    tags = [
        (256, 4, 1, width), (257, 4, 1, height),
        (258, 3, samples, spots if many else (bits, bits)), (259, 3, 1, (1, 0)), (262, 3, 1, (1, 0)),
        (273, 4, 1, where), (277, 3, 1, (samples, 0)), (278, 4, 1, height), (279, 4, 1, len(pixels)),
        (339, 3, samples, spots + 6 if many else (sample_format, sample_format)),
    ]  # fmt: skip
    directory = struct.pack(order + "H", len(tags))
    for tag, kind, count, value in tags:
        packed = struct.pack(order + "HH", *value) if isinstance(value, tuple) else struct.pack(order + "I", value)
        directory += struct.pack(order + "HHI", tag, kind, count) + packed
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", spots + len(extra))
    return head + pixels + extra + directory + bytes(4)


def swapped_profile() -> bytes:
    """sRGB's own profile with the places of its primaries exchanged: red's numbers are shown as green."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    entries = {bytes(data[132 + 12 * n : 136 + 12 * n]): 136 + 12 * n for n in range(count)}
    red, green, blue = (bytes(data[entries[name] : entries[name] + 8]) for name in (b"rXYZ", b"gXYZ", b"bXYZ"))
    for name, place in ((b"rXYZ", green), (b"gXYZ", blue), (b"bXYZ", red)):
        data[entries[name] : entries[name] + 8] = place
    return bytes(data)


def png_header(width: int, height: int, depth: int = 8, data: bytes = zlib.compress(bytes(1000))) -> bytes:
    """A PNG whose header claims a size, with a little data (or the right data)."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    pixels = b"IDAT" + data
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(body) for body in (header, pixels, b"IEND"))


def chunk(body: bytes) -> bytes:
    """A PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def insert_chunk(png: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return png[:33] + chunk(body) + png[33:]


def bmp_header(width: int, height: int) -> bytes:
    """A BMP that claims a size."""
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(99)


def gif_header(width: int, height: int) -> bytes:
    """A GIF that claims a screen."""
    image = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0;"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + image


def wrong_crc(png: bytes) -> bytes:
    """A PNG whose header's checksum is wrong."""
    return png[:29] + bytes([png[29] ^ 1]) + png[30:]
