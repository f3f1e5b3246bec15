"""Takes a picture of a scene to any step: cells that have not changed are not drawn again."""

from __future__ import annotations

from PIL import Image

from explainer.palette import PALETTE, cell_color
from explainer.player.captions import step_pieces, text_of
from explainer.player.lookup import Lookup, Panel, Scene, is_ghost
from explainer.player.numerals import format_number
from explainer.player.playback import Playback, Shown
from explainer.player.wording import cell_text, weight_text
from explainer.raster.layout import Place, count_cells, legends, plan, readable_width
from explainer.raster.sheet import MARGIN, SHARP, TITLE, Box, Sheet, text_size, windows
from explainer.raster.text import wrapped

LINE = 21
MOST_LINES = 3
READABLE = 8.0
SMALL_CELL = 26  # of a picture 1280 pixels wide; below that one reading at a time is shown

#: Width by height of the pictures that can be had; a free one is as high as it needs to be.
SHAPES = {"wide": 16 / 9, "square": 1.0, "free": None}


class Painter:
    """One picture of a scene, and where it stands in a reading order."""

    def __init__(
        self, scene: Scene, order: str | None, theme: str, width: int, shape: str = "free", view: str | None = None
    ) -> None:
        self.lookup = Lookup(scene)
        self.playback = Playback(self.lookup, order)
        self.theme = theme
        self.wanted, self.aspect = width, SHAPES[shape]
        scene = seen(scene, view, width, self.aspect)
        more = 2 * MARGIN + TITLE + 2 * LINE
        self.width = readable_width(scene, width, self.aspect, more) if self.aspect else width
        self.places = plan(scene, self.width - 2 * MARGIN)
        self.vmax = {panel["id"]: self._vmax(panel) for panel in scene["panels"]}
        self.digits = {place.panel["id"]: self._digits(place) for place in self.places.places}
        self.seen: dict[tuple[str, int], Shown | None] = {}
        self.lines = max(len(self._sentence(step)) for step in self._captioned())
        height = self.places.height + 2 * MARGIN + TITLE + self.lines * LINE
        self.sheet = Sheet((self.width, height), PALETTE[theme])
        self.sheet.write(MARGIN, MARGIN, scene["name"], 19)
        said = legends(scene)
        for place in self.places.places:
            self._panel(place, said.get(place.panel["id"]))

    def at(self, step: int) -> Image.Image:
        """The picture of a step."""
        for place in self.places.places:
            if place.panel.get("progress"):
                self._progress(place, step)
        return self._shot(self._rings(step), step)

    def between(self, step: int, share: float) -> Image.Image | None:
        """On the way from the step before, which must have been drawn last: outlines glide, cells wait.

        None where nothing glides, as the outlines are not the same windows.
        """
        before, after = self._rings(step - 1), self._rings(step)
        if [len(rings) for _, rings in before] != [len(rings) for _, rings in after]:
            return None
        eased = 1 - (1 - share) ** 3
        gliding = [
            (place, [mixed(a, b, eased) for a, b in zip(old, new, strict=True)])
            for (place, old), (_, new) in zip(before, after, strict=True)
        ]
        return self._shot(gliding, step)

    def _rings(self, step: int) -> list[tuple[Place, list[Box]]]:
        """What a step outlines on every panel: windows whole, scattered cells one by one, bands of a matrix."""
        lit = self.lookup.lit(self.playback.lead, self.playback.steps[step])
        found = []
        for place in self.places.places:
            spans = [self.sheet.span(place, *ends) for ends in windows(place, lit[place.panel["id"]])]
            found.append((place, spans + self._band(place, step)))
        return found

    def _shot(self, rings: list[tuple[Place, list[Box]]], step: int) -> Image.Image:
        shot = self.sheet.copy()
        for place, boxes in rings:
            for box in boxes:
                shot.ring(place, box)
        for i, line in enumerate(self._sentence(step)[: self.lines]):
            shot.write(MARGIN, shot.size[1] - MARGIN - (self.lines - i) * LINE, line, 15)
        return shot.finished(self.wanted, self.aspect)

    def _captioned(self) -> range:
        """The steps whose captions are measured: all, or about a hundred of very many."""
        count = len(self.playback)
        return range(0, count, max(1, count // 100))

    def _sentence(self, step: int) -> list[str]:
        pieces = step_pieces(self.lookup, step, self.playback.order["id"])
        text = f"Step {step + 1} of {len(self.playback)}: {text_of(pieces)}"
        return wrapped(text, 15 * SHARP, (self.width - 2 * MARGIN) * SHARP, MOST_LINES)

    def _vmax(self, panel: Panel) -> float:
        values = self.lookup.weight if "matrix" in panel else panel.get("values") or []
        return max((abs(v) for v in values if v is not None), default=0.0)

    def _digits(self, place: Place) -> int:
        """As many digits as can be read in the panel's cells, at most four."""
        values = self.lookup.weight if "matrix" in place.panel else place.panel.get("values") or []
        for digits in (4, 3):
            longest = max((format_number(value, digits) for value in set(values)), key=len, default="")
            if text_size(place, longest) >= READABLE:
                return digits
        return 2

    def _panel(self, place: Place, legend: str | None) -> None:
        panel = place.panel
        self.sheet.heading(place, legend)
        self.sheet.rulers(place)
        if "matrix" in panel:
            return self._matrix(place)
        for cell in range(count_cells(panel)):
            if panel.get("progress"):
                self.sheet.cell(place, cell, None, "")
            else:
                value = panel["values"][cell] if panel.get("values") else 0.0
                self._value(place, cell, value, None)
        return self.sheet.frame(place)

    def _matrix(self, place: Place) -> None:
        panel, palette = place.panel, self.sheet.palette
        empty = palette["scales"]["weight"][1][1] if place.cell < 5 else palette["blank"]
        whole = self.sheet.span(place, 0, count_cells(panel) - 1)
        self.sheet.draw.rectangle(whole, fill=empty, outline=palette["line"], width=SHARP)
        for cell, tie in self.lookup.entries(panel).items():
            weight = self.lookup.weight[tie]
            fill = cell_color("weight", weight, self.vmax[panel["id"]], self.theme)
            text = weight_text(self.lookup, tie, self.digits[panel["id"]])
            self.sheet.cell(place, cell, fill, text)

    def _progress(self, place: Place, step: int) -> None:
        panel = place.panel
        for cell in range(count_cells(panel)):
            shown = self.playback.shown(panel, cell, step)
            key = (panel["id"], cell)
            if self.seen.get(key) == shown:
                continue
            self.seen[key] = shown
            if shown is None:
                self.sheet.cell(place, cell, None, "")
                continue
            value = panel["values"][cell] if shown.final and panel.get("values") else shown.value
            self._value(place, cell, value, shown)
        self.sheet.frame(place)

    def _value(self, place: Place, cell: int, value: float | None, shown: Shown | None) -> None:
        panel = place.panel
        padding = is_ghost(panel, cell) and not panel.get("progress")
        quiet = padding or self.lookup.is_inserted(panel, cell)
        fill = cell_color(panel["role"], 0.0 if quiet else value, self.vmax[panel["id"]], self.theme)
        text = cell_text(self.lookup, panel, cell, shown, self.digits[panel["id"]])
        self.sheet.cell(place, cell, fill, text, quiet)

    def _band(self, place: Place, step: int) -> list[Box]:
        """The row or column of the matrix that the step stands for."""
        sides, (_, rows, cols) = place.panel.get("matrix", {}), place.panel["shape"]
        at, by = self.playback.steps[step], self.playback.order["by"]
        if sides.get("rows") == by:
            return [self.sheet.span(place, at * cols, at * cols + cols - 1)]
        if sides.get("cols") == by:
            return [self.sheet.span(place, at, (rows - 1) * cols + at)]
        return []


def seen(scene: Scene, view: str | None, width: int, aspect: float | None) -> Scene:
    """The scene with the panels of a reading; if none is named all of them, or the first where all were too small."""
    views = scene.get("views", [])
    if view is None and aspect and views and smallest(scene, width, aspect) < SMALL_CELL * width / 1280:
        view = views[0]["id"]
    lanes = next((one["lanes"] for one in views if one["id"] == view), None)
    if lanes is None:
        return scene
    return {**scene, "panels": [panel for panel in scene["panels"] if panel.get("lane", 0) in lanes]}


def smallest(scene: Scene, width: int, aspect: float) -> float:
    """The side of the smallest cell of a picture that shows all panels."""
    more = 2 * MARGIN + TITLE + 2 * LINE
    wide = readable_width(scene, width, aspect, more)
    found = plan(scene, wide - 2 * MARGIN)
    return min(place.cell for place in found.places) * width / max(wide, (found.height + more) * aspect)


def mixed(a: Box, b: Box, share: float) -> Box:
    """A box on its way from one to another."""
    left, top, right, bottom = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return left, top, right, bottom
