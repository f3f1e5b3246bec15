"""What a page wants to see of an operator."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.scene.letters import Symbols


@dataclass(frozen=True)
class View:
    """What a page wants to see of an operator.

    Attributes:
        matrix: draw the matrix with its two vectors.
        transpose: draw the transposed matrix beside it (convolutions).
        readings: draw the equivalent direct convolution too (transposed convolutions).
        order: the reading to start with, "gather" or "scatter".
        editable: let the visitor type into input and kernel.
        symbols: letters for input and kernel instead of numbers.
        pooled_from: flat values of the map that max unpooling's indices point into.
    """

    matrix: bool = True
    transpose: bool = False
    readings: bool = False
    order: str = "gather"
    editable: bool = True
    symbols: Symbols | None = None
    pooled_from: tuple[float, ...] | None = None
