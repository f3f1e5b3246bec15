"""Decode a stranger's picture within a budget; upright, RGB, reduced. The limits follow measurements.

Pillow by itself accepts 40 formats, spends 1.7 GB on an 88-megapixel WebP without a warning, turns 16-bit gray white,
and lets ten kinds of exception escape from damaged files.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from explainer.photos.budget import MAX_DECODED, check_budget
from explainer.photos.flattening import flatten
from explainer.photos.mending import mended
from explainer.photos.problems import DAMAGED, EMPTY, PhotoError
from explainer.photos.quieting import quiet_libtiff
from explainer.photos.science import read_scientific
from explainer.photos.sniffing import is_heic, refusal, what_it_is

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
"""Decoders that may run on a stranger's file (JPEG includes the phones' MPO)."""
MAX_BYTES = 20 * 1024 * 1024
DEFAULT_LONG_SIDE = 1024

warnings.filterwarnings("ignore", module=r"PIL\.")
quiet_libtiff()
# Pillow's warnings quote the file (tags, sizes), and nothing of an upload belongs in a server's log.


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
    max_decoded: int = MAX_DECODED,
) -> Photo:
    """Decode an uploaded picture.

    Args:
        data: the file's bytes; its name and claimed type are of no interest.
        long_side: reduce the picture so that its longer side has at most this many pixels; None keeps its own size.
        max_bytes: refuse longer files.
        max_decoded: refuse pictures whose decoder would hold more bytes, judged from the header.

    Raises:
        PhotoError: for whatever is wrong, with one sentence.
    """
    if not data:
        raise PhotoError(EMPTY)
    check_length(len(data), max_bytes)
    try:
        if (sentence := refusal(data)) is not None:
            raise PhotoError(sentence)
        return _first_that_reads(mended(data), long_side, max_decoded)
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(too_many_pixels(str(error))) from error
    except UnidentifiedImageError as error:
        raise PhotoError(what_it_is(data)) from error
    except (Exception, MemoryError) as error:
        raise PhotoError(DAMAGED) from error


def too_many_pixels(refused: str) -> str:
    """Pillow's refusal in our words; it names the picture's pixels, then the most that it opens.

    >>> too_many_pixels("Image size (199756800 pixels) exceeds limit of 178956970 pixels, could be ...")
    'This picture has 200 megapixels; at most 179 are accepted. Please send a smaller one.'
    """
    pixels, most = (float(one) / 1e6 for one in re.findall(r"\d+", refused)[:2])
    return f"This picture has {pixels:.0f} megapixels; at most {most:.0f} are accepted. Please send a smaller one."


def check_length(length: int, max_bytes: int = MAX_BYTES) -> None:
    """Refuse a file of so many bytes; whoever knows its length asks before all of it is in memory.

    Raises:
        PhotoError: it is longer than `max_bytes`.
    """
    if length > max_bytes:
        raise PhotoError(f"This file has {length / 2**20:.0f} MB; at most {max_bytes / 2**20:.0f} MB are accepted.")


def _first_that_reads(versions: list[bytes], long_side: int | None, most: int) -> Photo:
    """The first version of the file that can be decoded; the last one's error if none can."""
    for data in versions[:-1]:
        try:
            return _decode(data, long_side, most)
        except PhotoError:
            raise
        except (Exception, MemoryError):  # the next version leaves more out
            continue
    try:
        return _decode(versions[-1], long_side, most)
    except UnidentifiedImageError:
        values = read_scientific(versions[-1], most)
        if values is None:
            raise
        gray, said = values
        return _photo(*flatten(Image.fromarray(gray), long_side), gray.shape[::-1], 1, said)


def _decode(data: bytes, long_side: int | None, most: int) -> Photo:
    formats = (*FORMATS, "HEIF") if is_heic(data) and _enable_heif() else FORMATS
    with Image.open(io.BytesIO(data), formats=formats) as image:
        check_budget(image, data, most, reducible=long_side is not None)
        own_size, notices = image.size, _notices(image)
        if long_side is not None:
            image.draft(None, (long_side, long_side))
        image.load()
        orientation = _orientation(image)
        flat, said = flatten(image, long_side)
    return _photo(flat, said, own_size, orientation, notices)


def _photo(
    flat: Image.Image, said: tuple[str, ...], size: tuple[int, ...], orientation: int, notices: tuple[str, ...]
) -> Photo:
    """The record: turned upright, read-only."""
    rgb = np.array(_upright(flat, orientation))
    rgb.setflags(write=False)
    width, height = size[::-1] if orientation >= 5 else size
    return Photo(rgb, width, height, (*notices, *said))


def _enable_heif() -> bool:
    """Register pillow-heif's decoder if that optional package is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True


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
