"""A stack as a picture: a bar for each map, as high as its size (square root), as wide as its channels (logarithm)."""

from __future__ import annotations

from html import escape
from math import log2, sqrt
from typing import Any

from explainer.experiments.stacks.measuring import Row
from explainer.palette import PALETTE, color_at

WIDE, HIGH, TOP, BOTTOM = 1220, 400, 66, 34
ROLES = {"input": "input", "convolution": "weight", "down": "index", "up": "output", "join": "plain", "other": "plain"}
WORDS = {
    "convolution": "convolution",
    "down": "pooling",
    "up": "upsampling",
    "join": "fetches a saved map",
    "other": "other",
}


def draw_stack(rows: list[Row], theme: str) -> str:
    """The rows from left to right as one SVG, with sizes where they change and arcs for what is fetched."""
    look, slot = PALETTE[theme], WIDE / len(rows)
    tallest = max(max(row.shape[1:]) for row in rows)
    most = max(log2(row.shape[0] + 1) for row in rows)
    middles, tops, drawn = [], [], []
    for number, row in enumerate(rows):
        high = max(4.0, (HIGH - TOP - BOTTOM) * sqrt(row.shape[1] / tallest))
        wide = max(3.0, slot * 0.92 * log2(row.shape[0] + 1) / most)
        x, y = slot * (number + 0.5), HIGH - BOTTOM - high
        middles.append(x)
        tops.append(y)
        told = f"{number}. {row.text}: {row.shape[0]} channels of {row.shape[1]} × {row.shape[2]}"
        drawn.append(
            f'<rect x="{x - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="2" '
            f"{coat(row.kind, look)}><title>{escape(told)}</title></rect>"
        )
    drawn += arcs(rows, middles, tops, look["accent"])
    drawn += sizes(rows, middles, tops, look)
    box = f'viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" font-family="sans-serif" font-size="16"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>' + "".join(drawn) + legend(rows, look) + "</svg>"


def coat(kind: str, look: dict[str, Any]) -> str:
    """A bar's colors; what fetches a saved map is framed like the arc that leads to it."""
    frame, width = (look["accent"], 2.5) if kind == "join" else (look["frame"], 1)
    return f'fill="{color_at(look["scales"][ROLES[kind]], 0.85)}" stroke="{frame}" stroke-width="{width}"'


def arcs(rows: list[Row], middles: list[float], tops: list[float], color: str) -> list[str]:
    """From each saved map to where it is fetched."""
    drawn = []
    for number, row in enumerate(rows):
        if row.source is not None:
            start, end = middles[row.source], middles[number]
            over = max(8.0, min(tops[row.source : number + 1]) - 34)
            path = f"M{start:.1f} {tops[row.source]:.1f}C{start:.1f} {over:.1f} {end:.1f} {over:.1f} "
            path += f"{end:.1f} {tops[number]:.1f}"
            drawn.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="2.5"/>')
    return drawn


def sizes(rows: list[Row], middles: list[float], tops: list[float], look: dict[str, Any]) -> list[str]:
    """The height of the map over each bar where it differs from the one before, if there is room; no arc runs through
    it."""
    drawn, free = [], -1.0
    ink = f'fill="{look["ink"]}" stroke="{look["background"]}" stroke-width="5" paint-order="stroke"'
    for number, row in enumerate(rows):
        changed = number == 0 or row.shape[1] != rows[number - 1].shape[1] or number == len(rows) - 1
        text = str(row.shape[1])
        x = min(max(middles[number], 5.0 * len(text)), WIDE - 5.0 * len(text))
        if changed and x - 5 * len(text) > free:
            drawn.append(f'<text x="{x:.1f}" y="{tops[number] - 6:.1f}" text-anchor="middle" {ink}>{text}</text>')
            free = x + 5 * len(text)
    return drawn


def legend(rows: list[Row], look: dict[str, Any]) -> str:
    """What the colors mean, for the kinds that occur."""
    drawn, x = [], 4
    for kind, word in WORDS.items():
        if any(row.kind == kind for row in rows):
            drawn.append(f'<rect x="{x}" y="{HIGH - 20}" width="16" height="16" rx="3" {coat(kind, look)}/>')
            drawn.append(f'<text x="{x + 24}" y="{HIGH - 7}" fill="{look["ink"]}">{word}</text>')
            x += 60 + 8 * len(word)
    return "".join(drawn)
