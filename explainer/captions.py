"""The sentence about a step or a cell, with its numbers in: `out[1,2] = 3·1 + 0·2 = 3`.

A caption is a list of (text, role) pieces, so that whoever shows it can colour each number by what it is. The stage
(stage.js) builds the same pieces; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable

from explainer.lookup import Lookup, Panel, Scene, column_of
from explainer.numerals import format_number
from explainer.playback import Playback

__all__ = ["cell_name", "cell_pieces", "format_number", "sentence", "step_pieces", "text_of"]

Pieces = list[tuple[str, str]]

TERMS = 12  # longer sums are cut in the middle


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


def cell_name(panel: Panel, cell: int) -> str:
    """`out[1,2]`: the panel's symbol and the cell's coordinates, counted from its origin."""
    _, rows, cols = panel["shape"]
    rest, col = divmod(cell, cols)
    channel, row = divmod(rest, rows)
    symbol = panel.get("symbol") or panel["id"]
    down, across = panel.get("origin", (0, 0))
    at = [f"{n}".replace("-", "−") for n in (row + down, col + across)]
    if "matrix" in panel:
        name = panel.get("title") or symbol if symbol == panel["id"] else symbol
        return f"{name}[{','.join(at)}]"
    if panel.get("flat"):
        return f"{symbol}[{cell}]"
    place = at[1:] if rows == 1 else at[:1] if cols == 1 else at
    channels = [str(channel)] if panel["shape"][0] > 1 else []
    return f"{symbol}[{','.join(channels + place)}]"


def _named(panel: Panel, cell: int) -> tuple[str, str]:
    return cell_name(panel, cell), panel["role"]


def _value(panel: Panel, cell: int) -> str:
    if panel.get("labels"):
        return str(panel["labels"][cell])
    return format_number(panel["values"][cell] if panel.get("values") else 0)


def weight_text(lookup: Lookup, tie: int) -> str:
    """The weight of a product as a number, or as the letter that stands for it."""
    panel = lookup.weights
    cell = lookup.cell_of(panel, tie) if panel else -1
    if panel and cell >= 0 and panel.get("labels") and panel["labels"][cell]:
        return str(panel["labels"][cell])
    return format_number(lookup.weight[tie])


def _guarded(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _product(lookup: Lookup, tie: int) -> Pieces:
    value = _value(lookup.source, lookup.source_cell(tie))
    return [(_guarded(weight_text(lookup, tie)), "weight"), ("·", "plain"), (_guarded(value), "input")]


def _glued(terms: Iterable[Pieces], glue: str) -> Pieces:
    pieces: Pieces = []
    for term in terms:
        pieces += [(glue, "plain"), *term] if pieces else term
    return pieces


def _joined(terms: list[Pieces], glue: str) -> Pieces:
    """Join many terms; long lists keep their head and their tail."""
    if len(terms) <= TERMS:
        return _glued(terms, glue)
    kept = [*terms[:6], [("…", "plain")], *terms[-2:]]
    return [*_glued(kept, glue), (f" ({len(terms)} terms)", "plain")]


def _ghost(panel: Panel, cell: int, title: str) -> Pieces:
    known = cell in panel.get("ghost", ())
    return [(f" ({panel.get('ghost_title') or title})", "plain")] if known else []


def _gather(lookup: Lookup, cell: int) -> Pieces:
    target = lookup.target
    ties = [tie for tie in lookup.ties_of(target, cell) if lookup.source_cell(tie) >= 0]
    start: Pieces = [_named(target, cell), (" = ", "plain")]
    ghost = _ghost(target, cell, "cropped")
    if not ties:
        return [*start, ("0", "output"), (" (no input reaches this pixel)", "plain"), *ghost]
    if lookup.scene.get("combine") == "max":
        return [*start, *_maximum(lookup, ties, cell), *ghost]
    terms = _joined([_product(lookup, tie) for tie in ties], " + ")
    return [*start, *terms, (" = ", "plain"), (_value(target, cell), "output"), *ghost]


def _maximum(lookup: Lookup, ties: list[int], cell: int) -> Pieces:
    source = lookup.source
    values: list[Pieces] = [[(_value(source, lookup.source_cell(tie)), "input")] for tie in ties]
    winner = next((tie for tie in ties if lookup.weight[tie] == 1), None)
    at: Pieces = [] if winner is None else [(", at ", "plain"), _named(source, lookup.source_cell(winner))]
    result = (_value(lookup.target, cell), "output")
    return [("max(", "plain"), *_joined(values, ", "), (") = ", "plain"), result, *at]


def _reaching(lookup: Lookup, panel: Panel, cell: int) -> list[int]:
    """The ties of a cell that carry a product from a source pixel to a target pixel."""
    targets = lookup.ties[lookup.scene["target"]]
    return [t for t in lookup.ties_of(panel, cell) if lookup.source_cell(t) >= 0 and targets[t] >= 0]


def _target_name(lookup: Lookup, tie: int) -> tuple[str, str]:
    return _named(lookup.target, lookup.ties[lookup.scene["target"]][tie])


def _additions(lookup: Lookup, ties: list[int]) -> Pieces:
    terms: list[Pieces] = [[_target_name(lookup, tie), (" += ", "plain"), *_product(lookup, tie)] for tie in ties[:3]]
    return _glued(terms, ", ") + ([(", …", "plain")] if len(ties) > 3 else [])


def _scatter(lookup: Lookup, cell: int) -> Pieces:
    source = lookup.source
    ties = _reaching(lookup, source, cell)
    start: Pieces = [_named(source, cell), (" = ", "plain"), (_value(source, cell), "input")]
    start += _ghost(source, cell, "padding")
    if not ties:
        return [*start, (" reaches no output pixel", "plain")]
    if lookup.scene.get("combine") == "max":
        return [*start, *_contest(lookup, ties)]
    count = len(ties)
    to = f" is multiplied by {_plural(count, 'weight')} and added to {_plural(count, 'output pixel')}: "
    return [*start, (to, "plain"), *_additions(lookup, ties)]


def _contest(lookup: Lookup, ties: list[int]) -> Pieces:
    won = [tie for tie in ties if lookup.weight[tie] == 1]
    head = f" is compared in {_plural(len(ties), 'window')} and is the largest in {len(won)}"
    if not won:
        return [(head, "plain")]
    return [(head + ": ", "plain"), *_joined([[_target_name(lookup, tie)] for tie in won], ", ")]


def _alias(lookup: Lookup, ties: list[int], panel: Panel | None) -> Pieces:
    """` = w[2,2]` when every tie of a cell touches one and the same cell of another panel."""
    cells = {lookup.cell_of(panel, tie) for tie in ties} if panel else set()
    if panel is None or len(cells) != 1 or min(cells) < 0:
        return []
    return [(" = ", "plain"), _named(panel, cells.pop())]


def _weight(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    ties = _reaching(lookup, panel, cell)
    start: Pieces = [_named(panel, cell), (" = ", "plain"), (_value(panel, cell), panel["role"])]
    same = [] if panel is lookup.weights else _alias(lookup, ties, lookup.weights)
    if not ties:
        return [*start, *same, (" is not used", "plain")]
    times = " is used once: " if len(ties) == 1 else f" is used {len(ties)} times: "
    return [*start, *same, (times, "plain"), *_additions(lookup, ties)]


def _other(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    start: Pieces = [_named(panel, cell), (" = ", "plain"), (_value(panel, cell), panel["role"])]
    if lookup.is_inserted(panel, cell):
        padded = cell in panel.get("ghost", ())
        what = panel.get("ghost_title") or "padding" if padded else "an inserted zero"
        return [*start, (f" ({what}): it adds nothing", "plain")]
    ties = _reaching(lookup, panel, cell)
    if not ties:
        return [*start, (" takes part in no product", "plain")]
    same = _alias(lookup, ties, lookup.source)
    head = f" takes part in {_plural(len(ties), 'product')}: "
    return [*start, *same, (head, "plain"), *_additions(lookup, ties)]


def _matrix(lookup: Lookup, panel: Panel, cell: int) -> Pieces:
    sides = panel["matrix"]
    row, col = divmod(cell, panel["shape"][2])
    names = {
        sides["rows"]: _named(lookup.lead(sides["rows"]), row),
        sides["cols"]: _named(lookup.lead(sides["cols"]), col),
    }
    start: Pieces = [_named(panel, cell), (" = ", "plain")]
    tie = lookup.entries(panel).get(cell)
    if tie is None:
        read, written = names[lookup.scene["source"]], names[lookup.scene["target"]]
        return [*start, ("0", "weight"), (": ", "plain"), read, (" does not reach ", "plain"), written]
    same = _alias(lookup, [tie], lookup.weights)
    return [*start, (weight_text(lookup, tie), "weight"), *same, (": ", "plain"), *_additions(lookup, [tie])]
