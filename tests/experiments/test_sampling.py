"""Between the pixels: the lattice against a loop, against interpolation, and against torch at places of its own."""

from __future__ import annotations

from math import floor

import pytest
import torch
import torch.nn.functional as F

from explainer.experiments.sampling import MOST_PLACES, lattice, positions
from explainer.operators import Bilinear

MAP = torch.tensor([[1.0, 2, 5], [3, 7, -4]], dtype=torch.float64)


def by_hand(x: torch.Tensor, row: float, column: float) -> float:
    """Four neighbors, each times the area it shares with a pixel around the point; beyond the edge it repeats."""
    total = 0.0
    for r in (floor(row), floor(row) + 1):
        for c in (floor(column), floor(column) + 1):
            share = (1 - abs(row - r)) * (1 - abs(column - c))
            total += share * float(x[min(max(r, 0), x.shape[0] - 1), min(max(c, 0), x.shape[1] - 1)])
    return total


@pytest.mark.parametrize("shape", [(2, 3), (1, 3), (3, 1)])
def test_weights_and_values_are_those_of_the_four_neighbors(shape):
    x = MAP.flatten()[: shape[0] * shape[1]].view(shape)
    found = lattice(x)
    assert len(found.weights) == len(found.values) == found.rows * found.columns
    for place, (weights, value) in enumerate(zip(found.weights, found.values, strict=True)):
        at = divmod(place, found.columns)
        row, column = (n / found.per - 0.5 if count > 1 else 0 for n, count in zip(at, shape, strict=True))
        assert value == pytest.approx(by_hand(x, row, column), abs=1e-12)
        assert sum(weight * float(x.flatten()[pixel]) for pixel, weight in weights) == pytest.approx(value, abs=1e-12)
        assert sum(weight for _, weight in weights) == pytest.approx(1)
        assert 1 <= len(weights) <= 4


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_at_an_output_pixels_place_stands_the_output_pixels_number(scale, align_corners):
    x = MAP[:, :2]
    op = Bilinear(scale, align_corners=align_corners)
    rows, columns = positions(op, x)
    output = F.interpolate(x[None, None], scale_factor=scale, mode="bilinear", align_corners=align_corners)[0, 0]
    assert (len(rows), len(columns)) == tuple(output.shape)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            assert by_hand(x, row, column) == pytest.approx(float(output[i, j]), abs=1e-12)


@pytest.mark.parametrize(("side", "scale"), [(2, 2), (2, 3), (3, 2), (4, 2)])
def test_the_lattice_holds_the_places_of_the_output_pixels(side, scale):
    x = torch.arange(float(side * side), dtype=torch.float64).view(side, side)
    places = positions(Bilinear(scale), x)[0]
    per = lattice(x, places).per
    assert all(abs((place + 0.5) * per - round((place + 0.5) * per)) < 1e-9 for place in places)


def test_a_large_map_gets_a_coarse_lattice():
    found = lattice(torch.zeros(16, 16, dtype=torch.float64))
    assert found.rows * found.columns <= MOST_PLACES and found.per == 2
