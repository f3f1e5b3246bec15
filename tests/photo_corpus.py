"""Good and bad picture files, all made here, each with what `read_photo` must do with it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

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


def swapped_profile() -> bytes:
    """sRGB's own profile with the places of its primaries exchanged: red's numbers are shown as green."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    entries = {bytes(data[132 + 12 * n : 136 + 12 * n]): 136 + 12 * n for n in range(count)}
    red, green, blue = (bytes(data[entries[name] : entries[name] + 8]) for name in (b"rXYZ", b"gXYZ", b"bXYZ"))
    for name, place in ((b"rXYZ", green), (b"gXYZ", blue), (b"bXYZ", red)):
        data[entries[name] : entries[name] + 8] = place
    return bytes(data)


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
        yield Case(name, data, error="not a picture|damaged")
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
            yield Case(f"{kind} cut at {share} %", data[: len(data) * share // 100], error="damaged|not a picture")
    jpeg = encode(noise, "JPEG")
    yield Case("JPEG without its last 2 bytes", jpeg[:-2], error="damaged")
    yield Case("PNG with a wrong checksum", wrong_crc(encode(noise, "PNG")), error="damaged|not a picture")
    yield Case("PNG of width 0", png_header(0, 10), error="damaged|not a picture|at least")


def wrong_crc(png: bytes) -> bytes:
    """A PNG whose header's checksum is wrong."""
    return png[:29] + bytes([png[29] ^ 1]) + png[30:]


_KINDS: tuple[Callable[[], Iterator[Case]], ...] = (
    good_formats,
    good_modes,
    deep_greys,
    values_that_are_no_colors,
    broken_side_information,
    profiles,
    orientations,
    odd_metadata,
    animations,
    shapes,
    bombs,
    not_pictures,
    truncated,
)


def corpus() -> list[Case]:
    """All files; more than 120."""
    return [case for kind in _KINDS for case in kind()]


def mutants(count: int, seed: int = 0) -> Iterator[bytes]:
    """Damaged copies of good files: bytes changed, cut, or inserted."""
    rng = np.random.default_rng(seed)
    exif = Image.Exif()
    exif[0x0112] = 6
    seeds = [encode(quarters(32, 24), kind) for kind in FORMATS]
    seeds += [encode(quarters(32, 24), kind, exif=exif.tobytes()) for kind in ("JPEG", "PNG", "WEBP")]
    seeds += [encode(quarters(32, 24).convert("P"), "GIF"), encode(quarters(32, 24).convert("CMYK"), "TIFF")]
    for number in range(count):
        data = bytearray(seeds[number % len(seeds)])
        way = rng.integers(3)
        if way == 0:
            for place in rng.integers(0, len(data), rng.integers(1, 12)):
                data[place] = rng.integers(256)
        elif way == 1:
            del data[rng.integers(1, len(data)) :]
        else:
            place = int(rng.integers(len(data)))
            data[place:place] = rng.bytes(int(rng.integers(1, 40)))
        yield bytes(data)
