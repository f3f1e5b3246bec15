"""What lessons read off their two sides: sizes, counts, places and differences of torch's outputs."""

from __future__ import annotations

import torch
from torch import Tensor

from explainer.lessons.record import Side
from explainer.operators import TransposedConvolution
from explainer.operators.transposed_convolution import direct_weight, stretch
from explainer.operators.weights import full_weight


def size(side: Side) -> tuple[int, ...]:
    """Spatial size of the output."""
    return tuple(side.output().shape[1:])


def size_text(sizes: tuple[int, ...]) -> str:
    """5 × 5."""
    return " × ".join(map(str, sizes))


def sizes_text(side: Side) -> str:
    """Input size and output size: 2 × 2 → 4 × 4."""
    return f"{size_text(tuple(side.problem().input.shape[1:]))} → {size_text(size(side))}"


def pixels(side: Side) -> int:
    """How many output pixels there are."""
    return side.output().numel()


def same_output(a: Side, b: Side) -> bool:
    """Both sides give the same numbers."""
    return a.output().shape == b.output().shape and bool(torch.allclose(a.output(), b.output()))


def new_pixels(a: Side, b: Side) -> Tensor:
    """The values of `b`'s output that lie beyond the size of `a`'s (2D, one channel)."""
    output, (rows, columns) = b.output()[0], size(a)
    beyond = torch.ones_like(output, dtype=torch.bool)
    beyond[:rows, :columns] = False
    return output[beyond]


def recovered(a: Side, b: Side) -> int:
    """How many pixels of `a`'s input stand at the same place in `b`'s output."""
    given, back = a.problem().input, b.output()
    return int((given == back).sum()) if given.shape == back.shape else 0


def place_of(side: Side, value: float) -> tuple[int, ...]:
    """Row and column (or only the column in 1D) of the one output pixel with that value."""
    found = (side.output()[0] == value).nonzero()
    return tuple(int(n) for n in found[0])


def inner(side: Side, margin: int) -> Tensor:
    """The output (2D, one channel) without a border of `margin` pixels."""
    return side.output()[0, margin:-margin, margin:-margin]


def differences(a: Side, b: Side) -> Tensor:
    """How far apart both outputs are, pixel by pixel; (rows, columns)."""
    return (b.output() - a.output())[0].abs()


def border_and_inside(a: Side, b: Side) -> tuple[float, float]:
    """The largest difference on the border ring, and the largest inside."""
    apart = differences(a, b)
    inside = apart[1:-1, 1:-1]
    ring = apart.clone()
    ring[1:-1, 1:-1] = 0
    return float(ring.max()), float(inside.max())


def direct_side(label: str, side: Side) -> Side:
    """The second reading of a transposed convolution as a case of its own: stretched input, turned kernel."""
    problem = side.problem()
    assert isinstance(problem.op, TransposedConvolution)
    stretched, turned = stretch(problem.op, problem.input), direct_weight(problem.op)
    return Side(label, {"op": "conv2d", "params": {}, "input": stretched[0].tolist(), "weight": turned[0, 0].tolist()})


def with_unturned_kernel(stamped: Side, direct: Side) -> Side:
    """The direct convolution with the kernel as it was written."""
    problem = stamped.problem()
    assert isinstance(problem.op, TransposedConvolution)
    return Side(direct.label, {**direct.case, "weight": full_weight(problem.op.weight)[0, 0].tolist()})


def gradient(side: Side, output: int) -> Tensor:
    """What autograd says each input pixel does to one output pixel; flat."""
    problem = side.problem()
    x = problem.input.clone().requires_grad_()
    problem.op(x[None]).flatten()[output].backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    return x.grad.flatten()


def numbers(values: Tensor) -> str:
    """A few numbers in a row: 1, 2, 3."""
    return ", ".join(f"{value:g}" for value in values.flatten().tolist())
