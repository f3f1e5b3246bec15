"""A text of layers, measured as far as it goes; its table as records, CSV and text."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from explainer.experiments.programs.networks import read_layers
from explainer.experiments.stacks.coming_back import verdict
from explainer.experiments.stacks.measuring import Row, measure
from explainer.experiments.stacks.modules import Layer, Misfit
from explainer.experiments.stacks.reading import first_channels

LARGEST_SIDE = 4096
"""Input side; beyond, maps have more bytes than a figure is good for."""


@dataclass(frozen=True)
class Measured:
    """A stack: its layers, the input and every layer measured, and in Markdown what comes of it.

    With a `fault`, what is wrong with the text, these are the layers up to there.
    """

    layers: list[Layer]
    rows: list[Row]
    said: str
    fault: str = ""


def measured(text: str, side: int) -> Measured:
    """The layers of a text, for an input of side x side.

    Raises:
        ValueError: nothing of it can be shown; one sentence says why.
    """
    try:
        layers = read_layers(text, side)
        rows = measure(layers, first_channels(layers), side, side)
        return Measured(layers, rows, verdict(layers, rows))
    except Misfit as problem:
        if not problem.before:
            raise
        rows = measure(problem.before, problem.channels, side, side)
        channels, high, wide = rows[-1].shape
        said = f"**Up to there:** {channels} channels of {high} × {wide}."
        return Measured(problem.before, rows, said, str(problem))


def records(rows: list[Row]) -> list[dict[str, Any]]:
    """A record for the input and for each layer; field, jump and start in input pixels, memory in bytes (float32)."""
    return [
        {
            "layer": "input" if number == 0 else row.text,
            "channels": row.shape[0],
            "height": row.shape[1],
            "width": row.shape[2],
            "receptive_field": float(row.field.size),
            "jump": float(row.field.jump),
            "start": float(row.field.start),
            "parameters": row.parameters,
            "multiply_adds": row.multiply_adds,
            "bytes": row.size,
        }
        for number, row in enumerate(rows)
    ]


def as_csv(rows: list[Row]) -> str:
    """The records with a head line."""
    found = records(rows)
    text = io.StringIO()
    write = csv.DictWriter(text, list(found[0]), lineterminator="\n")
    write.writeheader()
    write.writerows(found)
    return text.getvalue()


def as_text(found: Measured) -> str:
    """Sizes, receptive fields and parameters, one layer a line, in columns; then what comes of it."""
    lines = [("layer", "channels", "size", "receptive field", "parameters")]
    for row in found.rows:
        channels, high, wide = row.shape
        lines.append(
            (row.text, f"{channels:,}", f"{high} × {wide}", f"{float(row.field.size):g}", f"{row.parameters:,}")
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    columns = [
        "  ".join([line[0].ljust(widths[0]), *(one.rjust(n) for one, n in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
    return "\n".join([*columns, "", found.said.replace("**", "")])
