"""Bytes in, upright pixels out, and back: the one place that decodes pictures from strangers.

`read_photo` has two outcomes: a `Photo`, or a `PhotoError` with one sentence for the person who sent the file.
Everything this module hands on is rebuilt from pixels, so no metadata (GPS, names, comments) survives. It imports
neither torch nor Streamlit.

The limits follow measurements: Pillow by itself accepts 40 formats, spends 1.7 GB on an 88-megapixel WebP without a
warning, turns 16-bit grey white, and lets ten kinds of exception escape from damaged files.
"""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
"""Decoders that may run on a stranger's file (JPEG includes the phones' MPO)."""
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_JPEG_PIXELS = 178_000_000
"""JPEGs are decoded at reduced scale, so more pixels are affordable."""
MIN_SIDE = 16
MAX_RATIO = 20
DEFAULT_LONG_SIDE = 1024

warnings.filterwarnings("ignore", module=r"PIL\.")
# Pillow's warnings quote the file (tags, sizes), and nothing of an upload belongs in a server's log.

_EMPTY = "This file is empty."
_NOT_A_PICTURE = (
    "This is not a picture in a format that can be read here; send a JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF."
)
_DAMAGED = "This picture is incomplete or damaged; please send it again."
_HEIC = (
    "This is an iPhone HEIC picture, which cannot be read here; choose 'Most Compatible' in the camera's settings "
    "or send it as a JPEG."
)


class PhotoError(ValueError):
    """The picture is refused; the message is one sentence for the person who sent it."""


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes:
        rgb: (H, W, 3) uint8, upright, reduced so that no side exceeds the asked limit. Read-only.
        width, height: the photo's own upright size in pixels, before any reduction.
        notices: sentences worth telling the visitor (only the first frame is used, ...).
    """

    rgb: NDArray[np.uint8]
    width: int
    height: int
    notices: tuple[str, ...] = ()


def read_photo(
    data: bytes,
    *,
    long_side: int | None = DEFAULT_LONG_SIDE,
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
) -> Photo:
    """Decode an uploaded picture.

    Args:
        data: the file's bytes; its name and claimed type are of no interest.
        long_side: reduce the picture so that its longer side has at most this many pixels; None keeps its own size.
        max_bytes: refuse longer files.
        max_pixels: refuse pictures of more pixels, judged from the header (JPEGs: 178 million if `long_side` is set).

    Raises:
        PhotoError: for whatever is wrong, with one sentence.
    """
    if not data:
        raise PhotoError(_EMPTY)
    if len(data) > max_bytes:
        raise PhotoError(f"This file has {len(data) / 2**20:.0f} MB; at most {max_bytes / 2**20:.0f} MB are accepted.")
    try:
        return _decode(data, long_side, max_pixels)
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError("This picture has too many pixels; please send a smaller one.") from error
    except UnidentifiedImageError as error:
        raise PhotoError(_HEIC if is_heic(data) else _NOT_A_PICTURE) from error
    except (Exception, MemoryError) as error:
        raise PhotoError(_DAMAGED) from error


def is_heic(data: bytes) -> bool:
    """Whether the bytes begin like an HEIC/HEIF file (an ISO media file of such a brand)."""
    return data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


def _decode(data: bytes, long_side: int | None, max_pixels: int) -> Photo:
    formats = (*FORMATS, "HEIF") if is_heic(data) and _enable_heif() else FORMATS
    with Image.open(io.BytesIO(data), formats=formats) as image:
        _check_size(image, max_pixels, reducible=long_side is not None)
        own_size = image.size
        notices = _notices(image)
        if long_side is not None:
            image.draft(None, (long_side, long_side))
        image.load()
        orientation = _orientation(image)
        flat = _to_rgb(image)
    if long_side is not None:
        flat.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=None)
    flat = _upright(flat, orientation)
    rgb = np.array(flat)
    rgb.setflags(write=False)
    width, height = own_size[::-1] if orientation >= 5 else own_size
    return Photo(rgb, width, height, notices)


def _enable_heif() -> bool:
    """Register pillow-heif's decoder if that optional package is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True


def _check_size(image: Image.Image, max_pixels: int, *, reducible: bool) -> None:
    """Judge the size from the header, before a pixel is decoded."""
    width, height = image.size
    allowed = MAX_JPEG_PIXELS if reducible and image.format in ("JPEG", "MPO") else max_pixels
    if width * height > allowed:
        raise PhotoError(
            f"This picture has {width * height / 1e6:.0f} megapixels; at most {allowed / 1e6:.0f} are accepted."
        )
    if min(width, height) < MIN_SIDE:
        raise PhotoError(f"This picture is {width} x {height} pixels; each side needs at least {MIN_SIDE}.")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PhotoError(
            f"This picture is {width} x {height} pixels; the longer side may be at most {MAX_RATIO} times the shorter."
        )


def _notices(image: Image.Image) -> tuple[str, ...]:
    """What to tell about a picture before its pixels are read. A portrait JPEG's second picture is no animation."""
    if image.format != "MPO" and getattr(image, "is_animated", False):
        return ("This picture has several frames; only the first is used.",)
    return ()


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1..8; 1 when it is absent, out of range or unreadable."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # damaged EXIF raises almost anything, and must not cost the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to RGB: deep greys scaled instead of clipped, transparency laid on white."""
    if image.mode.startswith("I") or image.mode == "F":
        return _deep_grey(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _deep_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float grey to 8 bits: by the format's range where it is plain, else by the values' own."""
    deep = np.asarray(image)
    flat = np.empty(deep.shape, np.uint8)
    strips = [slice(top, top + 256) for top in range(0, deep.shape[0], 256)]
    low = min(float(_finite(deep[strip]).min()) for strip in strips)
    high = max(float(_finite(deep[strip]).max()) for strip in strips)
    zero, top = _value_range(low, high, image.mode == "F")
    for strip in strips:
        flat[strip] = ((_finite(deep[strip]) - zero) * (255 / (top - zero))).round().clip(0, 255)
    return Image.fromarray(flat).convert("RGB")


def _finite(values: NDArray[np.generic]) -> NDArray[np.float32]:
    return np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _value_range(low: float, high: float, is_float: bool) -> tuple[float, float]:
    """Which values become black and white."""
    if low >= 0 and is_float and high <= 255:
        return 0.0, 1.0 if high <= 1 else 255.0
    if low >= 0 and high <= 65535:
        return 0.0, 65535.0
    return low, high if high > low else low + 1


def to_png_bytes(rgb: NDArray[np.uint8]) -> bytes:
    """Encode (H, W, 3) or (H, W) uint8 pixels as a PNG without metadata."""
    return _encode(rgb, "PNG")


def to_jpeg_bytes(rgb: NDArray[np.uint8], quality: int = 88) -> bytes:
    """Encode (H, W, 3) uint8 pixels as a JPEG without metadata."""
    return _encode(rgb, "JPEG", quality=quality)


def to_data_uri(rgb: NDArray[np.uint8], *, jpeg: bool = False) -> str:
    """The pixels as a `data:` address, which travels with the page and is served under no URL of its own."""
    kind, data = ("jpeg", to_jpeg_bytes(rgb)) if jpeg else ("png", to_png_bytes(rgb))
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _encode(rgb: NDArray[np.uint8], kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(file, kind, **options)
    return file.getvalue()
