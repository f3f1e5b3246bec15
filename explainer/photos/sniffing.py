"""What a file is, from its first bytes: formats that are refused are refused by name."""

from __future__ import annotations

import re
import struct

from explainer.photos.problems import DAMAGED, NOT_A_PICTURE

_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_HEIC = (
    "This is an iPhone HEIC picture, which cannot be read here; choose 'Most Compatible' in the camera's settings "
    "or send it as a JPEG."
)
_RAW = (
    "This is a camera raw file, which cannot be read here (it holds the sensor's values and only a small preview); "
    "develop it and send a JPEG."
)
#: How a file begins -> what it is. Only formats that people take for pictures and that are not read here.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (rb"\x00\x00\x00\x0cJXL |\xff\x0a", "a JPEG XL picture"),
    (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (rb"#\?RADIANCE|#\?RGBE", "an HDR picture (Radiance)"),
    (rb"v/1\x01", "an HDR picture (OpenEXR)"),
    (rb"8BPS", "a Photoshop file"),
    (rb"%PDF", "a PDF"),
    (rb"%!PS", "a PostScript file"),
    (rb"\s*(<\?xml.{0,200})?<svg", "an SVG drawing"),
    (rb"P[1-7fF]\s", "a netpbm picture (PPM, PGM)"),
    (rb"SIMPLE  =", "a FITS file"),
    (rb".{128}DICM", "a DICOM file"),
)
#: Formats that are read here: what begins like one and is not known as one was cut off early.
_READ_HERE = rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF.{4}WEBP|GIF8[79]a|.{4}ftypavi[fs]"
_RAW_BEGINNINGS = rb"II\*\x00.{4}CR|FUJIFILMCCD-RAW|IIRO|IIRS|MMOR|IIU\x00|.{4}ftypcrx "
#: TIFF tags: DNGVersion; SubIFDs; Compression; NewSubfileType.
_DNG, _SUB_IFDS, _COMPRESSION, _SUBFILE = 50706, 330, 259, 254
_JPEG2000_IN_TIFF = {33003, 33004, 33005, 34712}


def is_heic(data: bytes) -> bool:
    """Whether the bytes begin like an HEIC/HEIF file (an ISO media file of such a brand)."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


def refusal(data: bytes) -> str | None:
    """A sentence for a file that must not be decoded although a decoder might take it: a raw file's preview."""
    tags = tiff_tags(data)
    reduced = bool(tags.get(_SUBFILE, 0) & 1) and _SUB_IFDS in tags
    if re.match(_RAW_BEGINNINGS, data[:64], re.DOTALL) or _DNG in tags or reduced:
        return _RAW
    if tags.get(_COMPRESSION) in _JPEG2000_IN_TIFF:
        return "This TIFF holds JPEG 2000 data, which cannot be read here; send a JPEG or PNG."
    return None


def what_it_is(data: bytes) -> str:
    """A sentence for a file that no decoder here takes."""
    if is_heic(data):
        return _HEIC
    for beginning, name in _BEGINNINGS:
        if re.match(beginning, data[:512], re.DOTALL):
            return f"This is {name}, not a picture in a format that can be read here; send a JPEG or PNG."
    if data[:2] == b"\xff\xd8" and (precision := jpeg_precision(data)) not in (None, 8):
        return f"This is a JPEG with {precision} bits a channel, which cannot be read here; send one with 8 bits."
    if re.match(_READ_HERE, data[:16], re.DOTALL):
        return DAMAGED
    if tiff_tags(data):
        return "This TIFF stores its values in a way that cannot be read here; send it with 8 or 16 bits, or as a PNG."
    return NOT_A_PICTURE


def jpeg_precision(data: bytes) -> int | None:
    """Bits a channel from a JPEG's frame header, None if there is none."""
    frame = re.search(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]..(.)", data, re.DOTALL)
    return frame[1][0] if frame else None


def tiff_tags(data: bytes) -> dict[int, int]:
    """The tags of a TIFF's first directory with their values or offsets; empty for what is no (classic) TIFF."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return {}
    start = int(struct.unpack_from(order + "I", data, 4)[0])
    if start + 2 > len(data):
        return {}
    count = struct.unpack_from(order + "H", data, start)[0]
    tags = {}
    for at in range(start + 2, min(start + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, at)
        form = "H" if kind == 3 and number == 1 else "I"
        tags[tag] = int(struct.unpack_from(order + form, data, at + 8)[0])
    return tags
