"""One forward pass as a matrix product, step by step. Knows no operator: anything callable on tensors can be traced.

The matrix is what torch answers to unit impulses: feed the identity matrix as a batch and the columns come back. A
**row** is one output pixel and the inputs it gathers, a **column** one input pixel and the outputs it scatters to.
Inputs and outputs are unrolled row by row (channel by channel where there are several).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import prod
from typing import overload

import torch
from torch import Tensor

Shape = tuple[int, ...]
Map = Callable[[Tensor], Tensor]

#: Above this many entries (32 MB in float64) a matrix is kept sparse.
DENSE_LIMIT = 4_000_000
#: Impulses that travel together; bounds the memory of a large matrix.
BATCH = 256


class Order(Enum):
    """How a trace is read: by rows (one output pixel a step) or by columns (one input pixel a step)."""

    GATHER = "gather"
    SCATTER = "scatter"


def matrix_of(op: Map, shape: Shape) -> Tensor:
    """The matrix of a linear operator on inputs of `shape` (C, *spatial), from torch's answers to unit impulses.

    Returns a float64 (outputs, inputs) tensor, dense up to `DENSE_LIMIT` entries, sparse COO above.

    Raises:
        ValueError: if `op` does not map zero to zero (a bias), hence is not linear.
    """
    if bool(op(torch.zeros(1, *shape, dtype=torch.float64)).any()):
        raise ValueError("the operator does not map zero to zero, so it has no matrix (is there a bias?).")
    if not is_small(op, shape):
        return sparse_matrix_of(op, shape)
    return torch.cat([op(batch).flatten(1).T for batch in impulses(shape)], dim=1)


def is_small(op: Map, shape: Shape) -> bool:
    """Whether the dense matrix stays below `DENSE_LIMIT`."""
    return op(torch.zeros(1, *shape, dtype=torch.float64)).numel() * prod(shape) <= DENSE_LIMIT


def impulses(shape: Shape) -> Iterator[Tensor]:
    """The identity matrix as batches of inputs (N, *shape), at most `BATCH` impulses each."""
    inputs = prod(shape)
    for start in range(0, inputs, BATCH):
        size = min(BATCH, inputs - start)
        batch = torch.zeros(size, inputs, dtype=torch.float64)
        batch[torch.arange(size), start + torch.arange(size)] = 1
        yield batch.view(size, *shape)


def sparse_matrix_of(op: Map, shape: Shape) -> Tensor:
    """As `matrix_of`, keeping only the entries that are not zero."""
    positions, values, start, outputs = [], [], 0, 0
    for batch in impulses(shape):
        answer = op(batch).flatten(1)
        column, row = answer.nonzero(as_tuple=True)
        positions.append(torch.stack([row, column + start]))
        values.append(answer[column, row])
        start, outputs = start + len(batch), answer.shape[1]
    size = (outputs, prod(shape))
    return torch.sparse_coo_tensor(torch.cat(positions, 1), torch.cat(values), size, check_invariants=True).coalesce()


def jacobian_of(op: Map, x: Tensor) -> Tensor:
    """The dense matrix of `op` linearised at `x` (C, *spatial), by autograd: for max pooling, who won where."""
    answer = torch.autograd.functional.jacobian(lambda v: op(v[None])[0], x.double())  # type: ignore[no-untyped-call]
    assert isinstance(answer, Tensor)
    return answer.reshape(-1, x.numel())


@dataclass(frozen=True)
class Step:
    """What one step touches, as boolean masks, and the output so far.

    Attributes:
        reads: (C, *spatial) of the input: pixels with a non-zero weight in this step.
        entries: over the trace's `nonzeros`, in their order: the matrix entries used.
        writes: shape of the output: pixels this step adds to.
        partial: the output after this step; NaN where nothing has arrived yet.
    """

    reads: Tensor
    entries: Tensor
    writes: Tensor
    partial: Tensor


@dataclass(frozen=True)
class Trace(Sequence[Step]):
    """One forward pass as `matrix @ input`: a sequence of steps, one for each row (gather) or column (scatter)."""

    input: Tensor
    output: Tensor
    matrix: Tensor
    order: Order

    @cached_property
    def nonzeros(self) -> tuple[Tensor, Tensor, Tensor]:
        """Rows, columns and values of the matrix's non-zero entries, sorted by row."""
        if self.matrix.is_sparse:
            rows, columns = self.matrix.indices()
            return rows, columns, self.matrix.values()
        rows, columns = self.matrix.nonzero(as_tuple=True)
        return rows, columns, self.matrix[rows, columns]

    @cached_property
    def difference(self) -> float:
        """Largest distance between matrix @ input and torch's own output; 0 up to rounding."""
        product = self.matrix @ self.input.double().flatten()
        return float((product - self.output.double().flatten()).abs().max())

    def __len__(self) -> int:
        return self.output.numel() if self.order is Order.GATHER else self.input.numel()

    @overload
    def __getitem__(self, n: int) -> Step: ...
    @overload
    def __getitem__(self, n: slice) -> list[Step]: ...
    def __getitem__(self, n: int | slice) -> Step | list[Step]:
        if isinstance(n, slice):
            return [self[i] for i in range(*n.indices(len(self)))]
        if not -len(self) <= n < len(self):
            raise IndexError(f"step {n} of a trace with {len(self)} steps.")
        n %= len(self)
        rows, columns, _ = self.nonzeros
        entries = (rows if self.order is Order.GATHER else columns) == n
        reads = mask(columns[entries], self.input)
        writes = mask(rows[entries], self.output)
        if self.order is Order.GATHER:
            writes.view(-1)[n] = True
        else:
            reads.view(-1)[n] = True
        return Step(reads, entries, writes, self.partial(n))

    def partial(self, n: int) -> Tensor:
        """The output after steps 0..n; NaN where a pixel still waits for its first contribution."""
        if self.order is Order.GATHER:
            output = self.output.double().clone()
            output.view(-1)[n + 1 :] = torch.nan
            return output
        rows, columns, values = self.nonzeros
        done = columns <= n
        sums = torch.zeros(self.output.numel(), dtype=torch.float64)
        sums.index_add_(0, rows[done], values[done] * self.input.double().flatten()[columns[done]])
        waiting = mask(rows, self.output) & ~mask(rows[done], self.output)
        return sums.view(self.output.shape).masked_fill(waiting, torch.nan)


def mask(positions: Tensor, like: Tensor) -> Tensor:
    """A boolean tensor of `like`'s shape, true at the flat positions."""
    marked = torch.zeros(like.numel(), dtype=torch.bool)
    marked[positions] = True
    return marked.view(like.shape)


def trace(op: Map, x: Tensor, order: Order = Order.GATHER) -> Trace:
    """Trace a linear operator on `x` (C, *spatial)."""
    return Trace(x, op(x[None])[0], matrix_of(op, tuple(x.shape)), order)
