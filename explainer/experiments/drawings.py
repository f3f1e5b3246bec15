"""Drawings as SVG text, pure Python: lengths of bars, grids of numbers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from math import log10

from explainer.palette import PALETTE, cell_color

Grid = Sequence[Sequence[float]]

#: Height of a grid of numbers, and its greatest width.
SIDE = 168


def as_image(source: str, alt: str, least: int = 0) -> str:
    """A picture as HTML that fills its column, but for `least` pixels: on a phone it scrolls in its own box.

    `source` is its address, or what `inline` makes of it. `st.image` would import numpy, which the first page avoids.
    """
    style = f"width:100%;min-width:{least}px;border-radius:8px"
    image = f'<img src="{source}" alt="{escape(alt)}" style="{style}">'
    return f'<div style="overflow-x:auto">{image}</div>'


def inline(svg: str) -> str:
    """An SVG as the source of an image that needs no second request."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def log_shares(values: Sequence[int]) -> list[float]:
    """Lengths of bars on a logarithmic scale, the largest 1; each power of ten is equally long.

    The scale starts one power of ten below the smallest value, so that every bar can be seen.

    >>> log_shares([10**9, 10**10, 10**12])
    [0.25, 0.5, 1.0]
    """
    low = log10(min(values)) - 1
    return [round((log10(value) - low) / (log10(max(values)) - low), 4) for value in values]


def output_and_matrix(output: Grid, matrix: Grid, theme: str) -> str:
    """An output with its numbers, and beside it, equally high, the matrix that made it: one SVG image."""
    gap, wide = 24, 2 * SIDE + 24
    drawn = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {SIDE}" width="{wide}" height="{SIDE}">']
    drawn += cells(output, "output", theme, SIDE / max(len(output), len(output[0])), 0)
    drawn += cells(matrix, "weight", theme, SIDE / max(len(matrix), len(matrix[0])), SIDE + gap)
    return "".join(drawn) + "</svg>"


def cells(rows: Grid, role: str, theme: str, cell: float, left: float) -> list[str]:
    """Colored cells from `left` on; numbers where a cell has at least 18 pixels, lines where it has five."""
    most = max((abs(value) for row in rows for value in row), default=0.0)
    look, drawn = PALETTE[theme], []
    line = f'stroke="{look["line"]}" stroke-width="0.5"' if cell >= 5 else ""
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            place = f'x="{left + x * cell:.2f}" y="{y * cell:.2f}" width="{cell:.2f}" height="{cell:.2f}"'
            drawn.append(f'<rect {place} fill="{cell_color(role, value, most, theme)}" {line}/>')
            if cell >= 18:
                drawn.append(digits(left + (x + 0.5) * cell, (y + 0.5) * cell, value, cell, look["ink"]))
    return drawn


def digits(x: float, y: float, value: float, cell: float, ink: str) -> str:
    """A number with its middle at (x, y), small enough for its cell."""
    text = f"{value:.3g}".replace("-", "−")
    size = min(0.42 * cell, 1.5 * cell / max(1, len(text)))
    place = f'x="{x:.1f}" y="{y + 0.36 * size:.1f}" text-anchor="middle"'
    return f'<text {place} font-family="sans-serif" font-size="{size:.1f}" fill="{ink}">{text}</text>'
