"""What every cell of a scene shows after every step of a reading order.

The twin of playback.js; pictures and tests play scenes through it.
"""

from __future__ import annotations

from dataclasses import dataclass

from explainer.player.lookup import Lookup, Panel, column_of, is_ghost


@dataclass(frozen=True)
class Shown:
    """What a cell of a panel that fills up shows: a number, whether it is the last one, the ties added so far."""

    value: float | None
    final: bool
    ties: tuple[int, ...] = ()


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
