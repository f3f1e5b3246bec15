"""The words that captions are made of: names of cells, values, products and lists of them, as (text, role) pieces.

The twin of wording.js.
"""

from __future__ import annotations

from collections.abc import Iterable

from explainer.player.lookup import Lookup, Panel
from explainer.player.numerals import format_number
from explainer.player.playback import Shown

Pieces = list[tuple[str, str]]

#: What operators do that add nothing up: in words of one value, and of the place it came to.
VERBS = {
    "copy": ("is copied to", "copied"),
    "move": ("moves to", "moved"),
    "overwrite": ("overwrites", "written over"),
    "put": ("is put at", "put there"),
}

TERMS = 12  # longer sums are cut in the middle


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


def named(panel: Panel, cell: int) -> tuple[str, str]:
    """A cell's name in the color of its panel."""
    return cell_name(panel, cell), panel["role"]


def value_text(panel: Panel, cell: int, digits: int = 4) -> str:
    """A cell's final value, or its letters."""
    if panel.get("labels"):
        return str(panel["labels"][cell])
    return format_number(panel["values"][cell] if panel.get("values") else 0, digits)


def weight_text(lookup: Lookup, tie: int, digits: int = 4) -> str:
    """The weight of a product as a number, or as the letter that stands for it."""
    panel = lookup.weights
    cell = lookup.cell_of(panel, tie) if panel else -1
    if panel and cell >= 0 and panel.get("labels") and panel["labels"][cell]:
        return str(panel["labels"][cell])
    return format_number(lookup.weight[tie], digits)


def terms_text(lookup: Lookup, ties: Iterable[int]) -> str:
    """The sum of the letter terms of some ties, in the order of the ties; products with a zero have none."""
    terms = lookup.scene["terms"]
    return " + ".join(terms[tie] for tie in sorted(ties) if terms[tie]) or "0"


def cell_text(lookup: Lookup, panel: Panel, cell: int, shown: Shown | None, digits: int = 4) -> str:
    """What stands in a cell of a map or vector; `shown` is the state of a panel that fills up, None while blank."""
    if not panel.get("progress"):
        return value_text(panel, cell, digits)
    if shown is None:
        return ""
    if panel.get("labels"):
        return terms_text(lookup, shown.ties)
    final = shown.final and panel.get("values")
    return format_number(panel["values"][cell] if final else shown.value, digits)


def guarded(text: str) -> str:
    """A negative factor in brackets."""
    return f"({text})" if text.startswith("−") else text


def plural(count: int, noun: str) -> str:
    """`1 weight`, `9 weights`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def product_pieces(lookup: Lookup, tie: int) -> Pieces:
    """One product: weight first, then the value it multiplies."""
    value = value_text(lookup.source, lookup.source_cell(tie))
    return [(guarded(weight_text(lookup, tie)), "weight"), ("·", "plain"), (guarded(value), "input")]


def glued(terms: Iterable[Pieces], glue: str) -> Pieces:
    """Join terms by a glue."""
    pieces: Pieces = []
    for term in terms:
        pieces += [(glue, "plain"), *term] if pieces else term
    return pieces


def joined(terms: list[Pieces], glue: str) -> Pieces:
    """Join many terms; long lists keep their head and their tail."""
    if len(terms) <= TERMS:
        return glued(terms, glue)
    kept = [*terms[:6], [("…", "plain")], *terms[-2:]]
    return [*glued(kept, glue), (f" ({len(terms)} terms)", "plain")]


def ghost_pieces(panel: Panel, cell: int, title: str) -> Pieces:
    """What a hatched cell is, in brackets."""
    known = cell in panel.get("ghost", ())
    return [(f" ({panel.get('ghost_title') or title})", "plain")] if known else []
