"""The matrix of any linear map on feature maps, from torch's answers. Knows no operator: anything callable will do.

The matrix is what torch answers to unit impulses. A **row** is one output pixel and the inputs it gathers, a **column**
one input pixel and the outputs it scatters to. Inputs and outputs are unrolled row by row (channel by channel where
there are several). A small map gets its impulses in one batch; on a large one they travel in groups whose answers
cannot meet (`explainer.coloring`), so that the cost grows with the entries and not with the product of both sides.
"""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from explainer.coloring import Entries, Map, Shape, colored_entries, random

__all__ = ["DENSE_LIMIT", "Entries", "Map", "Shape", "entries_of", "jacobian_of", "matrix_of", "nonzeros"]

#: Up to this many inputs all impulses go in one batch; above, finding groups costs less.
FEW = 64
#: Above this many entries (32 MB in float64) a matrix is kept sparse.
DENSE_LIMIT = 4_000_000


def matrix_of(op: Map, shape: Shape) -> Tensor:
    """The matrix of a linear operator on inputs of `shape` (C, *spatial), from torch's answers to unit impulses.

    Returns a float64 (outputs, inputs) tensor, dense up to `DENSE_LIMIT` entries, sparse COO above.

    Raises:
        ValueError: if `op` does not map zero to zero (a bias), hence is not linear; for a large map also if its
            answer to a random input is not what the matrix says.
    """
    outputs = linear_outputs(op, shape)
    inputs = prod(shape)
    if is_batch(outputs, inputs):
        return single_impulses(op, shape)
    rows, columns, values = proved(op, shape, sorted_entries(colored_entries(op, shape), inputs), outputs)
    if outputs * inputs <= DENSE_LIMIT:
        dense = torch.zeros(outputs, inputs, dtype=torch.float64)
        dense[rows, columns] = values
        return dense
    size, places = (outputs, inputs), torch.stack([rows, columns])
    return torch.sparse_coo_tensor(places, values, size, is_coalesced=True, check_invariants=True)


def entries_of(op: Map, shape: Shape) -> Entries:
    """Rows, columns and values of the non-zero entries of `matrix_of`, by row, then by column; never dense."""
    outputs, inputs = linear_outputs(op, shape), prod(shape)
    if is_batch(outputs, inputs):
        return nonzeros(single_impulses(op, shape))
    return proved(op, shape, sorted_entries(colored_entries(op, shape), inputs), outputs)


def linear_outputs(op: Map, shape: Shape) -> int:
    """How many outputs there are; refuses a map that answers nothing with something."""
    answer = op(torch.zeros(1, *shape, dtype=torch.float64))
    if bool(answer.any()):
        raise ValueError("the operator does not map zero to zero, so it has no matrix (is there a bias?).")
    return answer.numel()


def is_batch(outputs: int, inputs: int) -> bool:
    """Whether all impulses go in one batch; finding groups would cost more."""
    return inputs <= FEW and outputs * inputs <= DENSE_LIMIT


def single_impulses(op: Map, shape: Shape) -> Tensor:
    """The dense matrix from the identity matrix, fed as one batch."""
    inputs = prod(shape)
    return op(torch.eye(inputs, dtype=torch.float64).view(inputs, *shape)).flatten(1).T.contiguous()


def sorted_entries(entries: Entries, inputs: int) -> Entries:
    """By row, then by column."""
    rows, columns, values = entries
    order = (rows * inputs + columns).argsort()
    return rows[order], columns[order], values[order]


def proved(op: Map, shape: Shape, entries: Entries, outputs: int) -> Entries:
    """The entries, after their product with a random input gave what `op` answers to it."""
    rows, columns, values = entries
    x = random(prod(shape))
    zeros = torch.zeros(outputs, dtype=torch.float64)
    product = zeros.index_add(0, rows, values * x[columns])
    scale = zeros.index_add(0, rows, (values * x[columns]).abs())
    if not bool(((op(x.view(1, *shape)).flatten() - product).abs() <= 1e-9 * scale).all()):
        raise ValueError("the operator is not linear: its answers to impulses do not add up to its answer to a map.")
    return entries


def jacobian_of(op: Map, x: Tensor) -> Tensor:
    """The dense matrix of `op` linearised at `x` (C, *spatial), by autograd: for max pooling, who won where."""
    answer = torch.autograd.functional.jacobian(lambda v: op(v[None])[0], x.double())  # type: ignore[no-untyped-call]
    assert isinstance(answer, Tensor)
    return answer.reshape(-1, x.numel())


def nonzeros(matrix: Tensor) -> Entries:
    """Rows, columns and values of a dense or sparse matrix's non-zero entries, by row, then by column."""
    if not matrix.is_sparse:
        rows, columns = matrix.nonzero(as_tuple=True)
        return rows, columns, matrix[rows, columns]
    sparse = matrix.coalesce()
    rows, columns = sparse.indices()
    return rows, columns, sparse.values()


def linearized(op: Map, x: Tensor) -> Map:
    """The derivative of `op` at `x` (C, *spatial), a linear map that answers a batch of directions."""

    def directional(v: Tensor) -> Tensor:
        return torch.stack([torch.func.jvp(op, (x[None],), (one[None],))[1][0] for one in v])

    return directional
