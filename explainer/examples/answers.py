"""The answer to a case: what torch returns, and the matrix that makes it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from explainer.examples.cases import Problem
from explainer.matrix import DENSE_LIMIT, linearized, matrix_of
from explainer.operators import Convolution, MaxPooling, Record, TransposedConvolution
from explainer.scene.json_numbers import nested_numbers
from explainer.scene.letters import Symbols, matrix_labels, output_labels


def answer(problem: Problem) -> dict[str, Any]:
    """What torch says: the output, and the matrix that makes it.

    Dense matrices are nested lists, rows first. Above `matrix.DENSE_LIMIT` entries the matrix is an object with shape,
    rows, columns and values. Max pooling is not linear: its matrix is the selection at this input.
    """
    if problem.symbols is not None:
        return symbolic_answer(problem, problem.symbols)
    op, x = problem.op, problem.input
    if isinstance(op, MaxPooling):
        values, indices = op.with_indices(x[None])
        output = restore(values, problem, gaps=True)
        if problem.indices:
            output = {"values": output, "indices": restore(indices, problem)}
        return {"output": output, "matrix": matrix_json(selection(indices[0], x)), "linear": False}
    output = restore(op(x[None]), problem)
    record = op if isinstance(op, Record) else None
    if record is not None and not record.is_linear:
        at_x = matrix_of(linearized(op, x), tuple(x.shape))
        return {"output": output, "matrix": matrix_json(at_x), "linear": False}
    part = op if record is None else record.linear_part()
    result = {"output": output, "matrix": matrix_json(matrix_of(part, tuple(x.shape))), "linear": True}
    if part != op:
        result |= {"linear": False, "note": "affine: output = matrix @ input + bias, so the matrix is without the bias"}
    return result


def selection(indices: Tensor, x: Tensor) -> Tensor:
    """Max pooling at this input as a matrix: a 1 where the winner of each window stood."""
    pooled, area = indices[0].numel(), x[0].numel()
    home = indices.flatten() + torch.arange(len(indices)).repeat_interleave(pooled) * area
    rows, ones = torch.arange(indices.numel()), torch.ones(indices.numel(), dtype=torch.float64)
    size = (indices.numel(), x.numel())
    sparse = torch.sparse_coo_tensor(torch.stack([rows, home]), ones, size, is_coalesced=True, check_invariants=True)
    return sparse.to_dense() if size[0] * size[1] <= DENSE_LIMIT else sparse


def symbolic_answer(problem: Problem, symbols: Symbols) -> dict[str, Any]:
    """Output and matrix in letters."""
    assert isinstance(problem.op, Convolution | TransposedConvolution)
    shape = tuple(problem.input.shape)
    output = output_labels(problem.op, shape, symbols.inputs, symbols.taps)
    size = problem.op(problem.input[None]).shape[2:]
    nested: Any = output
    for n in reversed(size[1:]):
        nested = [nested[start : start + n] for start in range(0, len(nested), n)]
    return {"output": nested, "matrix": matrix_labels(problem.op, shape, symbols.taps), "linear": True}


def restore(result: Tensor, problem: Problem, gaps: bool = False) -> Any:
    """A (1, C, *spatial) answer with as many leading axes as the input had; a single channel needs none."""
    if problem.leading == 2:
        return nested_numbers(result, gaps)
    single = result.shape[1] == 1
    drop = single and (problem.leading == 0 or getattr(problem.op, "has_channels", False))
    return nested_numbers(result[0, 0] if drop else result[0], gaps)


def matrix_json(matrix: Tensor) -> Any:
    """Nested lists, or coordinates where the matrix is sparse."""
    if not matrix.is_sparse:
        return nested_numbers(matrix)
    rows, columns = matrix.indices()
    values = nested_numbers(matrix.values())
    return {"shape": list(matrix.shape), "rows": rows.tolist(), "columns": columns.tolist(), "values": values}
