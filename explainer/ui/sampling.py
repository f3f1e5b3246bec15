"""A point between the pixels that can be dragged, its neighbors, and how much bilinear takes from each."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch

from explainer.experiments.sampling import lattice, positions
from explainer.nesting import shape_of
from explainer.operators import Bilinear, Nested
from explainer.palette import PALETTE
from explainer.ui.fetched_once import as_text, component

HERE = Path(__file__).parent
_mount = component("sample_point", HERE / "sampling.js")
DIGITS = 6


def show_sampling(op: Bilinear, x: Nested, key: str) -> None:
    """The point on the input `x`, (1, H, W) or (1, W), with the places where `op` takes its output pixels from."""
    _mount(key=key, data=sampling_data(op, x[0] if len(shape_of(x)) == 3 else x))


@lru_cache(maxsize=64)
def sampling_data(op: Bilinear, rows: Nested) -> str:
    """What the browser gets: the map, the lattice's weights one place after the other, the output pixels' places.

    Kept as it travels: writing that many numbers takes longer than the rest of the page.
    """
    x = torch.tensor(rows, dtype=torch.float64)
    down, across = positions(op, x)
    found = lattice(x, (*(down if len(x) > 1 else ()), *across))
    data = {
        "values": [[round(value, DIGITS) for value in row] for row in x.tolist()],
        "per": found.per,
        "places": [found.rows, found.columns],
        "counts": [len(one) for one in found.weights],
        "pixels": [pixel for one in found.weights for pixel, _ in one],
        "weights": [round(weight, DIGITS) for one in found.weights for _, weight in one],
        "results": [round(value, DIGITS) for value in found.values],
        "outputs": [[round(place, DIGITS) for place in one] for one in (down, across)],
        "palette": {
            name: {"scale": theme["scales"]["input"], "ink": theme["ink"], "accent": theme["accent"], **theme["text"]}
            for name, theme in PALETTE.items()
        },
    }
    return as_text(data)
