"""A network on its way down and up again: real maps of a real photo through the bundled FCN, as one moving picture.

On the way down each tile is the channel that varies most, in gray; on the way up it is the best
class of the fused scores.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.palette import PALETTE
from explainer.photos import to_png_bytes
from explainer.segmentation.classes import colorize
from explainer.segmentation.label_maps import overlay
from explainer.segmentation.model import FCN
from explainer.segmentation.networks import load
from explainer.segmentation.resize import to_input

Pixels = NDArray[np.uint8]
#: The photo's longer side, in pixels; enough for a picture this small.
LONG_SIDE = 385
WIDTH, HEIGHT, GAP = 1220, 250, 16
#: Seconds for one way down and up.
ROUND = 9


@dataclass(frozen=True)
class Tile:
    """One map: a picture (H, W, 3), what it is, its size in words, and the stride it stands for."""

    picture: Pixels
    title: str
    size: str
    stride: int


@torch.inference_mode()
def tiles(photo: Pixels) -> list[Tile]:
    """The photo (H, W, 3) as the network gets it, maps at strides 2 to 32, fused scores at 16 and 8, the answer."""
    net = cast(FCN, load("fcn8s", "cpu"))
    x = to_input(photo, LONG_SIDE)
    small = np.asarray(((x[0].permute(1, 2, 0) + 1) * 127.5).round().byte())
    found = [Tile(small, "photo", size_of(x), 1)]
    for stride, maps in down(net, x):
        found.append(Tile(gray(loudest(maps)), f"1/{stride}", size_of(maps), stride))
    scores = net.score_maps(x)
    for stride, fused in ((16, scores.fused16), (8, scores.fused8)):
        labels = fused[0].argmax(0).byte().numpy()
        found.append(Tile(colorize(labels), f"1/{stride}", size_of(fused), stride))
    labels = net.grow(scores, "fcn8s")[0].argmax(0).byte().numpy()
    found.append(Tile(overlay(small, labels), "answer", f"{labels.shape[0]} × {labels.shape[1]}", 1))
    return found


def down(net: FCN, x: Tensor) -> list[tuple[int, Tensor]]:
    """(stride, maps) after the last block of each size; sides are 32n+1, so a stride is a ratio of sides less one."""
    full, last = x.shape[2] - 1, {}
    for block in net.features:
        x = block(x)
        last[full // (x.shape[2] - 1)] = x
    return list(last.items())


def loudest(maps: Tensor) -> Tensor:
    """(h, w): the channel of (1, C, h, w) whose values vary most."""
    return maps[0, loudest_channel(maps)]


def loudest_channel(maps: Tensor) -> int:
    """Its number."""
    return int(maps[0].flatten(1).std(1).argmax())


def gray(values: Tensor) -> Pixels:
    """(h, w) as (h, w, 3), the smallest value black and the largest white."""
    low, high = float(values.min()), float(values.max())
    level = ((values - low) / max(high - low, 1e-9) * 255).byte().numpy()
    return np.repeat(level[..., None], 3, 2)


def size_of(maps: Tensor) -> str:
    """Height, width and channels: 33 × 17 × 192."""
    return " × ".join(str(n) for n in (*maps.shape[2:], maps.shape[1]))


def drawn(found: list[Tile], theme: str) -> str:
    """The tiles in a row, small in the middle, with the skips below them and a mark that travels along: an SVG."""
    colors, ratio = PALETTE[theme], found[0].picture.shape[0] / found[0].picture.shape[1]
    shares = [0.30 + 0.70 * one.stride**-0.5 for one in found]
    unit = (WIDTH - GAP * (len(found) - 1)) / sum(shares)
    left, parts = 0.0, [style(colors["accent"], len(found))]
    middles: dict[tuple[int, bool], float] = {}
    for number, (one, share) in enumerate(zip(found, shares, strict=True)):
        width, height = unit * share, unit * share * ratio
        parts += tile(one, number, left, width, height, colors)
        middles[one.stride, number > len(found) // 2] = left + width / 2
        left += width + GAP
    for stride in (8, 16):
        parts.append(skip(middles[stride, False], middles[stride, True], stride, colors))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">{body}</svg>'
    )


def style(accent: str, count: int) -> str:
    """The frame of one tile after the other lights up; it stays still for those who asked for less motion."""
    lit = 100 / count
    return (
        f"<style>.f{{fill:none;stroke:{accent};stroke-width:5;opacity:0;animation:on {ROUND}s infinite}}"
        f"@keyframes on{{0%{{opacity:0}}2%,{lit:.0f}%{{opacity:1}}{lit + 4:.0f}%{{opacity:0}}}}"
        "@media (prefers-reduced-motion:reduce){.f{animation:none}}</style>"
    )


def tile(one: Tile, number: int, left: float, width: float, height: float, colors: dict[str, str]) -> list[str]:
    """A map with its frame and its words."""
    top, middle = (HEIGHT - 62 - height) / 2 + 14, left + width / 2
    data = base64.b64encode(to_png_bytes(one.picture)).decode()
    box = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    delay = f'style="animation-delay:{number * ROUND / 9:.1f}s"'
    label = f'x="{middle:.1f}" text-anchor="middle" fill="{colors["ink"]}"'
    return [
        f'<image {box} preserveAspectRatio="none" image-rendering="pixelated" href="data:image/png;base64,{data}"/>',
        f'<rect class="f" {box} {delay}/>',
        f'<text {label} y="{top - 7:.1f}" font-size="15" font-weight="bold">{escape(one.title)}</text>',
        f'<text {label} y="{top + height + 17:.1f}" font-size="12">{escape(one.size)}</text>',
    ]


def skip(start: float, end: float, stride: int, colors: dict[str, str]) -> str:
    """An arc below the maps: a skip connection."""
    depth = HEIGHT - (22 if stride == 8 else 44)
    color = colors["muted"]
    return (
        f'<path d="M{start:.0f} {HEIGHT - 72} V{depth} H{end:.0f} V{HEIGHT - 72}" fill="none" stroke="{color}" '
        f'stroke-width="2" stroke-dasharray="6 4"/>'
        f'<text x="{(start + end) / 2:.0f}" y="{depth - 4}" font-size="13" text-anchor="middle" fill="{color}">'
        f"skip, stride {stride}</text>"
    )
