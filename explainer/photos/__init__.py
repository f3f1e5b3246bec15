"""Bytes in, upright pixels out, and back: the one place that decodes pictures from strangers.

`read_photo` has two outcomes: a `Photo`, or a `PhotoError` with one sentence for the person who sent the file.
Everything that is handed on is rebuilt from pixels, so no metadata (GPS, names, comments) survives. This room imports
neither torch nor Streamlit.

`sniffing` names what a file is, `budget` says what it would cost before a pixel is decoded, `mending` takes broken
side information out of PNGs, `deep` turns scientific values into 8 bits, `flattening` does color and transparency.
"""

from explainer.photos.budget import MAX_DECODED, MAX_JPEG_PIXELS, MAX_RATIO, MAX_SCANS, MIN_SIDE
from explainer.photos.encoding import to_data_uri, to_jpeg_bytes, to_png_bytes
from explainer.photos.problems import PhotoError
from explainer.photos.reading import DEFAULT_LONG_SIDE, FORMATS, MAX_BYTES, Photo, check_length, read_photo
from explainer.photos.sniffing import is_heic

__all__ = [
    "DEFAULT_LONG_SIDE",
    "FORMATS",
    "MAX_BYTES",
    "MAX_DECODED",
    "MAX_JPEG_PIXELS",
    "MAX_RATIO",
    "MAX_SCANS",
    "MIN_SIDE",
    "Photo",
    "PhotoError",
    "check_length",
    "is_heic",
    "read_photo",
    "to_data_uri",
    "to_jpeg_bytes",
    "to_png_bytes",
]
