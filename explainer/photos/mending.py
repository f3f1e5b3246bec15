"""PNGs with broken side information: what the picture does not need is left out, as browsers do.

A checksum or an odd value in an *ancillary* chunk (a color profile, a density, a text) makes Pillow refuse the whole
file. A wrong checksum in a critical chunk (the header, the pixels) is damage and stays one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Ancillary chunks that change what is seen, and those that make an animation of it.
_SEEN = {b"tRNS", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"gAMA", b"sRGB", b"cHRM"}
_BARE = {b"tRNS"}


def mended(data: bytes) -> list[bytes]:
    """Versions of a PNG to try one after the other: with the side information worth having, and with none."""
    if not data.startswith(SIGNATURE):
        return [data]
    return [_kept(data, _SEEN), _kept(data, _BARE)]


def _kept(data: bytes, wanted: set[bytes]) -> bytes:
    """The PNG with its critical chunks and the wanted ones of right checksum."""
    parts = [SIGNATURE]
    for kind, whole, right in _chunks(data):
        critical = not kind[0] & 0x20
        if critical or (kind in wanted and right):
            parts.append(whole)
    return b"".join(parts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Type, whole chunk and whether its checksum is right; what is cut off at the end comes as it is."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        whole = data[at:end]
        right = end <= len(data) and zlib.crc32(whole[4:-4]) == int.from_bytes(whole[-4:], "big")
        yield kind, whole, right
        at = end
        if kind == b"IEND":
            return
