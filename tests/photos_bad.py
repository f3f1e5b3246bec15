"""Files that must be refused, or whose shape decides: bombs, other formats, cut ones."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from tests.photo_files import (
    RED,
    Case,
    bmp_header,
    encode,
    gif_header,
    insert_chunk,
    png_header,
    quarters,
    wrong_crc,
)


def shapes() -> Iterator[Case]:
    """Sides at the limits, and beyond."""
    for width, height in ((16, 16), (16, 320), (320, 16), (17, 33), (2000, 100), (1200, 900)):
        yield Case(f"{width} x {height}", encode(Image.new("RGB", (width, height)), "PNG"), size=(width, height))
    for width, height in ((1, 1), (15, 300), (300, 15), (1, 4000)):
        yield Case(f"{width} x {height}", encode(Image.new("RGB", (width, height)), "PNG"), error="at least 16")
    for width, height in ((16, 321), (4000, 100), (20000, 16), (16, 20000)):
        yield Case(f"{width} x {height}", encode(Image.new("L", (width, height)), "PNG"), error="20 times")


def bombs() -> Iterator[Case]:
    """Few bytes that claim many pixels."""
    for width, height in ((8000, 8000), (65535, 65535), (2**31 - 1, 2**31 - 1), (100_000, 100_000)):
        yield Case(f"PNG that claims {width} x {height}", png_header(width, height), error="pixels|damaged|picture")
    yield Case("BMP that claims 60,000 x 60,000", bmp_header(60_000, 60_000), error="pixels")
    yield Case("GIF screen of 65,535 x 65,535", gif_header(65_535, 65_535), error="pixels")
    yield Case("81 megapixels in one bit", encode(Image.new("1", (9000, 9000)), "PNG"), error="megapixels")
    packed = zlib.compress(bytes(20_000_000), 9)
    text = b"zTXt" + b"comment\0\0" + packed
    yield Case("PNG text bomb", insert_chunk(encode(quarters(), "PNG"), text), size=(64, 48), pixel=RED)
    profile = b"iCCP" + b"name\0\0" + zlib.compress(bytes(100_000_000), 9)
    yield Case("PNG profile bomb", insert_chunk(encode(quarters(), "PNG"), profile), size=(64, 48), pixel=RED)


def not_pictures() -> Iterator[Case]:
    """Other files under a picture's name, and pictures in formats that are not allowed."""
    yield Case("nothing", b"", error="empty")
    for name, data in {
        "one byte": b"\xff",
        "random bytes": np.random.default_rng(5).bytes(5000),
        "text": b"hello" * 100,
        "HTML": b"<!doctype html><script>alert(1)</script>",
        "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "XML bomb": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>',
        "PDF": b"%PDF-1.7\n%%EOF",
        "ZIP": b"PK\3\4" + bytes(200),
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\nshowpage\n",
        "ELF": b"\x7fELF" + bytes(100),
        "JPEG's magic only": b"\xff\xd8\xff",
        "PNG's magic only": b"\x89PNG\r\n\x1a\n",
        "GIF's magic only": b"GIF89a",
        "script in a GIF's clothes": b"GIF89a/*" + bytes(2) + b"*/=1;alert(1)",
        "HDR": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 32 +X 32\n" + bytes(999),
        "EXR": b"v/1\x01" + bytes(100),
    }.items():
        yield Case(name, data, error="damaged" if "magic" in name else "not a picture|damaged")
    raws = {
        "Canon raw": b"II*\0\x10\0\0\0CR\2\0" + bytes(99),
        "Fuji raw": b"FUJIFILMCCD-RAW " + bytes(99),
        "Canon raw, new": b"\0\0\0\x18ftypcrx " + bytes(99),
    }
    for name, data in raws.items():
        yield Case(name, data, error="camera raw")
    yield Case("JPEG XL", b"\xff\x0a" + bytes(99), error="JPEG XL")
    twelve = encode(quarters(), "JPEG").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c")
    yield Case("12-bit JPEG", twelve, error="12 bits")
    for kind in ("PPM", "ICO", "JPEG2000", "TGA", "PCX", "DDS", "SGI"):
        yield Case(f"{kind}, not allowed", encode(quarters(), kind), error="not a picture")
    for brand in (b"heic", b"heix", b"mif1"):
        data = b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(200)
        yield Case(f"HEIC {brand.decode()}", data, error="HEIC|damaged")


def truncated() -> Iterator[Case]:
    """Files that end too early."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 96, 3), dtype=np.uint8))
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"):
        data = encode(noise, kind)
        for share in (5, 50, 95):
            yield Case(f"{kind} cut at {share} %", data[: len(data) * share // 100], error="damaged")
    jpeg = encode(noise, "JPEG")
    yield Case("JPEG without its last 2 bytes", jpeg[:-2], error="damaged")
    yield Case("PNG with a wrong checksum", wrong_crc(encode(noise, "PNG")), error="damaged|not a picture")
    yield Case("PNG of width 0", png_header(0, 10), error="damaged|not a picture|at least")
