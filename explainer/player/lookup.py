"""Which ties of a scene touch which cell: one table that serves stepping, pointing and captions.

A tie is one product, weight times value; it touches at most one cell of each panel. The twin of
lookup.js.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

#: Roles of panels that only accompany a column.
ASIDE = ("index", "plain")

Panel = dict[str, Any]
Scene = dict[str, Any]


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
        self._entries: dict[str, dict[int, int]] = {}

    def lead(self, column: str) -> Panel:
        """The panel that names a column's cells: the first grid that has it, one that only accompanies it at need."""
        grids = [p for p in self.panels if "matrix" not in p and column_of(p) == column]
        return next((p for p in grids if p["role"] not in ASIDE), grids[0])

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
        if panel["id"] not in self._entries:
            cells = ((self.cell_of(panel, tie), tie) for tie in range(len(self.weight)))
            self._entries[panel["id"]] = {cell: tie for cell, tie in cells if cell >= 0}
        return self._entries[panel["id"]]

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
