"""Files to take away: a figure for slides, an animation of label maps, class shares as CSV. All rebuilt from pixels."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from explainer.photos import to_png_bytes
from explainer.quantities import percent
from explainer.raster.text import font
from explainer.segmentation.classes import SCREEN_COLORS, ClassSet, display_name
from explainer.segmentation.label_maps import ClassShare, class_shares, outline, overlay
from explainer.segmentation.regions import regions

Pixels = NDArray[np.uint8]
INK, PAPER, SOFT = "#131722", "#ffffff", "#5b6473"


def labelled(rgb: Pixels, labels: Pixels, alpha: float = 0.55) -> Image.Image:
    """The photo under its label map, with white outlines and the names of the classes in large regions."""
    pixels = overlay(rgb, labels, alpha)
    pixels[outline(labels)] = 255
    picture = Image.fromarray(pixels)
    pen = ImageDraw.Draw(picture)
    for region in regions(labels):
        name = display_name(region.class_id)
        size = min(32.0, region.width * picture.width / (0.6 * len(name)), region.height * picture.height * 0.6)
        if size >= 9:
            place = (region.x * picture.width, region.y * picture.height)
            pen.text(place, name, "white", font(int(size)), "mm", stroke_width=2, stroke_fill="black")
    return picture


def figure_png(
    rgb: Pixels, labels: Pixels, confidence: Mapping[int, float], note: str, classes: ClassSet = "voc21"
) -> bytes:
    """Photo and label map side by side with a legend under them, 1600 pixels wide, as PNG."""
    width, margin, gap = 1600, 40, 24
    side = (width - 2 * margin - gap) // 2
    height = max(1, round(side * rgb.shape[0] / rgb.shape[1]))
    shares = class_shares(labels)
    columns = 4
    rows = -(-len(shares) // columns)
    sheet = Image.new("RGB", (width, margin + height + 30 + rows * 44 + 50), PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, picture in enumerate((Image.fromarray(rgb), labelled(rgb, labels))):
        sheet.paste(picture.resize((side, height), Image.Resampling.LANCZOS), (margin + number * (side + gap), margin))
    for number, share in enumerate(shares):
        x = margin + (number % columns) * (width - 2 * margin) // columns
        _entry(pen, x, margin + height + 30 + number // columns * 44, share, confidence, classes)
    pen.text((margin, sheet.height - 24), note, SOFT, font(20), "ls")
    return to_png_bytes(np.asarray(sheet))


def _entry(
    pen: ImageDraw.ImageDraw, x: int, y: int, share: ClassShare, confidence: Mapping[int, float], classes: ClassSet
) -> None:
    """One line of the legend."""
    pen.rectangle((x, y, x + 28, y + 28), SCREEN_COLORS[share.class_id], INK)
    words = f"{display_name(share.class_id, classes)} {percent(share.share)}"
    pen.text((x + 40, y + 1), words, INK, font(22))
    if share.class_id in confidence:
        wide = pen.textlength(f"{words} ", font(22))
        pen.text((x + 44 + wide, y + 4), f"sure {percent(confidence[share.class_id])}", SOFT, font(18))


def animation_gif(rgb: Pixels, answers: Sequence[tuple[str, Pixels]], long_side: int = 480) -> bytes:
    """The label maps over the photo one after the other, each for 1.2 s with its name, as GIF."""
    scale = min(1.0, long_side / max(rgb.shape[:2]))
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    shots = []
    for name, labels in answers:
        shot = Image.new("RGB", (size[0], size[1] + 30), PAPER)
        shot.paste(labelled(rgb, labels).resize(size, Image.Resampling.LANCZOS), (0, 30))
        ImageDraw.Draw(shot).text((8, 15), name, INK, font(18), "lm")
        shots.append(shot.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))
    file = io.BytesIO()
    shots[0].save(file, "GIF", save_all=True, append_images=shots[1:], duration=1200, loop=0)
    return file.getvalue()


def shares_csv(labels: Pixels, confidence: Mapping[int, float]) -> bytes:
    """Class id, name, share of the pixels and mean confidence, one class a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "class", "share", "mean_confidence"))
    for share in class_shares(labels):
        sure = confidence.get(share.class_id)
        writer.writerow((share.class_id, share.name, f"{share.share:.6f}", "" if sure is None else f"{sure:.4f}"))
    return text.getvalue().encode()
