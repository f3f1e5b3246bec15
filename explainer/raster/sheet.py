"""A sheet to draw a scene on: cells, headings, rulers, signs and outlines, in the pixels of a layout."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageDraw

from explainer.player.lookup import is_ghost
from explainer.player.numerals import format_number
from explainer.raster.layout import CHANNEL_TITLE, HEADING, RULER, SIGN, Place, count_cells
from explainer.raster.text import fitting, write

SHARP = 2  # drawn at twice the size and reduced, which smooths the edges
MARGIN = 20
TITLE = 30

Box = tuple[float, float, float, float]


class Sheet:
    """An image with the drawing tools for panels, all of them in one theme's colors."""

    def __init__(self, size: tuple[int, int], palette: dict[str, Any]) -> None:
        self.size = size
        self.palette = palette
        self.fills = {palette[name] for name in ("background", "blank", "ink", "accent", "line")}
        self.image = Image.new("RGB", (size[0] * SHARP, size[1] * SHARP), palette["background"])
        self.draw = ImageDraw.Draw(self.image)

    def copy(self) -> Sheet:
        """A sheet to draw on without spoiling this one."""
        other = Sheet((1, 1), self.palette)
        other.size, other.image = self.size, self.image.copy()
        other.draw = ImageDraw.Draw(other.image)
        return other

    def finished(self, width: int, aspect: float | None) -> Image.Image:
        """The picture `width` pixels wide; with an aspect in the middle of a picture of that aspect."""
        if aspect is None:
            return self.image.resize(self.size, Image.Resampling.LANCZOS)
        across = max(self.image.width, round(self.image.height * aspect))
        whole = Image.new("RGB", (across, round(across / aspect)), self.palette["background"])
        whole.paste(self.image, ((across - self.image.width) // 2, (whole.height - self.image.height) // 2))
        # A large sheet is halved by blocks first: no difference to see, and a long animation takes half the time.
        return whole.resize((width, round(width / aspect)), Image.Resampling.LANCZOS, reducing_gap=1.5)

    def write(self, x: float, y: float, text: str, size: float, ink: str = "ink") -> None:
        """Write text below and right of a point; `ink` names a color of the palette."""
        write(self.draw, (x * SHARP, y * SHARP), text, size * SHARP, self.palette[ink], "la")

    def rect(self, place: Place, cell: int, grow: float = 0.0) -> Box:
        """The square of a cell, in the image's own pixels."""
        left, top, right, bottom = place.box(cell)
        x, y = MARGIN, MARGIN + TITLE
        return (
            (left + x - grow) * SHARP,
            (top + y - grow) * SHARP,
            (right + x + grow) * SHARP,
            (bottom + y + grow) * SHARP,
        )

    def span(self, place: Place, first: int, last: int) -> Box:
        """The rectangle from one cell to another."""
        return (*self.rect(place, first)[:2], *self.rect(place, last)[2:])

    def heading(self, place: Place, legend: str | None) -> None:
        """A panel's title, note, channel names, sign, and what its hatching means."""
        panel, muted = place.panel, self.palette["muted"]
        left, top, _, _ = self.rect(place, 0)
        up = RULER if panel["shape"][0] == 1 else CHANNEL_TITLE
        color = self.palette["text"].get(panel["role"], self.palette["ink"])
        y = top - (HEADING + up - 4) * SHARP
        room = place.room * SHARP
        title, note = panel.get("title") or panel["id"], panel.get("note", "")
        write(self.draw, (left, y), title, fitting(title, 15 * SHARP, room), color, "la")
        write(self.draw, (left, y + 18 * SHARP), note, fitting(note, 11.5 * SHARP, room), muted, "la")
        channels, rows, cols = panel["shape"]
        for channel in range(channels if channels > 1 else 0):
            x0, y0, _, _ = self.rect(place, channel * rows * cols)
            name = panel["grids"][channel] if "grids" in panel else f"channel {channel}"
            write(self.draw, (x0, y0 - 4 * SHARP), name, 10 * SHARP, muted, "ls")
        height = place.size[1] * SHARP
        if panel.get("sign"):
            self.sign(panel["sign"], left - (RULER + SIGN / 2) * SHARP, top + height / 2)
        if legend:
            write(self.draw, (left, top + height + 4 * SHARP), f"hatched: {legend}", 11 * SHARP, muted, "la")

    def sign(self, sign: str, x: float, y: float) -> None:
        """The glyph before a panel; the font has no arrow, so that one is drawn."""
        color = self.palette["muted"]
        if sign != "→":
            return write(self.draw, (x, y), sign, 22 * SHARP, color)
        reach = 10 * SHARP
        self.draw.line((x - reach, y, x + reach, y), fill=color, width=2 * SHARP)
        head = [(x + reach, y - reach / 2), (x + reach * 1.6, y), (x + reach, y + reach / 2)]
        return self.draw.polygon(head, fill=color)

    def rulers(self, place: Place) -> None:
        """The numbers of rows and columns, where there is room."""
        channels, rows, cols = place.panel["shape"]
        if place.cell < 18 or channels > 1:
            return
        down, across = place.panel.get("origin", (0, 0))
        for col in range(cols if cols > 1 else 0):
            left, top, right, _ = self.rect(place, col)
            at = ((left + right) / 2, top - RULER / 2 * SHARP)
            write(self.draw, at, format_number(col + across), 9.5 * SHARP, self.palette["muted"])
        for row in range(rows if rows > 1 else 0):
            left, top, _, bottom = self.rect(place, row * cols)
            at = (left - RULER / 2 * SHARP, (top + bottom) / 2)
            write(self.draw, at, format_number(row + down), 9.5 * SHARP, self.palette["muted"])

    def cell(self, place: Place, cell: int, fill: str | None, text: str, muted: bool = False) -> None:
        """One cell; without a fill it is blank."""
        box = self.rect(place, cell, -1 if place.cell >= 26 else -0.5 if place.cell >= 6 else 0)
        self.draw.rectangle(self.rect(place, cell), fill=self.palette["background"])
        self.fills.add(fill or self.palette["blank"])
        outline = self.palette["line"] if fill is None and place.cell >= 6 else None
        radius = (4 if place.cell >= 26 else 2 if place.cell >= 12 else 0) * SHARP
        self.draw.rounded_rectangle(box, radius, fill=fill or self.palette["blank"], outline=outline, width=SHARP)
        if is_ghost(place.panel, cell) and place.cell >= 6:
            self.hatch(box)
        size = text_size(place, text) * SHARP
        if text and size >= SMALLEST * SHARP:
            ink = self.palette["muted" if muted else "ink"]
            write(self.draw, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), text, size, ink)

    def hatch(self, box: Box) -> None:
        """Stripes from lower left to upper right, kept inside the box."""
        left, top, right, bottom = box
        wide, high, gap = right - left, bottom - top, 6 * SHARP
        offset = gap / 2
        while offset < wide + high:
            start = (left + max(0.0, offset - high), top + min(offset, high))
            end = (left + min(offset, wide), top + max(0.0, offset - wide))
            self.draw.line((*start, *end), fill=self.palette["hatch"], width=SHARP)
            offset += gap

    def frame(self, place: Place) -> None:
        """A solid line around the real cells, where others are padding or cropped."""
        channels = place.panel["shape"][0] if place.panel.get("ghost") else 0
        size = count_cells(place.panel) // place.panel["shape"][0]
        for channel in range(channels):
            real = [c for c in range(channel * size, (channel + 1) * size) if not is_ghost(place.panel, c)]
            if real:
                box = self.span(place, real[0], real[-1])
                self.draw.rectangle(box, outline=self.palette["frame"], width=2 * SHARP)

    def ring(self, place: Place, box: Box) -> None:
        """One outline in the accent."""
        thick = (3 if place.cell >= 12 else 2) * SHARP
        wider = (box[0] - SHARP, box[1] - SHARP, box[2] + SHARP, box[3] + SHARP)
        radius = min(4, place.cell * 0.2) * SHARP
        self.draw.rounded_rectangle(wider, radius, outline=self.palette["accent"], width=thick)


SMALLEST = 6.5


def text_size(place: Place, text: str) -> float:
    """The font size with which a text fits a cell."""
    return fitting(text, min(18, place.cell * 0.5), place.wide * 0.8)


def windows(place: Place, cells: list[int]) -> list[tuple[int, int]]:
    """First and last cell of each full rectangle the cells form, one for each channel, or of every cell alone."""
    _, rows, cols = place.panel["shape"]
    found: list[tuple[int, int]] = []
    for channel in sorted({cell // (rows * cols) for cell in cells}):
        group = [cell for cell in cells if cell // (rows * cols) == channel]
        high = [cell // cols for cell in group]
        wide = [cell % cols for cell in group]
        full = (max(high) - min(high) + 1) * (max(wide) - min(wide) + 1) == len(group)
        found += [(group[0], group[-1])] if full else [(cell, cell) for cell in group]
    return found
