"""The answer to a case: what torch returns, and the matrix that makes it."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from explainer.examples.cases import Problem
from explainer.matrix import jacobian_of, matrix_of
from explainer.operators import Convolution, MaxPooling, PixelShuffle, TransposedConvolution
from explainer.scene.json_numbers import nested_numbers
from explainer.scene.letters import Symbols, matrix_labels, output_labels


def answer(problem: Problem) -> dict[str, Any]:
    """What torch says: the output, and the matrix that makes it.

    Dense matrices are nested lists, rows first. Above `trace.DENSE_LIMIT` entries the matrix is an object with shape,
    rows, columns and values. Max pooling is not linear: its matrix is the selection at this input.
    """
    if problem.symbols is not None:
        return symbolic_answer(problem, problem.symbols)
    op, x = problem.op, problem.input
    if isinstance(op, MaxPooling):
        values, indices = (restore(part, problem) for part in op.with_indices(x[None]))
        output = {"values": values, "indices": indices} if problem.indices else values
        return {"output": output, "matrix": matrix_json(jacobian_of(op, x)), "linear": False}
    output = restore(op(x[None]), problem)
    return {"output": output, "matrix": matrix_json(matrix_of(op, tuple(x.shape))), "linear": True}


def symbolic_answer(problem: Problem, symbols: Symbols) -> dict[str, Any]:
    """Output and matrix in letters."""
    assert isinstance(problem.op, Convolution | TransposedConvolution)
    shape = tuple(problem.input.shape)
    output = output_labels(problem.op, shape, symbols.inputs, symbols.taps)
    size = problem.op(problem.input[None]).shape[2:]
    nested = output if len(size) == 1 else [output[n : n + size[1]] for n in range(0, len(output), size[1])]
    return {"output": nested, "matrix": matrix_labels(problem.op, shape, symbols.taps), "linear": True}


def restore(result: Tensor, problem: Problem) -> Any:
    """A (1, C, *spatial) answer with as many leading axes as the input had; a single channel needs none."""
    if problem.leading == 2:
        return nested_numbers(result)
    single = result.shape[1] == 1
    drop = single and (problem.leading == 0 or isinstance(problem.op, PixelShuffle))
    return nested_numbers(result[0, 0] if drop else result[0])


def matrix_json(matrix: Tensor) -> Any:
    """Nested lists, or coordinates where the matrix is sparse."""
    if not matrix.is_sparse:
        return nested_numbers(matrix)
    rows, columns = matrix.indices()
    values = nested_numbers(matrix.values())
    return {"shape": list(matrix.shape), "rows": rows.tolist(), "columns": columns.tolist(), "values": values}
