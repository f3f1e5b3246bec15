"""Drawings as SVG text, pure Python: the four vision tasks on one scene, lengths of bars, grids of numbers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from math import log10

from explainer.palette import PALETTE, cell_colour

Grid = Sequence[Sequence[float]]

#: The drawn scene is 240 x 180; label colours are ours, not VOC's.
WIDTH, HEIGHT = 240, 180
SKY, GRASS, TREE, CAT = "#7fb2e5", "#86b05a", "#2f6b3c", "#e08a3c"
CATS = ((92, 92, 1.15), (132, 104, 1.0))
#: Height of a grid of numbers, and its greatest width.
SIDE = 168
TASKS = ("classification", "semantic", "detection", "instance")


def task(name: str) -> str:
    """What a vision task answers about the scene (two cats before a tree), as an SVG image.

    Raises:
        ValueError: for a name that is not in `TASKS`.
    """
    if name not in TASKS:
        raise ValueError(f"task is {name!r}; allowed are {', '.join(TASKS)}.")
    parts = {
        "classification": [*photo(), tag(WIDTH / 2, 22, "cat")],
        "semantic": [*semantic()],
        "detection": [*photo(), *boxes()],
        "instance": [*photo(faded=True), *instances()],
    }[name]
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return frame + "".join(parts) + "</svg>"


def as_image(svg: str, alt: str) -> str:
    """An SVG as an HTML image that fills its column: `st.image` would import numpy, which the first page avoids."""
    data = b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" style="width:100%;border-radius:8px">'


def photo(faded: bool = False) -> list[str]:
    """The scene as a camera would see it; faded where something is to be drawn over it."""
    cats = [cat(*place, fill, face=True) for place, fill in zip(CATS, ("#c77b3a", "#575b66"), strict=True)]
    scene = [*ground("#bfe0f7", "#a8c97f", "#8a6240", "#5c9455"), *cats]
    return [*scene, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff" opacity="0.55"/>'] if faded else scene


def ground(sky: str, grass: str, trunk: str, crown: str) -> list[str]:
    """Sky, meadow and tree."""
    return [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{sky}"/>',
        f'<path d="M0 112 C60 98 150 118 240 102 V180 H0 Z" fill="{grass}"/>',
        f'<rect x="190" y="72" width="13" height="62" fill="{trunk}"/>',
        f'<circle cx="196" cy="54" r="30" fill="{crown}"/><circle cx="176" cy="68" r="20" fill="{crown}"/>'
        f'<circle cx="217" cy="68" r="19" fill="{crown}"/>',
    ]


def cat(x: float, y: float, scale: float, fill: str, face: bool = False) -> str:
    """A sitting cat; (x, y) is the middle of its head."""
    body = (
        f'<path d="M16 42 C30 46 34 30 27 22" fill="none" stroke="{fill}" stroke-width="6" stroke-linecap="round"/>'
        f'<path d="M-17 48 C-22 22 -10 6 0 6 C10 6 22 22 17 48 Z" fill="{fill}"/><circle r="14" fill="{fill}"/>'
        f'<path d="M-13 -4 L-12 -20 L-3 -12 Z M13 -4 L12 -20 L3 -12 Z" fill="{fill}"/>'
    )
    eyes = '<circle cx="-5" cy="-2" r="2.2" fill="#fff"/><circle cx="5" cy="-2" r="2.2" fill="#fff"/>' if face else ""
    nose = '<path d="M-2 4 H2 L0 6 Z" fill="#fff"/>' if face else ""
    return f'<g transform="translate({x} {y}) scale({scale})">{body}{eyes}{nose}</g>'


def semantic() -> list[str]:
    """Every pixel has a class; the two cats are one region."""
    cats = [cat(*place, CAT) for place in CATS]
    names = [tag(48, 40, "sky"), tag(38, 152, "grass"), tag(197, 54, "tree"), tag(110, 128, "cat")]
    return [*ground(SKY, GRASS, TREE, TREE), *cats, *names]


def boxes() -> list[str]:
    """A box and a name for each object."""
    drawn = []
    for number, (x, y, scale) in enumerate(CATS):
        left, top = x - 21 * scale, y - 22 * scale
        size = f'width="{54 * scale:.0f}" height="{72 * scale:.0f}"'
        colour = ("#c2410c", "#6941c0")[number]
        drawn.append(f'<rect x="{left:.0f}" y="{top:.0f}" {size} fill="none" stroke="{colour}" stroke-width="3"/>')
        drawn.append(tag(left + (0 if number == 0 else 54), top - 2, "cat", colour))
    return drawn


def instances() -> list[str]:
    """The pixels of each object, one by one; grass, sky and tree are no objects here."""
    colours = ("#c2410c", "#6941c0")
    cats = [cat(*place, colour) for place, colour in zip(CATS, colours, strict=True)]
    return [*cats, tag(72, 62, "cat 1", colours[0]), tag(168, 80, "cat 2", colours[1])]


def tag(x: float, y: float, text: str, colour: str = "#131722") -> str:
    """A word on a label, its middle at (x, y)."""
    wide = 9 * len(text) + 12
    return (
        f'<rect x="{x - wide / 2:.0f}" y="{y - 11:.0f}" width="{wide}" height="21" rx="5" fill="{colour}"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" font-family="sans-serif" font-size="14" '
        f'font-weight="600" fill="#fff">{escape(text)}</text>'
    )


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
    """Coloured cells from `left` on; numbers where a cell has at least 18 pixels, lines where it has five."""
    most = max((abs(value) for row in rows for value in row), default=0.0)
    look, drawn = PALETTE[theme], []
    line = f'stroke="{look["line"]}" stroke-width="0.5"' if cell >= 5 else ""
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            place = f'x="{left + x * cell:.2f}" y="{y * cell:.2f}" width="{cell:.2f}" height="{cell:.2f}"'
            drawn.append(f'<rect {place} fill="{cell_colour(role, value, most, theme)}" {line}/>')
            if cell >= 18:
                drawn.append(digits(left + (x + 0.5) * cell, (y + 0.5) * cell, value, cell, look["ink"]))
    return drawn


def digits(x: float, y: float, value: float, cell: float, ink: str) -> str:
    """A number with its middle at (x, y), small enough for its cell."""
    text = f"{value:.3g}".replace("-", "−")
    size = min(0.42 * cell, 1.5 * cell / max(1, len(text)))
    place = f'x="{x:.1f}" y="{y + 0.36 * size:.1f}" text-anchor="middle"'
    return f'<text {place} font-family="sans-serif" font-size="{size:.1f}" fill="{ink}">{text}</text>'
