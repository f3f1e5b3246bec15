"""The sentence about a step or a cell, with its numbers in: `out[1,2] = 3·1 + 0·2 = 3`.

A caption is a list of (text, role) pieces, so that whoever shows it can color each number by what it is. The twin
of captions.js; a shared table of cases and a comparison of every cell hold the two together.
"""

from __future__ import annotations

from explainer.player.lookup import Lookup, Panel, Scene, column_of
from explainer.player.numerals import format_number
from explainer.player.playback import Playback
from explainer.player.wording import (
    VERBS,
    Pieces,
    cell_name,
    ghost_pieces,
    glued,
    joined,
    named,
    plural,
    product_pieces,
    value_text,
    weight_text,
)

__all__ = ["cell_name", "cell_pieces", "format_number", "sentence", "step_pieces", "text_of"]


def text_of(pieces: Pieces) -> str:
    """The caption as plain text."""
    return "".join(text for text, _ in pieces)


def sentence(scene: Scene, step: int, order: str | None = None) -> str:
    """`Step 3 of 25: out[0,2] = 3·1 + 1·2 = 5`."""
    lookup = Lookup(scene)
    count = len(Playback(lookup, order))
    return f"Step {step + 1} of {count}: {text_of(step_pieces(lookup, step, order))}"


def step_pieces(lookup: Lookup, step: int, order: str | None = None) -> Pieces:
    """What happens in a step."""
    playback = Playback(lookup, order)
    return cell_pieces(lookup, playback.lead, playback.steps[step])


def cell_pieces(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    """How a cell of any panel takes part."""
    if "matrix" in panel:
        return _matrix(lookup, panel, cell)
    if column_of(panel) == lookup.scene["target"]:
        return _gather(lookup, cell)
    if column_of(panel) == lookup.scene["source"]:
        return _scatter(lookup, cell)
    return _weight(lookup, panel, cell) if panel["role"] == "weight" else _other(lookup, panel, cell)


def _gather(lookup: Lookup, cell: int) -> Pieces:
    target = lookup.target
    ties = [tie for tie in lookup.ties_of(target, cell) if lookup.source_cell(tie) >= 0]
    start: Pieces = [named(target, cell), (" = ", "plain")]
    ghost = ghost_pieces(target, cell, "cropped")
    if not ties:
        return [*start, ("0", "output"), (" (no input reaches this pixel)", "plain"), *ghost]
    if lookup.scene.get("combine") == "max":
        return [*start, *_maximum(lookup, ties, cell), *ghost]
    if lookup.scene.get("verb") in VERBS:
        done = VERBS[lookup.scene["verb"]][1]
        result: Pieces = [(" = ", "plain"), (value_text(target, cell), "output"), (f" ({done})", "plain")]
        return [*start, *_source_names(lookup, ties), *result, *ghost]
    terms = joined([product_pieces(lookup, tie) for tie in ties], " + ")
    return [*start, *terms, (" = ", "plain"), (value_text(target, cell), "output"), *ghost]


def _source_names(lookup: Lookup, ties: list[int]) -> Pieces:
    return joined([[named(lookup.source, lookup.source_cell(tie))] for tie in ties], ", ")


def _maximum(lookup: Lookup, ties: list[int], cell: int) -> Pieces:
    source = lookup.source
    values: list[Pieces] = [[(value_text(source, lookup.source_cell(tie)), "input")] for tie in ties]
    winner = next((tie for tie in ties if lookup.weight[tie] == 1), None)
    at: Pieces = [] if winner is None else [(", at ", "plain"), named(source, lookup.source_cell(winner))]
    result = (value_text(lookup.target, cell), "output")
    return [("max(", "plain"), *joined(values, ", "), (") = ", "plain"), result, *at]


def _reaching(lookup: Lookup, panel: Panel, cell: int) -> list[int]:
    """The ties of a cell that carry a product from a source pixel to a target pixel."""
    targets = lookup.ties[lookup.scene["target"]]
    return [t for t in lookup.ties_of(panel, cell) if lookup.source_cell(t) >= 0 and targets[t] >= 0]


def _target_name(lookup: Lookup, tie: int) -> tuple[str, str]:
    return named(lookup.target, lookup.ties[lookup.scene["target"]][tie])


def _additions(lookup: Lookup, ties: list[int]) -> Pieces:
    """The first three things a cell does: `out[0,1] += 1·2, …`, or `out[0,1] = in[0,0], …` where nothing is added."""
    moves = lookup.scene.get("verb") in VERBS
    terms: list[Pieces] = []
    for tie in ties[:3]:
        product = _source_names(lookup, [tie]) if moves else product_pieces(lookup, tie)
        terms.append([_target_name(lookup, tie), (" = " if moves else " += ", "plain"), *product])
    return glued(terms, ", ") + ([(", …", "plain")] if len(ties) > 3 else [])


def _moves(lookup: Lookup, ties: list[int]) -> Pieces:
    """Where a value goes that is not summed: `is copied to 4 output pixels: out[0,0], …`."""
    count = f" {len(ties)} output pixels:" if len(ties) > 1 else ""
    names = glued([[_target_name(lookup, tie)] for tie in ties[:3]], ", ")
    more: Pieces = [(", …", "plain")] if len(ties) > 3 else []
    return [(f" {VERBS[lookup.scene['verb']][0]}{count} ", "plain"), *names, *more]


def _scatter(lookup: Lookup, cell: int) -> Pieces:
    source = lookup.source
    ties = _reaching(lookup, source, cell)
    start: Pieces = [named(source, cell), (" = ", "plain"), (value_text(source, cell), "input")]
    start += ghost_pieces(source, cell, "padding")
    if not ties:
        return [*start, (" reaches no output pixel", "plain")]
    if lookup.scene.get("combine") == "max":
        return [*start, *_contest(lookup, ties)]
    if lookup.scene.get("verb") in VERBS:
        return [*start, *_moves(lookup, ties)]
    count = len(ties)
    to = f" is multiplied by {plural(count, 'weight')} and added to {plural(count, 'output pixel')}: "
    return [*start, (to, "plain"), *_additions(lookup, ties)]


def _contest(lookup: Lookup, ties: list[int]) -> Pieces:
    won = [tie for tie in ties if lookup.weight[tie] == 1]
    head = f" is compared in {plural(len(ties), 'window')} and is the largest in {len(won) or 'none'}"
    if not won:
        return [(head, "plain")]
    return [(head + ": ", "plain"), *joined([[_target_name(lookup, tie)] for tie in won], ", ")]


def _alias(lookup: Lookup, ties: list[int], panel: Panel | None) -> Pieces:
    """` = w[2,2]` when every tie of a cell touches one and the same cell of another panel."""
    cells = {lookup.cell_of(panel, tie) for tie in ties} if panel else set()
    if panel is None or len(cells) != 1 or min(cells) < 0:
        return []
    return [(" = ", "plain"), named(panel, cells.pop())]


def _weight(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    ties = _reaching(lookup, panel, cell)
    start: Pieces = [named(panel, cell), (" = ", "plain"), (value_text(panel, cell), panel["role"])]
    same = [] if panel is lookup.weights else _alias(lookup, ties, lookup.weights)
    if not ties:
        return [*start, *same, (" is not used", "plain")]
    times = " is used once: " if len(ties) == 1 else f" is used {len(ties)} times: "
    return [*start, *same, (times, "plain"), *_additions(lookup, ties)]


def _other(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    start: Pieces = [named(panel, cell), (" = ", "plain"), (value_text(panel, cell), panel["role"])]
    if lookup.is_inserted(panel, cell):
        padded = cell in panel.get("ghost", ())
        what = panel.get("ghost_title") or "padding" if padded else "an inserted zero"
        return [*start, (f" ({what}): it adds nothing", "plain")]
    ties = _reaching(lookup, panel, cell)
    if not ties:
        return [*start, (" takes part in no product", "plain")]
    same = _alias(lookup, ties, lookup.source)
    head = f" takes part in {plural(len(ties), 'product')}: "
    return [*start, *same, (head, "plain"), *_additions(lookup, ties)]


def _matrix(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    sides = panel["matrix"]
    row, col = divmod(cell, panel["shape"][2])
    names = {
        sides["rows"]: named(lookup.lead(sides["rows"]), row),
        sides["cols"]: named(lookup.lead(sides["cols"]), col),
    }
    start: Pieces = [named(panel, cell), (" = ", "plain")]
    tie = lookup.entries(panel).get(cell)
    if tie is None:
        read, written = names[lookup.scene["source"]], names[lookup.scene["target"]]
        return [*start, ("0", "weight"), (": ", "plain"), read, (" does not reach ", "plain"), written]
    same = _alias(lookup, [tie], lookup.weights)
    return [*start, (weight_text(lookup, tie), "weight"), *same, (": ", "plain"), *_additions(lookup, [tie])]
