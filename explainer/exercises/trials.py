"""Random small cases for each exercise: what the function gets, torch's answer, and what each mistake would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from explainer.matrix import matrix_of
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
from explainer.quiz.cases import grid, integer
from explainer.quiz.instead import Map
from explainer.quiz.mistakes import outcomes

#: How many cases a function is tried on.
COUNT = 6


@dataclass(frozen=True)
class Wrong:
    """What one mistake gives: its name, the reason that is told, the values."""

    name: str
    reason: str
    values: Tensor


@dataclass(frozen=True)
class Trial:
    """One case.

    Attributes:
        arguments: what the function is called with, by name.
        right: torch's answer, float64.
        wrong: what the mistakes give that are possible here.
        op, x: what the stage shows, x as (C, *spatial); `matrix` draws its matrix.
        step: from a flat position in `right` to the position of the output that the stage shows.
    """

    arguments: dict[str, Any]
    right: Tensor
    wrong: tuple[Wrong, ...]
    op: Operator = field(repr=False)
    x: Tensor = field(repr=False)
    matrix: bool = False
    step: Callable[[int], int] = field(default=lambda at: at, repr=False)


def trials(name: str, seed: int) -> list[Trial]:
    """The cases of an exercise; the same seed gives the same ones."""
    random = torch.Generator().manual_seed(seed)
    return [TRIALS[name](random, number) for number in range(COUNT)]


def numbers(random: Generator, *sizes: int) -> Tensor:
    """Different small numbers, float64."""
    return torch.tensor(grid(random, *sizes), dtype=torch.float64)


def tried(op: Operator, x: Tensor, arguments: dict[str, Any], own: Sequence[Wrong] = ()) -> Trial:
    """A case whose answer is the operator's output on x (C, *spatial), without the channel axis."""
    mistakes = [Wrong(mistake.name, mistake.reason, out[0]) for mistake, _, out in outcomes(op, x)]
    return Trial(arguments, op(x[None])[0, 0], (*mistakes, *own), op, x)


def nearest_neighbor(random: Generator, number: int) -> Trial:
    """Blocks of 2 and 3."""
    s, x = 2 + number % 2, numbers(random, 2, 3 - number % 2)
    return tried(NearestNeighbor(float(s)), x[None], {"x": x, "s": s})


def bed_of_nails(random: Generator, number: int) -> Trial:
    """Blocks of 2 and 3."""
    s, x = 2 + number % 2, numbers(random, 2, 3 - number % 2)
    return tried(BedOfNails(s), x[None], {"x": x, "s": s})


def max_unpooling(random: Generator, number: int) -> Trial:
    """Indices of a random map's pooling, in a map that is wider than high."""
    height, width = 4, 6 + 2 * (number % 2)
    whole = torch.tensor(grid(random, height, width, high=32), dtype=torch.float64)
    indices = MaxPooling(2).with_indices(whole[None, None])[1][0, 0]
    values = numbers(random, height // 2, width // 2)
    arguments = {"values": values, "indices": indices, "height": height, "width": width}
    return tried(MaxUnpooling(to_nested(indices), 2, 2), values[None], arguments)


def pixel_shuffle(random: Generator, number: int) -> Trial:
    """Four or nine channels."""
    r = 2 + number % 2
    x = torch.tensor(grid(random, r * r, 1 + number % 2, 2, high=40), dtype=torch.float64)
    return tried(PixelShuffle(r), x, {"x": x, "r": r})


def conv1d_matrix(random: Generator, number: int) -> Trial:
    """Kernels of 2 and 3 taps; strides and paddings that differ from case to case."""
    k, stride, padding = 2 + number % 2, 1 + number % 3, number // 2 % 2
    n = integer(random, 5, 7)
    weight = numbers(random, k)
    op, x = Convolution(to_nested(weight), stride, padding), numbers(random, 1, n)

    def dense(one: Map) -> Tensor:
        return matrix_of(one, (1, n)).to_dense()

    wrong = [Wrong(mistake.name, mistake.reason, dense(instead)) for mistake, instead, _ in outcomes(op, x)]
    if padding:
        whole = matrix_of(op.on_padded(), (1, n + 2 * padding)).to_dense()
        wrong.append(Wrong("columns for the padding", "That matrix has columns for the zeros of the padding. They meet "
                           "no pixel: strike them out.", whole))  # fmt: skip
    arguments = {"weight": weight, "n": n, "stride": stride, "padding": padding}
    return Trial(arguments, dense(op), tuple(wrong), op, x, matrix=True, step=lambda at: at // n)


def transposed_by_matrix(random: Generator, number: int) -> Trial:
    """As for the matrix; besides its mistakes, the inverse that is none."""
    op, x, arguments = transposed(random, number)
    n = op.output_size(tuple(x.shape[1:]))[0]
    partner = Convolution(op.weight, op.stride, op.padding)
    inverse = torch.linalg.pinv(matrix_of(partner, (1, n)).to_dense()) @ x[0]
    undone = Wrong("inverse", "That is the pseudo-inverse. A transposed convolution multiplies by the transpose and "
                   "undoes nothing.", inverse)  # fmt: skip
    return tried(op, x, arguments, (undone,))


def transposed(random: Generator, number: int) -> tuple[TransposedConvolution, Tensor, dict[str, Any]]:
    """A transposed convolution in 1D of which the convolution leaves no pixel out."""
    k, stride, padding = 3 + number % 2, 1 + number % 3, (number + 1) // 2 % 2
    x, weight = numbers(random, integer(random, 3, 4)), numbers(random, k)
    arguments = {"x": x, "weight": weight, "stride": stride, "padding": padding}
    return TransposedConvolution(to_nested(weight), stride, padding), x[None], arguments


def stamped(random: Generator, number: int) -> Trial:
    """Strides 1 to 3, kernels that overlap and kernels that do not."""
    stride, k = 1 + number % 3, 2 + number % 2 + number // 3
    x, weight = numbers(random, 4), numbers(random, k)
    op = TransposedConvolution(to_nested(weight), stride)
    return tried(op, x[None], {"x": x, "weight": weight, "stride": stride})


def stretched(random: Generator, number: int) -> Trial:
    """As for stamping; the border of zeros may be forgotten."""
    drawn = stamped(random, number)
    x, weight, stride = (drawn.arguments[name] for name in ("x", "weight", "stride"))
    wide = x.new_zeros((len(x) - 1) * stride + 1)
    wide[::stride] = x
    inner = F.conv1d(wide[None, None], weight.flip(0)[None, None])[0, 0]
    bare = Wrong("border forgotten", "That convolves the stretched input without a border. The kernel must hang over "
                 "both ends by all but one tap: k - 1 zeros.", inner)  # fmt: skip
    return Trial(drawn.arguments, drawn.right, (*drawn.wrong, bare), drawn.op, drawn.x)


def conv_transpose1d(random: Generator, number: int) -> Trial:
    """Stride and padding."""
    return tried(*transposed(random, number))


def conv_transpose1d_full(random: Generator, number: int) -> Trial:
    """Stride, padding, output_padding and dilation."""
    stride, padding = 2 + number % 2, number % 2
    dilation, extra = 1 + (number % 3 > 0), int(number % 3 == 2)
    x, weight = numbers(random, 3), numbers(random, 3)
    op = TransposedConvolution(to_nested(weight), stride, padding, extra, dilation)
    arguments = {"x": x, "weight": weight, "stride": stride, "padding": padding}
    return tried(op, x[None], {**arguments, "output_padding": extra, "dilation": dilation})


def conv_transpose2d(random: Generator, number: int) -> Trial:
    """Square kernels and others."""
    stride, padding = 1 + number % 2, number // 2 % 2
    x, weight = numbers(random, 2, 3), numbers(random, 3, 3 - number % 3 // 2)
    op = TransposedConvolution(to_nested(weight), stride, padding)
    return tried(op, x[None], {"x": x, "weight": weight, "stride": stride, "padding": padding})


def bilinear_kernel(random: Generator, number: int) -> Trial:
    """The factors 2 to 7: what one pixel contributes to torch's bilinear upsampling, far from the border."""
    s, side = 2 + number, 5
    k = 2 * s - s % 2
    start = side // 2 * s - s // 2
    answers = matrix_of(Bilinear(float(s), align_corners=False), (1, side, side)).to_dense()
    answer = answers[:, side * side // 2].view(side * s, side * s)
    right = answer[start : start + k, start : start + k]
    impulse = torch.ones(1, 1, 1, dtype=torch.float64)
    op = TransposedConvolution(to_nested(right), s)
    return Trial({"s": s}, right, wrong_kernels(s, right), op, impulse)


def wrong_kernels(s: int, right: Tensor) -> tuple[Wrong, ...]:
    """What people take for the bilinear kernel."""
    places = torch.arange(len(right), dtype=torch.float64)
    line, askew = (1 - (places - center).abs() / s for center in ((len(right) - 1) / 2, s - 1))
    off_center = Wrong("off center", "That kernel is not symmetric. For an even factor its center lies between two "
                       "taps, at (k - 1) / 2.", askew[:, None] * askew[None, :])  # fmt: skip
    return (
        Wrong("copied", "That is a block of ones: its stamps copy, which is nearest neighbor.",
              torch.ones(s, s, dtype=torch.float64)),
        *((off_center,) if s % 2 == 0 else ()),
        Wrong("summed instead of multiplied", "That adds the rows' and the columns' weights. Bilinear is linear along "
              "each axis: the weights multiply.", (line[:, None] + line[None, :]) / 2),
        Wrong("normalized", "That kernel adds up to 1. It must add up to s times s: it feeds s times s outputs, whose "
              "weights add up to 1 each.", right / right.sum()),
    )  # fmt: skip


def fuse(random: Generator, number: int) -> Trial:
    """Score maps of one to three channels."""
    channels = 1 + number % 3
    coarse = torch.tensor(grid(random, channels, 2, 2 + number % 2, high=30), dtype=torch.float64)
    fine = torch.tensor(grid(random, channels, 4, 4 + 2 * (number % 2), high=72), dtype=torch.float64)
    line = torch.tensor([1, 3, 3, 1], dtype=torch.float64) / 4
    weight = (line[:, None] * line[None, :]).expand(channels, 1, 4, 4)
    op = TransposedConvolution(to_nested(weight), 2, 1, groups=channels)
    up = op(coarse[None])[0]
    return Trial({"coarse": coarse, "fine": fine}, up + fine, wrong_fusions(up, coarse, fine), op, coarse)


def wrong_fusions(up: Tensor, coarse: Tensor, fine: Tensor) -> tuple[Wrong, ...]:
    """What people do instead of adding the doubled scores."""
    clamped = F.interpolate(coarse[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
    copies = F.interpolate(coarse[None], scale_factor=2, mode="nearest")[0]
    return (
        Wrong("concatenated", "That puts the maps behind each other, as U-Net does. FCN adds the scores.",
              torch.cat([up, fine])),
        Wrong("averaged", "That is the mean of both. FCN takes the sum.", (up + fine) / 2),
        Wrong("skip forgotten", "Those are the doubled scores alone; the finer ones are missing.", up),
        Wrong("copied", "That doubles by copies. FCN's upscore starts as the bilinear kernel.", copies + fine),
        Wrong("border clamped", "That doubles with F.interpolate, which repeats the border pixels. A transposed "
              "convolution finds nothing beyond the border.", clamped + fine),
    )  # fmt: skip


#: Function to write -> what draws a case of it.
TRIALS: dict[str, Callable[[Generator, int], Trial]] = {
    one.__name__: one
    for one in (
        nearest_neighbor, bed_of_nails, max_unpooling, pixel_shuffle, conv1d_matrix, transposed_by_matrix, stamped,
        stretched, conv_transpose1d, conv_transpose1d_full, conv_transpose2d, bilinear_kernel, fuse,
    )
}  # fmt: skip
