"""Numbers in words, for prose and tables: large counts, bytes, ratios. Pure Python."""

from __future__ import annotations

_NAMES = ((10**15, "quadrillion"), (10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_BYTES = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def short(value: float) -> str:
    """Three significant digits with thousands separators and no exponent.

    >>> short(0.4567), short(3), short(41.26), short(1234567)
    ('0.457', '3', '41.3', '1,230,000')
    """
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 or rounded.is_integer() else f"{rounded:.3g}"


def signed(value: float, form: str = "+.2g") -> str:
    """A number with its sign, a minus being one and no hyphen.

    >>> signed(-0.123), signed(2.0, "+.1f")
    ('−0.12', '+2.0')
    """
    return format(value, form).replace("-", "−")


def count(value: int) -> str:
    """A count with its name.

    >>> count(950), count(86_704_128), count(2_500_000_000_000)
    ('950', '86.7 million', '2.5 trillion')
    >>> count(1_000), count(4_100_000_000), count(10**15)
    ('1 thousand', '4.1 billion', '1 quadrillion')
    """
    for size, name in _NAMES:
        if value >= size:
            return f"{short(value / size)} {name}"
    return f"{value:,}"


def memory(value: int) -> str:
    """Bytes with a binary unit.

    >>> memory(512), memory(2**10), memory(3 * 2**20), memory(5 * 2**30), memory(7 * 2**40)
    ('512 bytes', '1 KiB', '3 MiB', '5 GiB', '7 TiB')
    """
    for size, name in _BYTES:
        if value >= size:
            return f"{short(value / size)} {name}"
    return f"{value} bytes"


def times(value: float) -> str:
    """A ratio in words, two significant digits where it is large.

    >>> times(4123), times(61.7), times(2.04), times(1.0)
    ('4,100 times as much', '62 times as much', '2 times as much', 'the same')
    >>> times(0.8), times(0.25), times(0.07)
    ('80% as much', 'a quarter as much', '1/14 as much')
    """
    if 0.95 < value < 1.05:
        return "the same"
    if value > 1:
        return f"{short(float(f'{value:.2g}'))} times as much"
    if value > 0.6:
        return f"{percent(value)} as much"
    part = round(1 / value)
    names = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth"}
    return f"{names.get(part, f'1/{part}')} as much"


def percent(share: float, least: float = 0.001) -> str:
    """A share (0..1) as a percentage of two digits or so; below `least` only that it is, and almost all is not all.

    >>> percent(0.4567), percent(0.0123), percent(0.0001), percent(1.0), percent(0.0)
    ('46%', '1.2%', '<0.1%', '100%', '0%')
    >>> percent(0.00107, 1e-5), percent(1e-18, 1e-5)
    ('0.11%', '<0.001%')
    >>> percent(0.994), percent(0.997), percent(1 - 1e-12)
    ('99%', '>99%', '100%')
    """
    if 0.995 <= share < 1 - 1e-9:
        return ">99%"
    if share < least:
        return f"<{100 * least:g}%" if share > 0 else "0%"
    return f"{share:.0%}" if share >= 0.0995 else f"{100 * share:.2g}%"
