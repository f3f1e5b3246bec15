"""A scene as pictures: one step as PNG, all of them as an animated GIF."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops

from explainer.palette import PALETTE, channels
from explainer.player.lookup import Scene
from explainer.raster.painter import Painter

MOST_FRAMES = 128
COLOURS = 255
UNUSED = [255, 0, 255]  # far from every colour drawn, so that no pixel is taken for a transparent one
FLAT = 160  # of them at most so many fills
SAMPLED = 8  # frames that are searched for colours
SAME = COLOURS  # the palette index that stands for "as in the frame before"
LONGEST_PAUSE = 4  # the finished picture stands this many times as long as a step


def frame(scene: Scene, step: int, order: str | None = None, theme: str = "light", width: int = 1000) -> Image.Image:
    """The picture after a step (counted from 0), `width` pixels wide."""
    painter = _painter(scene, order, theme, width)
    count = len(painter.playback)
    if not 0 <= step < count:
        raise ValueError(f"step is {step}, allowed are 0 to {count - 1}")
    return painter.at(step)


def to_png(scene: Scene, step: int, order: str | None = None, theme: str = "light", width: int = 1000) -> bytes:
    """The picture after a step as a PNG file."""
    out = BytesIO()
    frame(scene, step, order, theme, width).save(out, "PNG", optimize=True)
    return out.getvalue()


def to_gif(
    scene: Scene, order: str | None = None, theme: str = "light", width: int = 840, milliseconds: int = 800
) -> bytes:
    """All steps as a GIF that loops: one frame a step, the last one longer.

    A scene of more than 128 steps is shown in 128 of them, evenly spaced, the first and the last among them; the
    cells in between fill up unseen.
    """
    painter = _painter(scene, order, theme, width)
    shots = [painter.at(step) for step in frame_steps(len(painter.playback))]
    palette = shared_palette(shots, sorted(painter.sheet.fills))
    frames = differences([shot.quantize(palette=palette, dither=Image.Dither.NONE) for shot in shots])
    pauses = [milliseconds] * (len(frames) - 1) + [milliseconds * LONGEST_PAUSE]
    more = {"append_images": frames[1:], "duration": pauses, "loop": 0, "disposal": 1, "transparency": SAME}
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, optimize=False, **more)
    return out.getvalue()


def differences(frames: list[Image.Image]) -> list[Image.Image]:
    """Every frame after the first with the pixels that stay as they are left transparent: a tenth of the bytes."""
    flat = [Image.frombytes("L", frame.size, frame.tobytes()) for frame in frames]
    changed = [frames[0]]
    for before, now, frame in zip(flat, flat[1:], frames[1:], strict=False):
        same = ImageChops.difference(before, now).point(lambda value: 0 if value else 255)
        partial = frame.copy()
        partial.paste(SAME, mask=same)
        changed.append(partial)
    return changed


def frame_steps(count: int) -> list[int]:
    """Which steps become frames."""
    if count <= MOST_FRAMES:
        return list(range(count))
    return [round(i * (count - 1) / (MOST_FRAMES - 1)) for i in range(MOST_FRAMES)]


def shared_palette(shots: list[Image.Image], fills: list[str]) -> Image.Image:
    """One palette for all frames, so that nothing flickers: the fills themselves, then blends for the letters' edges.

    A palette by median cut alone would blend rare colours, and a single cell of a rare colour is what one looks at.
    """
    sample = shots[:: max(1, len(shots) // SAMPLED)] + shots[-1:]
    strip = Image.new("RGB", (shots[0].width, shots[0].height * len(sample)))
    for i, shot in enumerate(sample):
        strip.paste(shot, (0, i * shot.height))
    flat = [channel for fill in fills[:: len(fills) // FLAT + 1] for channel in channels(fill)]
    blends = strip.quantize(COLOURS - len(flat) // 3, method=Image.Quantize.MEDIANCUT).getpalette() or []
    colours = (flat + blends)[: 3 * COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours + UNUSED * (256 - len(colours) // 3))
    return palette


def _painter(scene: Scene, order: str | None, theme: str, width: int) -> Painter:
    allowed = [known["id"] for known in scene["orders"]]
    if order is not None and order not in allowed:
        raise ValueError(f"order is {order!r}, allowed are {', '.join(allowed)}")
    if theme not in PALETTE:
        raise ValueError(f"theme is {theme!r}, allowed are {', '.join(PALETTE)}")
    if not 320 <= width <= 4000:
        raise ValueError(f"width is {width}, allowed are 320 to 4000")
    return Painter(scene, order, theme, width)
