"""Draws a scene with pillow, step after step: cells that have not changed are not drawn again."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageDraw

from explainer.captions import step_pieces, text_of, weight_text
from explainer.lookup import Lookup, Panel, Scene, is_ghost
from explainer.numerals import format_number
from explainer.palette import PALETTE, cell_colour
from explainer.playback import Playback, Shown
from explainer.raster_layout import CHANNEL_TITLE, HEADING, RULER, SIGN, Place, plan
from explainer.raster_text import fitting, wrapped, write

SHARP = 2  # drawn at twice the size and reduced, which smooths the edges
MARGIN = 20
TITLE = 30
LINE = 21
MOST_LINES = 3


class Painter:
    """One picture of a scene that can be taken to any step."""

    def __init__(self, scene: Scene, order: str | None, theme: str, width: int) -> None:
        self.lookup = Lookup(scene)
        self.playback = Playback(self.lookup, order)
        self.theme = theme
        self.palette: dict[str, Any] = PALETTE[theme]
        self.plan = plan(scene, width - 2 * MARGIN)
        self.lines = max(len(self._sentence(step, width)) for step in self._captioned())
        self.size = (width, self.plan.height + 2 * MARGIN + TITLE + self.lines * LINE)
        self.vmax = {panel["id"]: self._vmax(panel) for panel in scene["panels"]}
        self.fills = {self.palette[name] for name in ("background", "blank", "ink", "accent", "line")}
        self.seen: dict[tuple[str, int], Shown | None] = {}
        self.base = Image.new("RGB", (width * SHARP, self.size[1] * SHARP), self.palette["background"])
        self.draw = ImageDraw.Draw(self.base)
        write(self.draw, (MARGIN * SHARP, MARGIN * SHARP), scene["name"], 19 * SHARP, self.palette["ink"], "la")
        for place in self.plan.places:
            self._panel(place)

    def at(self, step: int) -> Image.Image:
        """The picture of a step."""
        for place in self.plan.places:
            if place.panel.get("progress"):
                self._progress(place, step)
        shot = self.base.copy()
        draw = ImageDraw.Draw(shot)
        lit = self.lookup.lit(self.playback.lead, self.playback.steps[step])
        for place in self.plan.places:
            self._mark(draw, place, lit[place.panel["id"]], step)
        self._caption(draw, step)
        return shot.resize(self.size, Image.Resampling.LANCZOS)

    def _captioned(self) -> range:
        """The steps whose captions are measured: all, or about a hundred of very many."""
        count = len(self.playback)
        return range(0, count, max(1, count // 100))

    def _sentence(self, step: int, width: int) -> list[str]:
        pieces = step_pieces(self.lookup, step, self.playback.order["id"])
        text = f"Step {step + 1} of {len(self.playback)}: {text_of(pieces)}"
        return wrapped(text, 15 * SHARP, (width - 2 * MARGIN) * SHARP, MOST_LINES)

    def _caption(self, draw: ImageDraw.ImageDraw, step: int) -> None:
        for i, line in enumerate(self._sentence(step, self.size[0])[: self.lines]):
            y = (self.size[1] - MARGIN - (self.lines - i) * LINE) * SHARP
            write(draw, (MARGIN * SHARP, y), line, 15 * SHARP, self.palette["ink"], "la")

    def _vmax(self, panel: Panel) -> float:
        values = self.lookup.weight if "matrix" in panel else panel.get("values") or []
        return max((abs(v) for v in values if v is not None), default=0.0)

    def _rect(self, place: Place, cell: int, grow: float = 0.0) -> tuple[float, float, float, float]:
        left, top, right, bottom = place.box(cell)
        x, y = MARGIN, MARGIN + TITLE
        box = (left + x - grow, top + y - grow, right + x + grow, bottom + y + grow)
        return tuple(value * SHARP for value in box)  # type: ignore[return-value]

    def _panel(self, place: Place) -> None:
        self._heading(place)
        if place.cell >= 18 and place.panel["shape"][0] == 1:
            self._rulers(place)
        if "matrix" in place.panel:
            return self._matrix(place)
        for cell in range(_count(place.panel)):
            if place.panel.get("progress"):
                self._cell(place, cell, None, "")
            else:
                value = (place.panel.get("values") or [0] * (cell + 1))[cell]
                self._cell(place, cell, self._fill(place.panel, cell, value), self._text(place.panel, cell, value))
        return self._frame(place)

    def _heading(self, place: Place) -> None:
        panel, muted = place.panel, self.palette["muted"]
        left, top, _, _ = self._rect(place, 0)
        up = RULER if panel["shape"][0] == 1 else CHANNEL_TITLE
        colour = self.palette["text"].get(panel["role"], self.palette["ink"])
        y = top - (HEADING + up - 4) * SHARP
        write(self.draw, (left, y), panel.get("title") or panel["id"], 15 * SHARP, colour, "la")
        write(self.draw, (left, y + 18 * SHARP), panel.get("note", ""), 11.5 * SHARP, muted, "la")
        if panel["shape"][0] > 1:
            for channel in range(panel["shape"][0]):
                x0, y0, _, _ = self._rect(place, channel * panel["shape"][1] * panel["shape"][2])
                write(self.draw, (x0, y0 - 4 * SHARP), f"channel {channel}", 10 * SHARP, muted, "ls")
        height = place.size[1] * SHARP
        if panel.get("sign"):
            self._sign(panel["sign"], left - (RULER + SIGN / 2) * SHARP, top + height / 2)
        if panel.get("ghost"):
            title = panel.get("ghost_title") or "padding"
            write(self.draw, (left, top + height + 4 * SHARP), f"hatched: {title}", 11 * SHARP, muted, "la")

    def _sign(self, sign: str, x: float, y: float) -> None:
        colour = self.palette["muted"]
        if sign != "→":
            return write(self.draw, (x, y), sign, 22 * SHARP, colour)
        reach = 10 * SHARP
        self.draw.line((x - reach, y, x + reach, y), fill=colour, width=2 * SHARP)
        head = [(x + reach, y - reach / 2), (x + reach * 1.6, y), (x + reach, y + reach / 2)]
        return self.draw.polygon(head, fill=colour)

    def _rulers(self, place: Place) -> None:
        _, rows, cols = place.panel["shape"]
        down, across = place.panel.get("origin", (0, 0))
        for col in range(cols if cols > 1 else 0):
            left, top, right, _ = self._rect(place, col)
            at = ((left + right) / 2, top - RULER / 2 * SHARP)
            write(self.draw, at, format_number(col + across), 9.5 * SHARP, self.palette["muted"])
        for row in range(rows if rows > 1 else 0):
            left, top, _, bottom = self._rect(place, row * cols)
            at = (left - RULER / 2 * SHARP, (top + bottom) / 2)
            write(self.draw, at, format_number(row + down), 9.5 * SHARP, self.palette["muted"])

    def _matrix(self, place: Place) -> None:
        panel = place.panel
        first, last = self._rect(place, 0), self._rect(place, _count(panel) - 1)
        empty = self.palette["scales"]["weight"][1][1] if place.cell < 5 else self.palette["blank"]
        self.draw.rectangle((*first[:2], *last[2:]), fill=empty, outline=self.palette["line"], width=SHARP)
        for cell, tie in self.lookup.entries(panel).items():
            fill = cell_colour("weight", self.lookup.weight[tie], self.vmax[panel["id"]], self.theme)
            self._cell(place, cell, fill, weight_text(self.lookup, tie))

    def _progress(self, place: Place, step: int) -> None:
        panel = place.panel
        for cell in range(_count(panel)):
            shown = self.playback.shown(panel, cell, step)
            key = (panel["id"], cell)
            if self.seen.get(key) == shown:
                continue
            self.seen[key] = shown
            if shown is None:
                self._cell(place, cell, None, "")
                continue
            final = shown.final and panel.get("values")
            value = panel["values"][cell] if final else shown.value
            self._cell(place, cell, self._fill(panel, cell, value), self._text(panel, cell, value, shown))
        self._frame(place)

    def _fill(self, panel: Panel, cell: int, value: float | None) -> str:
        quiet = not panel.get("progress") and (is_ghost(panel, cell) or self.lookup.is_inserted(panel, cell))
        return cell_colour(panel["role"], 0.0 if quiet else value, self.vmax[panel["id"]], self.theme)

    def _text(self, panel: Panel, cell: int, value: float | None, shown: Shown | None = None) -> str:
        if not panel.get("labels"):
            return format_number(value)
        label = str(panel["labels"][cell])
        parts = label.split(" + ")
        ties = [tie for tie in self.lookup.ties_of(panel, cell) if self.lookup.source_cell(tie) >= 0]
        if shown is None or shown.final or len(parts) != len(ties):
            return label
        return " + ".join(part for part, tie in zip(parts, ties, strict=True) if tie in shown.ties)

    def _cell(self, place: Place, cell: int, fill: str | None, text: str) -> None:
        box = self._rect(place, cell, -1 if place.cell >= 26 else -0.5 if place.cell >= 6 else 0)
        self.draw.rectangle(self._rect(place, cell), fill=self.palette["background"])
        self.fills.add(fill or self.palette["blank"])
        outline = self.palette["line"] if fill is None and place.cell >= 6 else None
        radius = (4 if place.cell >= 26 else 2 if place.cell >= 12 else 0) * SHARP
        self.draw.rounded_rectangle(box, radius, fill=fill or self.palette["blank"], outline=outline, width=SHARP)
        if is_ghost(place.panel, cell) and place.cell >= 6:
            self._hatch(box)
        size = fitting(text, min(18, place.cell * 0.5), place.cell * 0.8) * SHARP
        if text and size >= 6.5 * SHARP:
            muted = self.lookup.is_inserted(place.panel, cell) or (
                is_ghost(place.panel, cell) and not place.panel.get("progress")
            )
            ink = self.palette["muted" if muted else "ink"]
            write(self.draw, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), text, size, ink)

    def _hatch(self, box: tuple[float, float, float, float]) -> None:
        left, top, right, _ = box
        side, gap = right - left, 6 * SHARP
        offset = gap / 2
        while offset < 2 * side:
            inside, over = min(offset, side), max(0.0, offset - side)
            line = (left + over, top + inside, left + inside, top + over)
            self.draw.line(line, fill=self.palette["hatch"], width=SHARP)
            offset += gap

    def _frame(self, place: Place) -> None:
        """A solid line around the real cells, where others are padding or cropped."""
        ghost, size = place.panel.get("ghost"), _count(place.panel) // place.panel["shape"][0]
        for channel in range(place.panel["shape"][0] if ghost else 0):
            real = [c for c in range(channel * size, (channel + 1) * size) if not is_ghost(place.panel, c)]
            if real:
                box = (*self._rect(place, real[0])[:2], *self._rect(place, real[-1])[2:])
                self.draw.rectangle(box, outline=self.palette["frame"], width=2 * SHARP)

    def _mark(self, draw: ImageDraw.ImageDraw, place: Place, cells: list[int], step: int) -> None:
        """Outline what the step touches: whole windows at once, scattered cells one by one."""
        thick = (3 if place.cell >= 12 else 2) * SHARP
        for box in [*self._windows(place, cells), *self._band(place, step)]:
            wider = (box[0] - SHARP, box[1] - SHARP, box[2] + SHARP, box[3] + SHARP)
            draw.rounded_rectangle(wider, 4 * SHARP, outline=self.palette["accent"], width=thick)

    def _windows(self, place: Place, cells: list[int]) -> list[tuple[float, float, float, float]]:
        _, rows, cols = place.panel["shape"]
        boxes = []
        for channel in sorted({cell // (rows * cols) for cell in cells}):
            group = [cell for cell in cells if cell // (rows * cols) == channel]
            high = {cell // cols for cell in group}
            wide = {cell % cols for cell in group}
            full = (max(high) - min(high) + 1) * (max(wide) - min(wide) + 1) == len(group)
            corners = [(group[0], group[-1])] if full else [(cell, cell) for cell in group]
            boxes += [(*self._rect(place, a)[:2], *self._rect(place, b)[2:]) for a, b in corners]
        return boxes

    def _band(self, place: Place, step: int) -> list[tuple[float, float, float, float]]:
        """The row or column of the matrix that the step stands for."""
        sides, (_, rows, cols) = place.panel.get("matrix"), place.panel["shape"]
        at, by = self.playback.steps[step], self.playback.order["by"]
        if sides and sides["rows"] == by:
            ends = at * cols, at * cols + cols - 1
        elif sides and sides["cols"] == by:
            ends = at, (rows - 1) * cols + at
        else:
            return []
        return [(*self._rect(place, ends[0])[:2], *self._rect(place, ends[1])[2:])]


def _count(panel: Panel) -> int:
    channels, rows, cols = panel["shape"]
    return int(channels * rows * cols)
