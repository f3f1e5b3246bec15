"""Values that are no colors: 10 to 32 bits, floats, depths, elevations. Judged by the data, not by the container.

Twelve bits usually come in a container of sixteen, depths in millimeters, elevations with a number that means "no
data". What was done is said in a notice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Values = NDArray[np.generic]
#: Numbers that stand for "no data" in elevation and depth maps.
NO_DATA = (-9999.0, -32767.0, -32768.0, -99999.0)
#: Beyond this no measured value lies; the smallest and largest floats mark missing ones.
ABSURD = 1e30
#: Shares of the values that may fall below black and above white.
ROBUST = (0.5, 99.5)
#: Values looked at to find the range.
LOOKED_AT = 1_000_000


def eight_bits(values: Values, hidden: float | None = None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """(H, W) values as 8-bit gray, and what to say about it.

    Args:
        values: integers or floats, also with NaN and infinities.
        hidden: the value that the file itself calls transparent; shown white.
    """
    sample = _sample(values)
    seen = present(sample)
    zero, top, said = _range(sample[seen], bool((~seen).any()), np.issubdtype(values.dtype, np.floating))
    flat = np.zeros(values.shape, np.uint8)
    for start in range(0, values.shape[0], 256):
        strip = slice(start, start + 256)
        part = values[strip].astype(np.float64)
        level = np.where(present(part), part, zero)
        flat[strip] = ((level - zero) * (255 / (top - zero))).round().clip(0, 255)
        if hidden is not None:
            flat[strip][part == hidden] = 255
    return flat, said


def present(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where there is a measured value: finite, not absurd, not a known mark for missing ones."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(values) & (np.abs(values) < ABSURD) & ~np.isin(values, NO_DATA)


def _sample(values: Values) -> NDArray[np.float64]:
    """All values, or an even sample of a large map."""
    step = max(1, int(np.sqrt(values.size / LOOKED_AT)))
    return values[::step, ::step].astype(np.float64)


def _range(seen: NDArray[np.float64], missing: bool, is_float: bool) -> tuple[float, float, tuple[str, ...]]:
    """Which values become black and white, and what to say about that."""
    if seen.size == 0:
        return 0.0, 1.0, ("This picture holds no finite values.",)
    gone = ("Places without data are black.",) if missing else ()
    low, high = float(seen.min()), float(seen.max())
    if low >= 0 and (plain := _plain_white(high, is_float)):
        return 0.0, plain[0], (*plain[1], *gone)
    low, high = (float(part) for part in np.percentile(seen, ROBUST))
    words = f"The values from {low:.6g} to {high:.6g} are shown as black to white."
    return low, high if high > low else low + 1, (words, *gone)


def _plain_white(high: float, is_float: bool) -> tuple[float, tuple[str, ...]] | None:
    """The white of a picture whose values fill a usual range: 0 to 1, or a number of bits; None for measurements.

    A picture of b bits reaches the upper half of its range; what does not is a depth or a count.
    """
    if is_float:
        return (1.0, ()) if high <= 1 else (255.0, ()) if high <= 255 else None
    for bits in (8, 10, 12, 14):
        if high < 2**bits and (bits == 8 or high >= 2 ** (bits - 1)):
            return 2.0**bits - 1, (f"The values use {bits} bits; white is {2**bits - 1}.",)
    return (65535.0, ()) if 2**14 <= high < 2**16 else None


def is_deep(image: Image.Image) -> bool:
    """Whether a picture's values are not colors of 8 bits."""
    return image.mode.startswith("I") or image.mode == "F"
