"""The matrix of any linear map on feature maps, from torch's answers. Knows no operator: anything callable will do.

The matrix is what torch answers to unit impulses: feed the identity matrix as a batch and the columns come back. A
**row** is one output pixel and the inputs it gathers, a **column** one input pixel and the outputs it scatters to.
Inputs and outputs are unrolled row by row (channel by channel where there are several).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import torch
from torch import Tensor

Shape = tuple[int, ...]
Map = Callable[[Tensor], Tensor]

#: Above this many entries (32 MB in float64) a matrix is kept sparse.
DENSE_LIMIT = 4_000_000
#: Impulses that travel together; bounds the memory of a large matrix.
BATCH = 256


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


def nonzeros(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, columns and values of a dense or sparse matrix's non-zero entries, by row, then by column."""
    sparse = (matrix if matrix.is_sparse else matrix.to_sparse()).coalesce()
    rows, columns = sparse.indices()
    return rows, columns, sparse.values()
