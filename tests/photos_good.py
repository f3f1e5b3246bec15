"""Files that must be read: formats, modes, depths, profiles, orientations, metadata."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, PngImagePlugin

from tests.photo_files import (
    FORMATS,
    RED,
    Case,
    encode,
    insert_chunk,
    png_header,
    quarters,
    swapped_profile,
    tiff,
)


def good_formats() -> Iterator[Case]:
    """Every allowed format, with names that say nothing."""
    for kind in FORMATS:
        yield Case(f"plain {kind}", encode(quarters(), kind), size=(64, 48), pixel=RED, tolerance=40)
    yield Case("progressive JPEG", encode(quarters(), "JPEG", progressive=True), size=(64, 48), pixel=RED, tolerance=40)
    yield Case("lossless WebP", encode(quarters(), "WEBP", lossless=True), size=(64, 48), pixel=RED)
    yield Case("TIFF with LZW", encode(quarters(), "TIFF", compression="tiff_lzw"), size=(64, 48), pixel=RED)
    yield Case("MPO", encode(quarters(), "MPO", save_all=True, append_images=[quarters()]), size=(64, 48))


def good_modes() -> Iterator[Case]:
    """Modes other than RGB."""
    grey = quarters().convert("L")
    yield Case("grey PNG", encode(grey, "PNG"), pixel=(81, 81, 81))
    yield Case("grey JPEG", encode(grey, "JPEG"), pixel=(81, 81, 81))
    yield Case("one bit PNG", encode(Image.new("1", (40, 40), 1), "PNG"), pixel=(255, 255, 255))
    yield Case("one bit TIFF", encode(Image.new("1", (40, 40), 0), "TIFF"), pixel=(0, 0, 0))
    yield Case("CMYK JPEG", encode(quarters().convert("CMYK"), "JPEG"), pixel=RED, tolerance=40)
    yield Case("CMYK TIFF", encode(quarters().convert("CMYK"), "TIFF"), pixel=RED)
    yield Case("palette PNG", encode(quarters().convert("P"), "PNG"), pixel=RED, tolerance=60)
    yield Case("palette BMP", encode(quarters().convert("P"), "BMP"), pixel=RED, tolerance=60)
    yield Case("YCbCr TIFF", encode(quarters().convert("YCbCr"), "TIFF"), pixel=RED)
    yield Case("LAB TIFF", encode(Image.new("LAB", (32, 32), (255, 128, 128)), "TIFF"), pixel=(255, 255, 255))
    yield Case("LA, clear", encode(Image.new("LA", (32, 32), (0, 0)), "PNG"), pixel=(255, 255, 255))
    for kind in ("PNG", "WEBP", "TIFF", "AVIF"):
        clear = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
        options = {"lossless": True} if kind == "WEBP" else {}
        yield Case(f"clear red {kind}", encode(clear, kind, **options), pixel=(255, 255, 255))
    half = Image.new("RGBA", (32, 32), (0, 0, 0, 128))
    yield Case("half clear black", encode(half, "PNG"), pixel=(127, 127, 127))
    palette = quarters().quantize(8, dither=Image.Dither.NONE)
    clear = palette.getpixel((1, 1))
    for kind in ("PNG", "GIF"):
        yield Case(f"{kind} with a clear color", encode(palette, kind, transparency=clear), pixel=(255, 255, 255))


def deep_greys() -> Iterator[Case]:
    """16-bit, 32-bit and float: scaled, not clipped."""
    middle = np.full((32, 32), 32640, np.uint16)
    yield Case("16-bit grey PNG", encode(Image.fromarray(middle), "PNG"), pixel=(127, 127, 127), tolerance=1)
    yield Case("16-bit grey TIFF", encode(Image.fromarray(middle), "TIFF"), pixel=(127, 127, 127), tolerance=1)
    rows = (b"\0" + struct.pack(">HHH", 32640, 0, 65535) * 32) * 32
    yield Case("16-bit RGB PNG", png_header(32, 32, 16, zlib.compress(rows)), pixel=(127, 0, 255), tolerance=1)
    wide = np.full((32, 32), 32640, np.int32)
    yield Case("32-bit grey TIFF", encode(Image.fromarray(wide), "TIFF"), pixel=(127, 127, 127), tolerance=1)
    unit = np.full((32, 32), 0.5, np.float32)
    yield Case("float TIFF in 0..1", encode(Image.fromarray(unit), "TIFF"), pixel=(128, 128, 128), tolerance=1)
    bytes_ = np.full((32, 32), 100, np.float32)
    yield Case("float TIFF in 0..255", encode(Image.fromarray(bytes_), "TIFF"), pixel=(100, 100, 100), tolerance=1)
    full = np.full((32, 32), 51, np.float32)
    full[31, 31] = 255
    yield Case("float TIFF up to 255", encode(Image.fromarray(full), "TIFF"), pixel=(51, 51, 51), tolerance=1)
    broken = unit.copy()
    broken[20:, 20:] = np.nan
    gone = encode(Image.fromarray(broken), "TIFF")
    yield Case("float TIFF with NaN", gone, pixel=(128, 128, 128), tolerance=1, notice="without data")
    empty = np.full((32, 32), np.nan, np.float32)
    yield Case("float TIFF, all NaN", encode(Image.fromarray(empty), "TIFF"), notice="no finite")
    level = np.full((32, 32), 1e9, np.float32)
    yield Case("float TIFF, one huge level", encode(Image.fromarray(level), "TIFF"), size=(32, 32), notice="1e+09")
    signed = np.linspace(-5, 5, 1024, dtype=np.float32).reshape(32, 32)
    yield Case("float TIFF below zero", encode(Image.fromarray(signed), "TIFF"), size=(32, 32), notice="-4.95")


def values_that_are_no_colors() -> Iterator[Case]:
    """Judged by the data: bits in a larger container, depths, marks for missing values, half and double precision."""
    for bits, container in ((8, np.uint16), (10, np.uint16), (12, np.uint16), (8, np.int32), (12, np.int32)):
        ramp = np.full((32, 32), 2 ** (bits - 1), container)
        ramp[31, 31] = 2**bits - 1
        data = encode(Image.fromarray(ramp), "TIFF")
        name = f"{bits} bits in {np.dtype(container).itemsize * 8}"
        yield Case(name, data, pixel=(128, 128, 128), tolerance=1, notice=f"{bits} bits")
    depth = np.linspace(400, 5000, 1024).reshape(32, 32).astype(np.uint16)
    yield Case("depth in millimeters", encode(Image.fromarray(depth), "PNG"), pixel=(60, 60, 60), notice="422")
    for mark in (-9999.0, -3.4028235e38, np.nan):
        heights = np.linspace(100, 3000, 1024, dtype=np.float32).reshape(32, 32)
        heights[20:, 20:] = mark
        yield Case(f"elevations, {mark} missing", encode(Image.fromarray(heights), "TIFF"), notice="112")
    for kind in ("<f2", ">f2", "<f8", ">f8"):
        data = tiff(np.full((32, 48, 1), 0.5, kind), 3)
        yield Case(f"TIFF of {kind}", data, size=(48, 32), pixel=(128, 128, 128), tolerance=1)
    for order in "<>":
        half = np.zeros((32, 48, 2), order + "u2")
        half[..., 1] = 32768
        yield Case(f"16-bit grey with alpha {order}", tiff(half, 1), pixel=(127, 127, 127), notice="8 bits")
    yield Case("TIFF of three float bands", tiff(np.zeros((32, 32, 3), "<f4"), 3), error="3 bands of floating-point")
    png = encode(Image.fromarray(np.full((32, 32), 32640, np.uint16)), "PNG")
    yield Case(
        "16-bit grey PNG, its grey clear", insert_chunk(png, b"tRNS" + struct.pack(">H", 32640)), pixel=(255,) * 3
    )


def broken_side_information() -> Iterator[Case]:
    """Browsers show these PNGs: what is wrong concerns nothing that is seen."""
    png = encode(quarters(), "PNG")
    for name, body in {
        "short pHYs": b"pHYs" + bytes(4),
        "odd gAMA": b"gAMA" + bytes(3),
        "empty iCCP": b"iCCP",
        "long sRGB": b"sRGB" + bytes(40),
        "odd tIME": b"tIME" + bytes(2),
        "odd cHRM": b"cHRM" + bytes(5),
        "no chunk anybody knows": b"qqQq" + bytes(5),
    }.items():
        yield Case(f"PNG, {name}", insert_chunk(png, body), size=(64, 48), pixel=RED)
        wrong = insert_chunk(png, body)
        at = 33 + 8 + len(body) - 4
        wrong = wrong[:at] + bytes(byte ^ 255 for byte in wrong[at : at + 4]) + wrong[at + 4 :]
        yield Case(f"PNG, {name}, wrong checksum", wrong, size=(64, 48), pixel=RED)


def profiles() -> Iterator[Case]:
    """Colors are brought to sRGB."""
    swapped = swapped_profile()
    for kind in ("PNG", "TIFF"):
        data = encode(quarters(), kind, icc_profile=swapped)
        yield Case(f"{kind}, channels swapped by its profile", data, pixel=(30, 200, 30), tolerance=20)
    clear = Image.new("RGBA", (32, 32), (200, 30, 30, 255))
    yield Case("RGBA with a profile", encode(clear, "PNG", icc_profile=swapped), pixel=(30, 200, 30), tolerance=20)


def orientations() -> Iterator[Case]:
    """The eight EXIF orientations: whatever the stored pixels, the upright picture is the quarters; and bad tags."""
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        for value, turn in undo.items():
            stored = quarters() if turn is None else quarters().transpose(Image.Transpose(turn))
            exif = Image.Exif()
            exif[0x0112] = value
            data = encode(stored, kind, exif=exif.tobytes())
            yield Case(f"orientation {value} in {kind}", data, size=(64, 48), pixel=RED, tolerance=40)
    for value in (0, 9, 65535):
        exif = Image.Exif()
        exif[0x0112] = value
        yield Case(f"orientation {value}", encode(quarters(), "PNG", exif=exif.tobytes()), size=(64, 48), pixel=RED)


def odd_metadata() -> Iterator[Case]:
    """Metadata that is damaged, huge or strange never costs the picture."""
    for kind in ("JPEG", "PNG", "WEBP"):
        for size in (8, 3000):
            noise = b"Exif\0\0" + np.random.default_rng(size).bytes(size)
            data = encode(quarters(), kind, exif=noise)
            yield Case(f"{size} bytes of noise as EXIF in {kind}", data, size=(64, 48), pixel=RED, tolerance=40)
        icc = encode(quarters(), kind, icc_profile=b"\1" * 500)
        yield Case(f"broken ICC in {kind}", icc, size=(64, 48), pixel=RED, tolerance=40)
    info = PngImagePlugin.PngInfo()
    for number in range(2000):
        info.add_text(f"key {number}", "value")
    yield Case("PNG with 2,000 texts", encode(quarters(), "PNG", pnginfo=info), size=(64, 48), pixel=RED)
    jpeg = encode(quarters(), "JPEG")
    yield Case("JPEG with a page behind it", jpeg + b"<html><script>alert(1)</script>", size=(64, 48))
    yield Case("JPEG with a script as comment", encode(quarters(), "JPEG", comment=b"<script>"), size=(64, 48))
    yield Case("PNG with a ZIP behind it", encode(quarters(), "PNG") + b"PK\3\4" + bytes(99), size=(64, 48), pixel=RED)


def animations() -> Iterator[Case]:
    """The first frame counts, and is said to."""
    later = [Image.new("RGB", (64, 48), (0, 0, level)) for level in range(0, 250, 50)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF", "TIFF"):
        data = encode(quarters(), kind, save_all=True, append_images=later)
        yield Case(f"animated {kind}", data, size=(64, 48), pixel=RED, tolerance=40, notice="first")
    many = [Image.new("L", (16, 16), level % 251) for level in range(1000)]
    data = encode(many[0], "GIF", save_all=True, append_images=many[1:])
    yield Case("GIF of 1,000 frames", data, size=(16, 16), notice="first")
