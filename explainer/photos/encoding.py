"""Pixels out: files and `data:` addresses that carry nothing but pixels."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


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
