"""One step of backpropagation through a small transposed convolution, by ordinary convolutions.

With y = Cᵀ x (bias apart) the loss L = ½ Σ (y - t)² has ∂L/∂y = y - t =: g, and ∂L/∂x = C g: the backward pass of the
transposed convolution is the convolution whose transpose it is, same kernel, not turned. And ∂L/∂w[a, b] =
Σ x[i, j] g[s i + a, s j + b]: a convolution of g again, whose kernel is the input, dilated by the stride
(Dumoulin & Visin 2016; both are checked against autograd).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.operators import Convolution, TransposedConvolution, to_nested

INPUT = ((1.0, 2.0), (3.0, 4.0))
KERNEL = ((1.0, 2.0), (0.0, 1.0))
WANTED = ((1.0, 0.0), (2.0, 1.0))
"""A case small enough to follow: 2 x 2 through a kernel of 2 x 2. The target is what the kernel `WANTED` would make."""
RATE = 1 / 64


@dataclass(frozen=True)
class Backward:
    """The step.

    Attributes:
        forward: the transposed convolution. x, y, target: its input, its output, and what it should have been.
        g: ∂L/∂y = y - t.
        to_input, to_kernel: the convolutions that make ∂L/∂x and ∂L/∂w of g.
        dx, dw: what autograd says.
        loss: before the step. loss_after: after the kernel moved by RATE against its gradient.
    """

    forward: TransposedConvolution
    x: Tensor
    y: Tensor
    target: Tensor
    g: Tensor
    to_input: Convolution
    to_kernel: Convolution
    dx: Tensor
    dw: Tensor
    new_kernel: Tensor
    loss: float
    loss_after: float


def backward(stride: int = 1) -> Backward:
    """Run the step with autograd, and set up the two convolutions that should give the same. Maps are (1, H, W)."""
    x = torch.tensor(INPUT, dtype=torch.float64)[None].requires_grad_()
    w = torch.tensor(KERNEL, dtype=torch.float64).requires_grad_()
    y, target = stamped(x, w, stride), stamped(x, torch.tensor(WANTED, dtype=torch.float64), stride).detach()
    loss = half_squares(y, target)
    dx, dw = torch.autograd.grad(loss, (x, w))
    new = (w - RATE * dw).detach()
    after = half_squares(stamped(x, new, stride), target)
    return Backward(
        TransposedConvolution(to_nested(w.detach()), stride=stride), x.detach(), y.detach(), target,
        (y - target).detach(), Convolution(to_nested(w.detach()), stride=stride),
        Convolution(to_nested(x.detach()[0]), dilation=stride), dx, dw, new, loss.item(), after.item(),
    )  # fmt: skip


def stamped(x: Tensor, w: Tensor, stride: int) -> Tensor:
    """The transposed convolution of (1, H, W) with (k, k)."""
    return torch.nn.functional.conv_transpose2d(x[None], w[None, None], stride=stride)[0]


def half_squares(y: Tensor, target: Tensor) -> Tensor:
    """½ Σ (y - t)²."""
    return 0.5 * (y - target).square().sum()
