"""The figure as one picture for slides: the answers, and the followed maps of the intact network, level by level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from explainer.experiments.hourglass import gray
from explainer.experiments.indices import Journey, unpooled
from explainer.photos import to_png_bytes
from explainer.quantities import percent
from explainer.raster.text import font
from explainer.ui.indices.data import answer_picture

Pixels = NDArray[np.uint8]
INK, PAPER, SOFT = "#131722", "#ffffff", "#5b6473"
WIDTH, MARGIN, GAP, LINE = 1600, 40, 20, 30
ROWS = ("before pooling", "unpooled with its indices", "after the transposed convolutions")


def sheet_png(found: Journey) -> bytes:
    """Five pictures in a row, four rows, 1600 pixels wide, as PNG."""
    side = (WIDTH - 2 * MARGIN - 4 * GAP) // 5
    high = max(1, round(side * found.photo.shape[0] / found.photo.shape[1]))
    sheet = Image.new("RGB", (WIDTH, 2 * MARGIN + 4 * (high + 3 * LINE)), PAPER)
    pen = ImageDraw.Draw(sheet)
    top = MARGIN
    for pictures, words in rows_of(found):
        for number, (picture, text) in enumerate(zip(pictures, words, strict=True)):
            left = MARGIN + number * (side + GAP)
            sheet.paste(Image.fromarray(picture).resize((side, high), Image.Resampling.NEAREST), (left, top))
            for line, (part, color) in enumerate(zip(text, (INK, SOFT), strict=True)):
                pen.text((left, top + high + 6 + line * 26), part, color, font(21))
        top += high + 3 * LINE
    return to_png_bytes(np.asarray(sheet))


def rows_of(found: Journey) -> list[tuple[list[Pixels], list[tuple[str, str]]]]:
    """The pictures of each row, and two lines of words for each."""
    answers = [answer_picture(found.photo, one.labels) for one in found.ways]
    words = [(one.told.title, f"{percent(one.same)} named alike") for one in found.ways]
    words[0] = (found.ways[0].told.title, "the network as trained")
    rows = [([found.photo, *answers], [("Photo", ""), *words])]
    rises = found.ways[0].rises
    maps = (
        [one.before for one in found.poolings], [unpooled(one) for one in rises], [one.grown for one in rises],
    )  # fmt: skip
    channels = (
        [one.channel for one in found.poolings], [one.channel for one in found.poolings],
        [one.grown_channel for one in rises],
    )  # fmt: skip
    for what, values, numbers in zip(ROWS, maps, channels, strict=True):
        told = [
            (what if level == 0 else f"pooling {level + 1}", f"channel {number}, {one.shape[0]} × {one.shape[1]}")
            for level, (one, number) in enumerate(zip(values, numbers, strict=True))
        ]
        rows.append(([gray_of(one) for one in values], told))
    return rows


def gray_of(values: NDArray[np.float32]) -> Pixels:
    """A map in gray, the smallest value black."""
    import torch

    return gray(torch.from_numpy(values))
