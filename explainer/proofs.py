"""Proof, not claim: identities between the operators, each computed twice by torch and compared.

A `Proof` holds a sentence and the largest difference found. Nothing here is asserted; the pages print the number and
the tests insist on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.matrix import Shape, jacobian_of, matrix_of
from explainer.operators import Convolution, Operator, Record, TransposedConvolution
from explainer.operators.transposed_convolution import direct, partner, stretch

#: Float64 rounding on the sums shown here stays far below this.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Proof:
    """A claim and the largest absolute difference between its two sides."""

    claim: str
    difference: float

    @property
    def holds(self) -> bool:
        """Whether both sides agree up to rounding."""
        return self.difference <= TOLERANCE


def compare(claim: str, left: Tensor, right: Tensor) -> Proof:
    """A proof that two tensors are equal; different shapes differ without bound."""
    if left.shape != right.shape:
        return Proof(claim, float("inf"))
    return Proof(claim, float((left - right).abs().max()) if left.numel() else 0.0)


def dense(matrix: Tensor) -> Tensor:
    """The matrix itself; sparse ones are compared sparse by the caller."""
    return matrix.to_dense() if matrix.is_sparse else matrix


def matrix_proof(op: Operator, x: Tensor) -> Proof:
    """matrix @ input is what torch returned, for `x` (C, *spatial)."""
    product = matrix_of(op, tuple(x.shape)) @ x.double().flatten()
    return compare("matrix @ input = torch's output", product, op(x[None])[0].double().flatten())


def transpose_proof(op: TransposedConvolution, shape: Shape) -> Proof:
    """The operator's matrix is the transpose of the matrix of its convolution on the output's size.

    `shape` is (C_in, *spatial) of the transposed convolution's input.
    """
    output = op(torch.zeros(1, *shape, dtype=torch.float64))
    forward = dense(matrix_of(op.convolution(), tuple(output.shape[1:])))
    windows = embed(torch.ones(shape, dtype=torch.bool), op.convolution()(output)[0]).flatten()
    claim = "matrix of the transposed convolution = Cᵀ of the convolution"
    claim += "" if bool(windows.all()) else " (the windows that start inside the uncropped stamps)"
    return compare(claim, dense(matrix_of(op, shape)), forward[windows].T)


def embed(x: Tensor, like: Tensor) -> Tensor:
    """`x` in the first rows and columns of a map of `like`'s size, zeros behind it.

    With an output_padding as large as the stride (a large dilation allows that) the convolution finds room for more
    windows than the transposed convolution had inputs; those take no part.
    """
    room = x.new_zeros(like.shape)
    room[tuple(slice(n) for n in x.shape)] = x
    return room


def partner_proof(op: Convolution, shape: Shape) -> Proof:
    """C, transposed, is the matrix of the transposed convolution; `shape` is (C_in, *spatial) of the convolution."""
    backward = partner(op, tuple(shape[1:]))
    output = op(torch.zeros(1, *shape, dtype=torch.float64))[0]
    claim = "Cᵀ = matrix of the transposed convolution with the same kernel"
    return compare(claim, dense(matrix_of(op, shape)).T, dense(matrix_of(backward, tuple(output.shape))))


def gradient_proof(op: TransposedConvolution, x: Tensor) -> Proof:
    """The transposed convolution of `x` (C, *spatial) is the gradient of <convolution(v), x> with respect to v."""
    output = op(x[None])
    v = torch.zeros_like(output, requires_grad=True)
    forward = op.convolution()(v)
    (gradient,) = torch.autograd.grad(forward, v, grad_outputs=embed(x, forward[0])[None])
    return compare("transposed convolution = gradient of the convolution (autograd)", output, gradient)


def direct_proof(op: TransposedConvolution, x: Tensor) -> Proof:
    """Zeros inserted, then an ordinary convolution with the flipped kernel, gives the same numbers."""
    through = direct(op)(stretch(op, x)[None])
    return compare("zeros inserted + convolution with the flipped kernel = torch's output", through, op(x[None]))


def identity_proof(claim: str, left: Operator, right: Operator, x: Tensor) -> Proof:
    """Two operators give the same numbers on `x` (C, *spatial)."""
    return compare(claim, left(x[None]), right(x[None]))


def first_proofs(op: Operator, x: Tensor) -> list[Proof]:
    """What any operator has to show: that its matrix makes its numbers, and what that means where it is not linear."""
    if not getattr(op, "is_linear", True):
        return [winners_proof(op, x)]
    linear = op.linear_part() if isinstance(op, Record) else op
    if linear == op:
        return [matrix_proof(op, x)]
    nothing = op(torch.zeros_like(x)[None])
    claim = "without its bias: f(x) - f(0) = C @ input. A matrix sends zeros to zeros, the bias does not"
    return [matrix_proof(linear, x), compare(claim, op(x[None]) - nothing, linear(x[None]))]


def winners_proof(op: Operator, x: Tensor) -> Proof:
    """A maximum is not linear, but at this input it equals a matrix with one 1 in each row."""
    product = jacobian_of(op, x) @ x.double().flatten()
    return compare("selection matrix @ input = torch's output", product, op(x[None])[0].double().flatten())
