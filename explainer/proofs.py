"""Proof, not claim: identities between the operators, each computed twice by torch and compared.

A `Proof` holds a sentence and the largest difference found. Nothing here is asserted; the pages print the number and
the tests insist on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators import Convolution, MaxPooling, Operator, TransposedConvolution
from explainer.operators.weights import full_weight, to_nested
from explainer.trace import Shape, Trace, jacobian_of, matrix_of

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


def matrix_proof(trace: Trace) -> Proof:
    """matrix @ input is what torch returned."""
    return Proof("matrix @ input = torch's output", trace.difference)


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


def partner(op: Convolution, size: Shape) -> TransposedConvolution:
    """The transposed convolution whose matrix is Cᵀ: it leads from the output's size back to `size` (spatial)."""
    back = zip(size, op.output_size(size), op.axes(), strict=True)
    extra = tuple(geometry.output_padding_for(o, i, k, s, p, d) for i, o, (k, s, p, d) in back)
    return TransposedConvolution(op.weight, op.stride, op.padding, extra, op.dilation, op.groups)


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


def stretch(op: TransposedConvolution, x: Tensor) -> Tensor:
    """The stretched input of the equivalent direct convolution, for `x` (C, *spatial).

    s - 1 zeros between neighbours, a border of d(k-1) - p zeros (cropped where negative), and output_padding more
    zeros at the end of each axis (Dumoulin & Visin 2016, relationship 14).
    """
    sizes = [geometry.stretched_size(i, s) for i, (_, s, _, _) in zip(x.shape[1:], op.axes(), strict=True)]
    spread = x.new_zeros(x.shape[0], *sizes)
    spread[(slice(None), *(slice(None, None, s) for _, s, _, _ in op.axes()))] = x
    pads: list[int] = []
    for (k, _, p, d), a in reversed(list(zip(op.axes(), op.extra(), strict=True))):
        border = geometry.direct_border(k, p, d)
        pads += [border, border + a]
    return F.pad(spread, pads)


def direct_weight(op: TransposedConvolution, weight: Tensor | None = None) -> Tensor:
    """The kernel of the equivalent direct convolution: turned by 180 degrees, channel axes swapped in each group."""
    full = full_weight(op.weight) if weight is None else weight
    c_in, c_out, *k = full.shape
    per_group = full.view(op.groups, c_in // op.groups, c_out, *k).transpose(1, 2)
    return per_group.reshape(op.groups * c_out, c_in // op.groups, *k).flip(tuple(range(2, 2 + op.dims)))


def direct(op: TransposedConvolution, weight: Tensor | None = None) -> Convolution:
    """The direct convolution (stride 1) that gives `op`'s output on the stretched input."""
    dilation = tuple(d for _, _, _, d in op.axes())
    return Convolution(to_nested(direct_weight(op, weight)), dilation=dilation, groups=op.groups)


def direct_proof(op: TransposedConvolution, x: Tensor) -> Proof:
    """Zeros inserted, then an ordinary convolution with the flipped kernel, gives the same numbers."""
    through = direct(op)(stretch(op, x)[None])
    return compare("zeros inserted + convolution with the flipped kernel = torch's output", through, op(x[None]))


def identity_proof(claim: str, left: Operator, right: Operator, x: Tensor) -> Proof:
    """Two operators give the same numbers on `x` (C, *spatial)."""
    return compare(claim, left(x[None]), right(x[None]))


def winners_proof(op: MaxPooling, x: Tensor) -> Proof:
    """Max pooling is not linear, but at this input it equals a matrix with one 1 in each row."""
    product = jacobian_of(op, x) @ x.double().flatten()
    return compare("selection matrix @ input = torch's output", product, op(x[None])[0].double().flatten())
