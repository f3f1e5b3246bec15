"""Time and memory of a matrix: colored impulses, impulses one at a time, `torch.func.jacrev`, and index arithmetic.

    python -m benchmarks.matrix                 every operator, sides 8 to 512
    python -m benchmarks.matrix --most 96       only up to a side
    python -m benchmarks.matrix --only conv2d   only one operator

Each figure is measured in a process of its own on one thread: milliseconds of CPU time (best of three where one is
short; other programs on the machine do not count) and the growth of its peak memory. `direct` writes the sparse matrix
down from what is known of the operator, the least that can be done.
Ways that would not fit (more than `ROOM` cells of dense answers) are left out. The first lines give the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from explainer.coloring import one_at_a_time
from explainer.matrix import entries_of
from explainer.operators import (
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
    to_nested,
)
from explainer.operators.kernels import bilinear, counting

SIDES = (8, 16, 32, 64, 96, 128, 256, 512)
WAYS = ("colored", "direct", "single", "jacrev")
#: Dense answers of at most this many numbers are tried (2.4 GB; a side of 96 to a side of 192 is 0.34e9).
ROOM = 3e8
Triples = tuple[Tensor, Tensor, Tensor]


def unpooling(side: int) -> MaxUnpooling:
    """Indices as pooling a random map of twice the side leaves them."""
    before = torch.rand(1, 1, 2 * side, 2 * side, generator=torch.Generator().manual_seed(0))
    return MaxUnpooling(to_nested(MaxPooling(2).with_indices(before)[1][0]), 2)


#: Name -> (operator for a side, channels).
CASES: dict[str, tuple[Callable[[int], Operator], int]] = {
    "nearest": (lambda side: NearestNeighbor(2), 1),
    "bed_of_nails": (lambda side: BedOfNails(2), 1),
    "bilinear": (lambda side: Bilinear(2), 1),
    "pixel_shuffle": (lambda side: PixelShuffle(2), 4),
    "max_unpool2d": (unpooling, 1),
    "conv2d": (lambda side: Convolution(counting(3), padding=1), 1),
    "conv_transpose2d": (lambda side: TransposedConvolution(bilinear(4), stride=2, padding=1), 1),
}


def stamped(side: int, weight: Tensor, stride: int, padding: int) -> Triples:
    """Entries of a transposed convolution: input (i, j) reaches s i - p + a, for every tap a."""
    k, out = len(weight), (side - 1) * stride - 2 * padding + len(weight)
    at = torch.arange(side)[:, None] * stride - padding + torch.arange(k)  # (side, k)
    rows = (at[:, None, :, None] * out + at[None, :, None, :]).expand(side, side, k, k)
    inside = ((at >= 0) & (at < out))[:, None, :, None] & ((at >= 0) & (at < out))[None, :, None, :]
    columns = torch.arange(side * side).view(side, side, 1, 1).expand_as(rows)
    return rows[inside], columns[inside], weight.expand_as(rows)[inside]


def mixed(side: int) -> Triples:
    """Entries of bilinear x 2 without aligned corners: two weights an axis, at the border one of them twice."""
    center = ((torch.arange(2 * side) + 0.5) / 2 - 0.5).clamp(min=0)
    low = center.long()
    high = (low + 1).clamp(max=side - 1)
    share = center - low
    parts = []
    for top, up in ((low, 1 - share), (high, share)):
        for left, across in ((low, 1 - share), (high, share)):
            columns = (top[:, None] * side + left).flatten()
            parts.append((torch.arange(4 * side * side), columns, (up[:, None] * across).flatten()))
    rows, columns, values = (torch.cat(part) for part in zip(*parts, strict=True))
    return rows, columns, values.double()


def directly(name: str, op: Any, side: int) -> Triples:
    """Rows, columns and values from index arithmetic, some perhaps twice or zero; coalescing is the caller's."""
    every = torch.arange(side * side)
    if name == "conv2d":
        columns, rows, values = stamped(side, torch.tensor(op.weight, dtype=torch.float64), 1, 1)
        return rows, columns, values
    if name == "conv_transpose2d":
        return stamped(side, torch.tensor(op.weight, dtype=torch.float64), 2, 1)
    if name == "nearest":
        return stamped(side, torch.ones(2, 2, dtype=torch.float64), 2, 0)
    if name == "bilinear":
        return mixed(side)
    corner = (every // side) * 4 * side + (every % side) * 2
    if name == "bed_of_nails":
        return corner, every, torch.ones(len(every), dtype=torch.float64)
    if name == "max_unpool2d":
        return torch.tensor(op.indices).flatten(), every, torch.ones(len(every), dtype=torch.float64)
    rows = torch.cat([corner + 2 * side * a + b for a in (0, 1) for b in (0, 1)])
    return rows, torch.arange(4 * side * side), torch.ones(4 * side * side, dtype=torch.float64)


def sparse(entries: Triples, outputs: int, inputs: int) -> Tensor:
    """A coalesced COO matrix."""
    rows, columns, values = entries
    size = (outputs, inputs)
    return torch.sparse_coo_tensor(torch.stack([rows, columns]), values, size, check_invariants=False).coalesce()


def build(way: str, name: str, op: Operator, shape: tuple[int, ...], outputs: int) -> Tensor:
    """The sparse matrix, one of four ways."""
    inputs = int(torch.tensor(shape).prod())
    if way == "colored":
        rows, columns, values = entries_of(op, shape)
        places, size = torch.stack([rows, columns]), (outputs, inputs)
        return torch.sparse_coo_tensor(places, values, size, is_coalesced=True, check_invariants=False)
    if way == "direct":
        return sparse(directly(name, op, shape[-1]), outputs, inputs)
    if way == "single":
        parts = [one_at_a_time(op, shape, batch) for batch in torch.arange(inputs).split(256)]
        rows, columns, values = (torch.cat(part) for part in zip(*parts, strict=True))
        return sparse((rows, columns, values), outputs, inputs)
    zeros = torch.zeros(1, *shape, dtype=torch.float64)
    return torch.func.jacrev(op)(zeros).view(outputs, inputs).to_sparse()


def one(way: str, name: str, side: int) -> None:
    """Measure one figure and print it as JSON."""
    torch.set_num_threads(1)
    make, channels = CASES[name]
    op, shape = make(side), (channels, side, side)
    outputs = op(torch.zeros(1, *shape, dtype=torch.float64)).numel()
    build(way, name, make(8), (channels, 8, 8), CASES[name][0](8)(torch.zeros(1, channels, 8, 8).double()).numel())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    while not seconds or (sum(seconds) < 1 and len(seconds) < 3):
        started = time.process_time()
        matrix = build(way, name, op, shape, outputs)
        seconds.append(time.process_time() - started)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    x = torch.rand(matrix.shape[1], dtype=torch.float64)
    error = float((matrix @ x - op(x.view(1, *shape)).flatten()).abs().max())
    assert error < 1e-9, (way, name, side, error)
    print(json.dumps({"seconds": min(seconds), "mb": grown, "entries": int((matrix.values() != 0).sum())}))


def measured(way: str, name: str, side: int) -> dict[str, float] | None:
    """The same in a process of its own; None where it would not fit."""
    channels = CASES[name][1]
    if way in ("single", "jacrev") and (channels * side * side) * (channels * side * side) > ROOM:
        return None
    command = [sys.executable, "-m", "benchmarks.matrix", "--one", way, name, str(side)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=SIDES[-1])
    parser.add_argument("--only", choices=CASES, default=None)
    parser.add_argument("--one", nargs=3, default=None, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        way, name, side = chosen.one
        return one(way, name, int(side))
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}; CPU ms (MB)")
    print(f"{'operator':18}{'side':>5}{'entries':>10}" + "".join(f"{way:>18}" for way in WAYS) + f"{'/direct':>9}")
    for name in [chosen.only] if chosen.only else CASES:
        for side in [side for side in SIDES if side <= chosen.most]:
            found = {way: measured(way, name, side) for way in WAYS}
            cells = [f"{one['seconds'] * 1e3:10.1f} ({one['mb']:4.0f})" if one else "-" for one in found.values()]
            colored, least = found["colored"], found["direct"]
            assert colored and least
            ratio = colored["seconds"] / least["seconds"]
            print(f"{name:18}{side:5}{colored['entries']:10.0f}" + "".join(f"{c:>18}" for c in cells) + f"{ratio:9.1f}")
    return None


if __name__ == "__main__":
    main()
