"""Making a scene small for the wire: columns of ties as base64 of little-endian integers.

A tie costs one to four bytes a column instead of about four characters; a 64-step picture with three readings travels
in some 40 KB. `player/lookup.js` unpacks what this module packs; the raster and the captions use scenes as they are.
"""

from __future__ import annotations

import base64
import sys
from array import array
from typing import Any

from explainer.scene.panels import Scene

#: Below this many ties plain lists are as small and easier to read.
WORTH_IT = 64


def pack(scene: Scene) -> Scene:
    """The scene with its columns of whole numbers packed; columns of fractions stay lists."""
    ties = {name: pack_column(column) for name, column in scene["ties"].items()}
    return {**scene, "ties": ties}


def pack_column(column: list[Any]) -> list[Any] | str:
    """`i1:`, `i2:` or `i4:` (bytes a number) and base64, or the list itself where that would not help."""
    if len(column) < WORTH_IT or not all(isinstance(value, int) for value in column):
        return column
    largest = max(abs(value) for value in column)
    width, code = (1, "b") if largest < 128 else (2, "h") if largest < 32768 else (4, "i")
    packed = array(code, column)
    assert packed.itemsize == width
    if sys.byteorder == "big":
        packed.byteswap()
    return f"i{width}:{base64.b64encode(packed.tobytes()).decode('ascii')}"
