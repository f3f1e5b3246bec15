"""Good and bad picture files, each with what `read_photo` must do with it; and damaged copies of good ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from tests.photo_files import (
    FORMATS,
    Case,
    encode,
    quarters,
)
from tests.photos_bad import bombs, not_pictures, shapes, truncated
from tests.photos_good import (
    animations,
    broken_side_information,
    deep_greys,
    good_formats,
    good_modes,
    odd_metadata,
    orientations,
    profiles,
    values_that_are_no_colors,
)

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
