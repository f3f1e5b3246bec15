"""The one palette of the project, as plain data: stage, raster and charts color by it.

Color has one meaning everywhere. Input is blue, output is teal, weights diverge around zero (violet above,
terracotta below), indices are sand, and the step in progress is amber. A scale runs from -1 to 1 in a few
straight lines; it is data, not code, because the stage (JavaScript) reads the same numbers from the scene.
Light fills stay light and dark fills stay dark, so that one ink per theme is readable on every cell.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Stops = list[tuple[float, str]]

PALETTE: dict[str, dict[str, Any]] = {
    "light": {
        "background": "#ffffff",
        "ink": "#131722",
        "muted": "#5b6473",
        "line": "#c6ccd6",
        "frame": "#6c7687",
        "blank": "#ffffff",
        "hatch": "#9aa3b2",
        "accent": "#d97706",
        "text": {
            "input": "#1c5fae",
            "output": "#0a7063",
            "weight": "#6941c0",
            "index": "#7d5a12",
            "plain": "#131722",
        },
        "scales": {
            "input": [[-1, "#b3bbca"], [0, "#eff5fc"], [1, "#69adf2"]],
            "output": [[-1, "#b4c2be"], [0, "#ebf8f5"], [1, "#4cc4b2"]],
            "weight": [[-1, "#e2937d"], [0, "#f6f4f8"], [1, "#ab94ec"]],
            "index": [[-1, "#e8e0cd"], [0, "#f6f1e4"], [1, "#e6d3a3"]],
            "plain": [[-1, "#cfd4dc"], [0, "#f4f6f9"], [1, "#c3cad6"]],
        },
    },
    "dark": {
        "background": "#0e1117",
        "ink": "#f6f8fc",
        "muted": "#a3adbd",
        "line": "#3a4250",
        "frame": "#8b96a8",
        "blank": "#12161e",
        "hatch": "#5d6778",
        "accent": "#fbbf24",
        "text": {
            "input": "#7dbbff",
            "output": "#4fd1bd",
            "weight": "#bba6ff",
            "index": "#e3c67a",
            "plain": "#f6f8fc",
        },
        "scales": {
            "input": [[-1, "#414a5b"], [0, "#182333"], [1, "#2a69b3"]],
            "output": [[-1, "#42504d"], [0, "#12262a"], [1, "#147a6d"]],
            "weight": [[-1, "#9a4e3b"], [0, "#20222c"], [1, "#6a4fb8"]],
            "index": [[-1, "#39352a"], [0, "#2a271f"], [1, "#6a5523"]],
            "plain": [[-1, "#343b47"], [0, "#1c212b"], [1, "#454e5e"]],
        },
    },
}


def cell_color(role: str, value: float | None, vmax: float, theme: str = "light") -> str:
    """Color `value` on the scale of `role`, where `vmax` is the largest magnitude on the panel.

    `None` stands for minus infinity, the padding of max pooling: the lower end of the scale.
    """
    position = -1.0 if value is None else max(-1.0, min(1.0, value / vmax)) if vmax > 0 else 0.0
    return color_at(PALETTE[theme]["scales"][role], position)


def color_at(stops: Stops, position: float) -> str:
    """Interpolate linearly between the stops; halves round up, as `Math.round` does in the stage."""
    for (left, low), (right, high) in pairwise(stops):
        if position <= right:
            share = (position - left) / (right - left)
            return "#" + "".join(
                f"{int(a + (b - a) * share + 0.5):02x}" for a, b in zip(channels(low), channels(high), strict=True)
            )
    return stops[-1][1]


def channels(color: str) -> tuple[int, int, int]:
    """Split "#rrggbb" into its three numbers."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors as WCAG 2 defines it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in channels(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
