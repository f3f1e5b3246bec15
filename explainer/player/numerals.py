"""How numbers are written in cells, formulas and pictures: short, and as numerals.js writes them in the browser."""

from __future__ import annotations

import math


def format_number(value: float | None, digits: int = 4) -> str:
    """Write up to `digits` significant digits, whole numbers in full, with a true minus sign and never "-0".

    `None` stands for minus infinity, which JSON cannot hold.

    >>> [format_number(v) for v in (4.0, -1, 4 / 3, 0.1 + 0.2, -0.0, None, 2.5e-7)]
    ['4', '−1', '1.333', '0.3', '0', '−∞', '2.5e−7']
    """
    if value is None or value == -math.inf:
        return "−∞"
    if math.isnan(value) or value == math.inf:
        return "nan" if math.isnan(value) else "∞"
    size = abs(value)
    if size < 1e-9:
        return "0"
    sign = "−" if value < 0 else ""
    if size >= 1e6 or size < 1e-4:
        return sign + _scientific(size)
    if abs(size - math.floor(size + 0.5)) < 1e-9:
        return f"{sign}{math.floor(size + 0.5)}"
    return sign + _fixed(size, max(0, digits - _whole_digits(size)))


def _whole_digits(size: float) -> int:
    """Digits before the point; negative for each zero that follows it."""
    count, power = 1, 10.0
    while size >= power:
        count, power = count + 1, power * 10
    power = 1.0
    while size < power:
        count, power = count - 1, power / 10
    return count


def _fixed(size: float, decimals: int) -> str:
    """Round half up by whole numbers, which Python and JavaScript do alike."""
    unit = 10**decimals
    whole, fraction = divmod(math.floor(size * unit + 0.5), unit)
    tail = f"{fraction:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{whole}.{tail}" if tail else str(whole)


def _scientific(size: float) -> str:
    exponent, mantissa = 0, size
    while mantissa >= 10:
        exponent, mantissa = exponent + 1, mantissa / 10
    while mantissa < 1:
        exponent, mantissa = exponent - 1, mantissa * 10
    return f"{_fixed(mantissa, 2)}e{exponent}".replace("-", "−")
