"""libtiff prints what it thinks of a damaged file to the process's standard error; here it is told not to.

Pillow silences its warnings and leaves the errors on. Nothing is lost: Pillow raises what the visitor is told.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path

import PIL


def quiet_libtiff() -> bool:
    """Take both message handlers out of the libtiff that Pillow uses.

    Returns:
        Whether it was found: in a wheel it lies beside Pillow (Linux, macOS), otherwise it is the system's. Windows
        wheels carry it inside Pillow's own library, where it cannot be reached.
    """
    path = library()
    if path is None:
        return False
    tiff = ctypes.CDLL(path)
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        change = getattr(tiff, name)
        change.argtypes, change.restype = [ctypes.c_void_p], ctypes.c_void_p
        change(None)
    return True


def library() -> str | None:
    """The path (or the system's name) of the libtiff that is loaded with Pillow; None if there is none to be found."""
    home = Path(PIL.__file__).parent
    beside = [*home.parent.glob("pillow.libs/libtiff*"), *home.glob(".dylibs/libtiff*")]
    return str(beside[0]) if beside else ctypes.util.find_library("tiff")
