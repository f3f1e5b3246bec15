"""Where the panels of a scene stand in a picture of a given width; the same rules as in the stage."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from explainer.lookup import Panel, Scene

RULER = 15
SIGN = 34
GAP = 20
CHANNEL_GAP = 12
CHANNEL_TITLE = 18
HEADING = 38
FOOT = 18
LARGEST_CELL = 56
HEIGHT = 430
ASIDE_FROM = 680  # a picture at least this wide has room for matrices beside the other lanes


@dataclass(frozen=True)
class Place:
    """A panel's grid: the corner of its first cell and the side of a cell, in pixels."""

    panel: Panel
    x: float
    y: float
    cell: float

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a cell."""
        _, rows, cols = self.panel["shape"]
        rest, col = divmod(index, cols)
        channel, row = divmod(rest, rows)
        down, across = divmod(channel, spread(self.panel)[0])
        x = self.x + across * (cols * self.cell + CHANNEL_GAP) + col * self.cell
        y = self.y + down * (rows * self.cell + CHANNEL_TITLE) + row * self.cell
        return x, y, x + self.cell, y + self.cell

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the grid with all its channels."""
        across, down = spread(self.panel)
        _, rows, cols = self.panel["shape"]
        wide = across * cols * self.cell + (across - 1) * CHANNEL_GAP
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


def plan(scene: Scene, width: int) -> Plan:
    """Place every panel: lanes below each other, tall matrices beside them where there is room."""
    numbers = sorted({panel.get("lane", 0) for panel in scene["panels"]})
    lanes = [[p for p in scene["panels"] if p.get("lane", 0) == number] for number in numbers]
    tall = [lane for lane in lanes if any("matrix" in panel for panel in lane)]
    grids = [lane for lane in lanes if lane not in tall]
    aside = _aside_width(tall, width) if grids and width >= ASIDE_FROM else 0
    if not tall or not 0 < aside <= width * 0.52:
        return _stack(grids, tall, 0, width)
    left, right = _stack(grids, [], 0, width - aside), _stack([], tall, width - aside, aside)
    height = max(left.height, right.height)
    middled = [_shift(part.places, (height - part.height) / 2) for part in (left, right)]
    return Plan([place for places in middled for place in places], height)


def _aside_width(lanes: list[list[Panel]], width: int) -> int:
    widths = [_lane_width(lane, _cell([lane], width / 2, 34)) for lane in lanes]
    return ceil(max(widths, default=0)) + GAP


def _stack(grids: list[list[Panel]], tall: list[list[Panel]], x: float, width: float) -> Plan:
    """Lanes from top to bottom; the grids share one cell size, a lane with a matrix has its own."""
    common = _cell(grids, width, LARGEST_CELL)
    sized = [(lane, common) for lane in grids] + [(lane, _cell([lane], width, 34)) for lane in tall]
    places: list[Place] = []
    y = 0.0
    for lane, cell in sized:
        tallest = max(Place(panel, 0, 0, cell).size[1] for panel in lane)
        at = x + max(0.0, (width - _lane_width(lane, cell)) / 2)
        for panel in lane:
            at += _before(panel)
            grid = Place(panel, at, y + HEADING + RULER + (tallest - Place(panel, 0, 0, cell).size[1]) / 2, cell)
            places.append(grid)
            at += grid.size[0] + GAP
        y += HEADING + RULER + tallest + (FOOT if any(p.get("ghost") for p in lane) else 0) + GAP
    return Plan(places, ceil(y))


def _shift(places: list[Place], by: float) -> list[Place]:
    return [Place(place.panel, place.x, place.y + by, place.cell) for place in places]


def _before(panel: Panel) -> float:
    return RULER + (SIGN if panel.get("sign") else 0)


def _lane_width(lane: list[Panel], cell: float) -> float:
    return sum(_before(panel) + Place(panel, 0, 0, cell).size[0] + GAP for panel in lane) - GAP


def _cell(lanes: list[list[Panel]], width: float, largest: float) -> float:
    """The largest cell with which every lane fits the width, and all of them about the height of a screen."""
    if not lanes:
        return largest
    across = [sum(spread(p)[0] * p["shape"][2] for p in lane) for lane in lanes]
    extras = [_lane_width(lane, 0) for lane in lanes]
    rows: int = sum(max(spread(p)[1] * p["shape"][1] for p in lane) for lane in lanes)
    fit = min((width - extra) / cols for cols, extra in zip(across, extras, strict=True))
    cell = min(fit, max(HEIGHT / rows, 2.0), largest)
    return float(floor(cell)) if cell >= 3 else max(cell, 0.1)
