"""Where the panels of a scene stand in a picture of a given width; the same rules as in the stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, inf

from explainer.player.lookup import Panel, Scene
from explainer.raster.text import length

RULER = 15
SIGN = 34
GAP = 20
CHANNEL_GAP = 12
CHANNEL_TITLE = 18
HEADING = 38
FOOT = 18
LARGEST_CELL = 56
SMALLEST_BESIDE_WORDS = 8
LARGEST_TALL = 34  # in a lane with a matrix
HEIGHT = 430
TOO_HIGH = 560
ASIDE_FROM = 680  # a picture at least this wide has room for matrices beside the other lanes


@dataclass(frozen=True)
class Place:
    """A panel's grid: the corner of its first cell and the side of a cell, in pixels."""

    panel: Panel
    x: float
    y: float
    cell: float
    room: float = inf  # to the next panel's, for the heading

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a cell."""
        _, rows, cols = self.panel["shape"]
        rest, col = divmod(index, cols)
        channel, row = divmod(rest, rows)
        down, across = divmod(channel, spread(self.panel)[0])
        x = self.x + across * (cols * self.wide + CHANNEL_GAP) + col * self.wide
        y = self.y + down * (rows * self.cell + CHANNEL_TITLE) + row * self.cell
        return x, y, x + self.wide, y + self.cell

    @property
    def wide(self) -> float:
        """A cell is as wide as high, but sums of letters get the room they need."""
        letters = max((len(label) for label in self.panel.get("labels") or ()), default=0)
        return max(self.cell, letters * 8.0 + 8) if letters > 3 and self.cell >= 12 else self.cell

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the grid with all its channels."""
        across, down = spread(self.panel)
        _, rows, cols = self.panel["shape"]
        wide = across * cols * self.wide + (across - 1) * CHANNEL_GAP
        return wide, down * rows * self.cell + (down - 1) * CHANNEL_TITLE


@dataclass(frozen=True)
class Plan:
    """All places, and the height they need."""

    places: list[Place]
    height: int


def spread(panel: Panel) -> tuple[int, int]:
    """How many channels stand beside and below each other."""
    channels, rows, cols = panel["shape"]
    across = min(channels, 2 if channels == 4 and rows * cols <= 4 else 4)
    return across, ceil(channels / across)


def legends(scene: Scene) -> dict[str, str]:
    """What hatching means, said once: on the first panel that has it."""
    found: dict[str, str] = {}
    for panel in scene["panels"]:
        title = panel.get("ghost_title") or "padding"
        if panel.get("ghost") and title not in found.values():
            found[panel["id"]] = title
    return found


def plan(scene: Scene, width: int) -> Plan:
    """Place every panel: lanes below each other, matrices beside them where that is better."""
    numbers = sorted({panel.get("lane", 0) for panel in scene["panels"]})
    lanes = [[p for p in scene["panels"] if p.get("lane", 0) == number] for number in numbers]
    tall = [lane for lane in lanes if any("matrix" in panel for panel in lane)]
    grids = [lane for lane in lanes if lane not in tall]
    below = _stack(grids, tall, 0, width)
    if not tall or not grids or width < ASIDE_FROM:
        return below
    aside = max(_lane_width(lane, _cell([lane], width / 2, LARGEST_TALL)) for lane in tall) + GAP
    left, right = _stack(grids, [], 0, width - aside), _stack([], tall, width - aside, aside)
    shrinks = left.places[0].cell < (0.45 if below.height > TOO_HIGH else 0.75) * below.places[0].cell
    if aside > width * 0.58 or shrinks:
        return below
    height = max(left.height, right.height)
    middled = [_shift(part.places, (height - part.height) / 2) for part in (left, right)]
    return Plan([place for places in middled for place in places], height)


def _stack(grids: list[list[Panel]], tall: list[list[Panel]], x: float, width: float) -> Plan:
    """Lanes from top to bottom; the grids share one cell size, a lane with a matrix has its own."""
    common = _cell(grids, width, LARGEST_CELL)
    sized = [(lane, common) for lane in grids] + [(lane, _cell([lane], width, LARGEST_TALL)) for lane in tall]
    places: list[Place] = []
    y = 0.0
    for lane, cell in sized:
        row, above = beside_each_other(lane), above_of(lane)
        lift = cell + HEADING + RULER if above else 0.0
        tallest = max(Place(panel, 0, 0, cell).size[1] for panel in row)
        words = _has_room_for_words(lane, width)
        at = x + max(0.0, (width - _lane_width(lane, cell, words)) / 2)
        for panel in row:
            middle = (tallest - Place(panel, 0, 0, cell).size[1]) / 2
            places.append(Place(panel, at + _before(panel), y + HEADING + RULER + lift + middle, cell))
            if above and "matrix" in panel and above["beside"]["panel"] == panel["id"]:
                places.append(Place(above, at + _before(panel), y + HEADING + RULER, cell))
            at += _panel_width(panel, cell, words) + GAP
        y += HEADING + RULER + lift + tallest + (FOOT if any(p.get("ghost") for p in lane) else 0) + GAP
    return Plan([_with_room(place, places, x + width) for place in places], ceil(y))


def _with_room(place: Place, places: list[Place], end: float) -> Place:
    """How far a heading may reach: to the next grid on its right, with that grid's sign and ruler."""
    top, bottom = place.y - HEADING - RULER, place.y + place.size[1]
    right = [p.x - _before(p.panel) for p in places if p.x > place.x and top < p.y and p.y - HEADING - RULER < bottom]
    return replace(place, room=min([*right, end]) - place.x)


def above_of(lane: list[Panel]) -> Panel | None:
    """The input that lies above the columns of the lane's matrix."""
    return next((panel for panel in lane if panel.get("beside", {}).get("side") == "above"), None)


def beside_each_other(lane: list[Panel]) -> list[Panel]:
    """The panels of a lane that stand in a row."""
    return [panel for panel in lane if panel is not above_of(lane)]


def _shift(places: list[Place], by: float) -> list[Place]:
    return [replace(place, y=place.y + by) for place in places]


def _before(panel: Panel) -> float:
    return RULER + (SIGN if panel.get("sign") else 0)


def _panel_width(panel: Panel, cell: float, words: bool = True) -> float:
    """The room for a panel's sign, ruler and grid, or for its heading where that is wider."""
    heading = max(length(panel.get("title") or panel["id"], 15), length(panel.get("note", ""), 12))
    return _before(panel) + max(Place(panel, 0, 0, cell).size[0], heading * words)


def _lane_width(lane: list[Panel], cell: float, words: bool = True) -> float:
    return sum(_panel_width(panel, cell, words) + GAP for panel in beside_each_other(lane)) - GAP


def _has_room_for_words(lane: list[Panel], width: float) -> bool:
    """Whether headings may widen the panels, or must do with the width of their grids."""
    return _lane_width(lane, SMALLEST_BESIDE_WORDS) <= width


def _cell(lanes: list[list[Panel]], width: float, largest: int) -> float:
    """The largest cell with which every lane fits the width, and all of them about the height of a screen."""
    if not lanes:
        return largest
    rows = sum(max(spread(p)[1] * int(p["shape"][1]) for p in lane) + 3 * bool(above_of(lane)) for lane in lanes)
    cell = floor(min(max(HEIGHT / rows, 3.0), largest))
    words = [_has_room_for_words(lane, width) for lane in lanes]
    while cell >= 3 and any(_lane_width(lane, cell, w) > width for lane, w in zip(lanes, words, strict=True)):
        cell -= 1
    if cell >= 3:
        return float(cell)
    across = max(sum(spread(p)[0] * int(p["shape"][2]) for p in beside_each_other(lane)) for lane in lanes)
    extra = max(_lane_width(lane, 0, False) for lane in lanes)
    return max(0.1, min((width - extra) / across, 900 / rows, 3.0))


def readable_width(scene: Scene, width: int, aspect: float, more: int) -> int:
    """The width to lay out for, so that the cells are as large as can be once the picture has the wanted aspect.

    `more` pixels of height are needed beside the panels; the whole is scaled to `width` afterwards.
    """

    def largest(candidate: int) -> float:
        found = plan(scene, candidate)
        whole = max(candidate, (found.height + more) * aspect)
        return min(place.cell for place in found.places) * width / whole

    return max((round(width * share) for share in (0.6, 0.75, 0.9, 1, 1.15, 1.35, 1.6, 2)), key=largest)


def count_cells(panel: Panel) -> int:
    """How many cells a panel has."""
    channels, rows, cols = panel["shape"]
    return int(channels * rows * cols)
