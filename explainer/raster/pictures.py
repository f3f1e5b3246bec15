"""A scene as pictures: one step as PNG, all of them as an animated GIF."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageChops

from explainer.palette import PALETTE, channels
from explainer.player.lookup import Scene
from explainer.raster.painter import SHAPES, Painter

MOST_FRAMES = 128
COLORS = 255
UNUSED = [255, 0, 255]  # far from every color drawn, so that no pixel is taken for a transparent one
FLAT = 160  # of them at most so many fills
SAMPLED = 8  # frames that are searched for colors
SAME = COLORS  # the palette index that stands for "as in the frame before"
EASE = (0.25, 0.5, 0.75)  # of the way from step to step
EASE_MS = 50
LONGEST_PAUSE = 4  # the finished picture stands this many times as long as a step


def frame(
    scene: Scene,
    step: int,
    order: str | None = None,
    theme: str = "light",
    width: int = 1000,
    shape: str = "free",
    view: str | None = None,
) -> Image.Image:
    """The picture after a step (counted from 0), `width` pixels wide, of a reading or of all panels."""
    painter = _painter(scene, order, theme, width, shape, view)
    count = len(painter.playback)
    if not 0 <= step < count:
        raise ValueError(f"step is {step}, allowed are 0 to {count - 1}")
    return painter.at(step)


def to_png(
    scene: Scene,
    step: int,
    order: str | None = None,
    theme: str = "light",
    width: int = 1280,
    shape: str = "wide",
    view: str | None = None,
) -> bytes:
    """The picture after a step as a PNG file, in a slide's format unless another is asked for."""
    out = BytesIO()
    frame(scene, step, order, theme, width, shape, view).save(out, "PNG", optimize=True)
    return out.getvalue()


def to_gif(
    scene: Scene,
    order: str | None = None,
    theme: str = "light",
    width: int = 960,
    milliseconds: int = 800,
    shape: str = "wide",
    view: str | None = None,
) -> bytes:
    """All steps as a GIF that loops: a frame a step, the last one longer, and where windows glide a few in between.

    A scene of more than 128 steps is shown in 128 of them, evenly spaced, the first and the last among them; the
    cells in between fill up unseen.
    """
    painter = _painter(scene, order, theme, width, shape, view)
    shots, pauses = [], []
    for shot, pause in moving(painter, milliseconds):
        shots.append(shot)
        pauses.append(pause)
    palette = shared_palette(shots, sorted(painter.sheet.fills))
    frames = differences([shot.quantize(palette=palette, dither=Image.Dither.NONE) for shot in shots])
    more = {"append_images": frames[1:], "duration": pauses, "loop": 0, "disposal": 1, "transparency": SAME}
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, optimize=False, **more)
    return out.getvalue()


def moving(painter: Painter, milliseconds: int) -> Iterator[tuple[Image.Image, int]]:
    """The frames of an animation and how long each stands."""
    steps = frame_steps(len(painter.playback))
    eases = len(steps) * (len(EASE) + 1) <= MOST_FRAMES
    for step in steps:
        glides = [painter.between(step, share) for share in EASE] if eases and step else []
        for shot in glides:
            if shot:
                yield shot, EASE_MS
        yield painter.at(step), milliseconds * (LONGEST_PAUSE if step == steps[-1] else 1)


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

    A palette by median cut alone would blend rare colors, and a single cell of a rare color is what one looks at.
    """
    sample = shots[:: max(1, len(shots) // SAMPLED)] + shots[-1:]
    strip = Image.new("RGB", (shots[0].width, shots[0].height * len(sample)))
    for i, shot in enumerate(sample):
        strip.paste(shot, (0, i * shot.height))
    flat = [channel for fill in fills[:: len(fills) // FLAT + 1] for channel in channels(fill)]
    blends = strip.quantize(COLORS - len(flat) // 3, method=Image.Quantize.MEDIANCUT).getpalette() or []
    colors = (flat + blends)[: 3 * COLORS]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colors + UNUSED * (256 - len(colors) // 3))
    return palette


def _painter(scene: Scene, order: str | None, theme: str, width: int, shape: str, view: str | None) -> Painter:
    allowed = [known["id"] for known in scene["orders"]]
    if order is not None and order not in allowed:
        raise ValueError(f"order is {order!r}, allowed are {', '.join(allowed)}")
    if theme not in PALETTE:
        raise ValueError(f"theme is {theme!r}, allowed are {', '.join(PALETTE)}")
    if not 320 <= width <= 4000:
        raise ValueError(f"width is {width}, allowed are 320 to 4000")
    if shape not in SHAPES:
        raise ValueError(f"shape is {shape!r}, allowed are {', '.join(SHAPES)}")
    views = [one["id"] for one in scene.get("views", [])]
    if view is not None and view not in views:
        raise ValueError(f"view is {view!r}, allowed are {', '.join(views) or 'none'}")
    return Painter(scene, order, theme, width, shape, view)
