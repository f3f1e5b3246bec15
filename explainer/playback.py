"""What a scene shows after a step: which ties touch which cell, and how the cells that fill up change.

The twin of the stage's own lookup (stage.js); pictures, captions and tests read scenes through it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Panel = dict[str, Any]
Scene = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What a cell of a panel that fills up shows: a number, whether it is the last one, the ties added so far."""

    value: float | None
    final: bool
    ties: tuple[int, ...] = ()


def column_of(panel: Panel) -> str:
    """The column of the ties that a panel's cells belong to."""
    return str(panel.get("column", panel["id"]))


def is_ghost(panel: Panel, cell: int) -> bool:
    """Padding, cropped, or a row or column of the matrix that stands for such a pixel."""
    if "matrix" not in panel:
        return cell in panel.get("ghost", ())
    row, col = divmod(cell, panel["shape"][2])
    return row in panel.get("ghost_rows", ()) or col in panel.get("ghost_cols", ())


class Lookup:
    """The ties of a scene, by cell."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ties = scene["ties"]
        self.panels: list[Panel] = scene["panels"]
        self.source = self.lead(scene["source"])
        self.target = self.lead(scene["target"])
        self._groups: dict[str, dict[int, list[int]]] = {}

    def lead(self, column: str) -> Panel:
        """The panel that names a column's cells: the first grid that has it, an index panel only at need."""
        grids = [p for p in self.panels if "matrix" not in p and column_of(p) == column]
        return next((p for p in grids if p["role"] != "index"), grids[0])

    @cached_property
    def weights(self) -> Panel | None:
        """The panel that the weights are read from."""
        name = self.scene.get("weights_from")
        if name is None:
            return None
        return next((p for p in self.panels if p["id"] == name), None) or self.lead(name)

    @cached_property
    def weight(self) -> list[float]:
        """The multiplier of every tie."""
        if "weight" in self.ties:
            return list(self.ties["weight"])
        if self.weights is None or "values" not in self.weights:
            return [1.0] * len(self.ties[self.scene["target"]])
        values = self.weights["values"]
        return [values[cell] if cell >= 0 else 1.0 for cell in self.ties[column_of(self.weights)]]

    def group(self, column: str) -> dict[int, list[int]]:
        """The ties of each cell of a column."""
        if column not in self._groups:
            groups: dict[int, list[int]] = defaultdict(list)
            for tie, cell in enumerate(self.ties.get(column, ())):
                groups[cell].append(tie)
            self._groups[column] = groups
        return self._groups[column]

    def source_cell(self, tie: int) -> int:
        """The input pixel of a product, or -1 for an inserted zero."""
        return int(self.ties[self.scene["source"]][tie])

    def source_value(self, tie: int) -> float | None:
        """The value a product reads; None is minus infinity."""
        cell = self.source_cell(tie)
        return self.source.get("values", {cell: 0})[cell] if cell >= 0 else 0.0

    def product(self, tie: int) -> float:
        """Weight times value."""
        return self.weight[tie] * (self.source_value(tie) or 0.0)

    def cell_of(self, panel: Panel, tie: int) -> int:
        """The cell of a panel that a tie touches, or -1."""
        if "matrix" not in panel:
            return int(self.ties[column_of(panel)][tie])
        row, col = (self.ties[panel["matrix"][side]][tie] for side in ("rows", "cols"))
        return -1 if row < 0 or col < 0 else int(row * panel["shape"][2] + col)

    def ties_of(self, panel: Panel, cell: int) -> list[int]:
        """All ties that touch a cell."""
        if "matrix" not in panel:
            return self.group(column_of(panel)).get(cell, [])
        row, col = divmod(cell, panel["shape"][2])
        cols = self.ties[panel["matrix"]["cols"]]
        return [tie for tie in self.group(panel["matrix"]["rows"]).get(row, ()) if cols[tie] == col]

    def entries(self, panel: Panel) -> dict[int, int]:
        """The non-empty cells of a matrix panel, each with its tie."""
        cells = ((self.cell_of(panel, tie), tie) for tie in range(len(self.weight)))
        return {cell: tie for cell, tie in cells if cell >= 0}

    def inserts_zeros(self, panel: Panel) -> bool:
        """Is this a panel of the reading that inserts zeros (stretched input, flipped kernel)?"""
        known = {self.scene["source"], self.scene["target"]}
        known |= {column_of(self.weights)} if self.weights else set()
        return "matrix" not in panel and column_of(panel) not in known

    def is_inserted(self, panel: Panel, cell: int) -> bool:
        """A pixel that no input stands behind: an inserted zero, or padding around them."""
        if panel["role"] != "input" or not self.inserts_zeros(panel):
            return False
        ties = self.ties_of(panel, cell)
        return bool(ties) and all(self.source_cell(tie) < 0 for tie in ties)

    def lit(self, panel: Panel, cell: int) -> dict[str, list[int]]:
        """The cells that a chosen cell lights up, panel by panel."""
        ties = self.ties_of(panel, cell)
        real = [tie for tie in ties if self.source_cell(tie) >= 0]
        through = column_of(panel) == self.scene["target"] or self.inserts_zeros(panel)
        cells = {}
        for other in self.panels:
            chosen = ties if not real or (through and self.inserts_zeros(other)) else real
            found = {at for tie in chosen if (at := self.cell_of(other, tie)) >= 0}
            cells[other["id"]] = sorted(found | self._own(panel, cell, other))
        return cells

    def _own(self, panel: Panel, cell: int, other: Panel) -> set[int]:
        if other is panel:
            return {cell}
        if "matrix" in other:
            return set()
        if "matrix" not in panel:
            return {cell} if column_of(other) == column_of(panel) else set()
        row, col = divmod(cell, panel["shape"][2])
        sides = {panel["matrix"]["rows"]: row, panel["matrix"]["cols"]: col}
        return {sides[column_of(other)]} if column_of(other) in sides else set()


class Playback:
    """The steps of one reading order of a scene."""

    def __init__(self, lookup: Lookup, order: str | None = None) -> None:
        self.lookup = lookup
        wanted = order or lookup.scene.get("order") or lookup.scene["orders"][0]["id"]
        self.order = next(o for o in lookup.scene["orders"] if o["id"] == wanted)
        self.lead = lookup.lead(self.order["by"])
        channels, rows, cols = self.lead["shape"]
        self.steps = [cell for cell in range(channels * rows * cols) if not is_ghost(self.lead, cell)]
        self.step_of = {cell: step for step, cell in enumerate(self.steps)}
        self._histories: dict[tuple[str, int], list[tuple[float, Shown]]] = {}

    def __len__(self) -> int:
        return len(self.steps)

    def shown(self, panel: Panel, cell: int, step: int) -> Shown | None:
        """What a cell of a panel that fills up shows after a step; None while it is blank."""
        key = (column_of(panel), cell)
        if key not in self._histories:
            self._histories[key] = self._history(panel, cell)
        past = [shown for at, shown in self._histories[key] if at <= step]
        if not past:
            return None
        summed = panel["role"] != "index" and column_of(panel) == self.lookup.scene["target"]
        return past[-1] if past[-1].final or summed else None

    def tie_step(self, tie: int) -> float:
        """The step that adds a product; padding adds nothing and is never waited for, cropped outputs never come."""
        scene = self.lookup.scene
        cell = self.lookup.ties[self.order["by"]][tie]
        if cell in self.step_of:
            return self.step_of[cell]
        free = scene.get("combine") == "max" or self.lookup.product(tie) == 0
        return -1 if free and self.order["by"] != scene["target"] else float("inf")

    def _history(self, panel: Panel, cell: int) -> list[tuple[float, Shown]]:
        """The partial sums of one cell, one for each step that changes it."""
        lookup = self.lookup
        ties = [tie for tie in lookup.ties_of(panel, cell) if lookup.source_cell(tie) >= 0]
        if not ties:
            step = self.step_of.get(cell) if self.order["by"] == column_of(panel) else -1
            return [] if step is None else [(step, Shown(0.0, True))]
        ties.sort(key=lambda tie: (self.tie_step(tie), tie))
        steps = [self.tie_step(tie) for tie in ties]
        history: list[tuple[float, Shown]] = []
        for last, value in enumerate(self._running(ties)):
            final = last == len(ties) - 1
            waits = not final and steps[last + 1] == steps[last]
            if steps[last] == float("inf") or waits or (steps[last] < 0 and not final):
                continue
            history.append((steps[last], Shown(value, final, tuple(ties[: last + 1]))))
        return history

    def _running(self, ties: list[int]) -> list[float | None]:
        """The sum, or the maximum, after each of the ties."""
        lookup = self.lookup
        values: list[float | None] = []
        if lookup.scene.get("combine") == "max":
            best = float("-inf")
            for tie in ties:
                given = lookup.source_value(tie)
                best = best if given is None else max(best, given)
                values.append(None if best == float("-inf") else best)
            return values
        total = 0.0
        for tie in ties:
            total += lookup.product(tie)
            values.append(total)
        return values
