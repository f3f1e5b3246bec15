"""What is said of a picture that is refused."""

from __future__ import annotations


class PhotoError(ValueError):
    """The picture is refused; the message is one sentence for the person who sent it."""


EMPTY = "This file is empty."
NOT_A_PICTURE = (
    "This is not a picture in a format that can be read here; send a JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF."
)
DAMAGED = "This picture is incomplete or damaged; please send it again."
