"""Lessons about convolution and transposed convolution."""

from __future__ import annotations

from typing import Any

import torch

from explainer.lessons.measures import (
    direct_side,
    gradient,
    inner,
    new_pixels,
    numbers,
    pixels,
    recovered,
    same_output,
    size,
    size_text,
    sizes_text,
    with_unturned_kernel,
)
from explainer.lessons.record import Lesson, Option, Side

SQUARE, NINE = [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
IMPULSE = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
#: (3, 2, 2, 2): three channels on one side, two on the other.
SIX_KERNELS = [[[[a * 2 + b + 1, 0], [0, 1]] for b in range(2)] for a in range(3)]


def stamp(label: str, weight: Any = NINE, x: Any = SQUARE, **params: int) -> Side:
    """A transposed convolution, read by stamps."""
    case = {"op": "conv_transpose2d", "params": {"stride": 2, **params}, "input": x, "weight": weight}
    return Side(label, case, "scatter")


def slide(label: str, x: Any, weight: Any, **params: int) -> Side:
    """A 2D convolution."""
    return Side(label, {"op": "conv2d", "params": params, "input": x, "weight": weight})


STAMPED = stamp("stamping", padding=1, output_padding=1)

LEARNABLE = (
    Lesson(
        "output-padding",
        "transposed_convolution",
        "output_padding adds zeros.",
        "It un-crops the lower and right side. The new pixels hold what was stamped there all along; they are zero "
        "only where no stamp reached.",
        "pytorch #8816, #25536; onnx #2333",
        "output_padding goes from 0 to 1: a new last row and column. What stands in them?",
        (
            Option("Zeros", lambda a, b: not bool(new_pixels(a, b).any())),
            Option("What was stamped there", lambda a, b: bool(new_pixels(a, b).any())),
        ),
        stamp("output_padding 0", padding=1),
        STAMPED,
        lambda a, b: f"{int((new_pixels(a, b) != 0).sum())} of the {len(new_pixels(a, b))} new pixels are not zero: "
        f"{numbers(new_pixels(a, b))}.",
    ),
    Lesson(
        "padding-crops",
        "transposed_convolution",
        "Padding makes the output larger.",
        "In a transposed convolution it crops the output. In the second reading it makes the border of zeros "
        "thinner: d(k-1) - p instead of d(k-1).",
        "pytorch #6417, tensorflow #45999",
        "Padding goes from 0 to 1. The output becomes …",
        (
            Option("larger", lambda a, b: pixels(b) > pixels(a)),
            Option("as large as before", lambda a, b: pixels(b) == pixels(a)),
            Option("smaller", lambda a, b: pixels(b) < pixels(a)),
        ),
        stamp("padding 0"),
        stamp("padding 1", padding=1),
        lambda a, b: f"{size_text(size(a))} without padding, {size_text(size(b))} with padding 1.",
    ),
    Lesson(
        "two-sizes",
        "transposed_convolution",
        "The output size follows from the input size.",
        "With a stride above 1 several input sizes shrink to the same output size, so the way back is ambiguous; "
        "output_padding picks one. It must stay below the stride or the dilation.",
        "pytorch #580, #56328",
        "A convolution (k 3, s 2) makes 3 pixels of 7. How many does it make of 8?",
        (
            Option("3 again", lambda a, b: pixels(b) == 3),
            Option("4", lambda a, b: pixels(b) == 4),
        ),
        Side("7 pixels", {"op": "conv1d", "params": {"stride": 2}, "input": list(range(1, 8)), "weight": [1, 2, 3]}),
        Side("8 pixels", {"op": "conv1d", "params": {"stride": 2}, "input": list(range(1, 9)), "weight": [1, 2, 3]}),
        lambda a, b: f"{sizes_text(a)} and {sizes_text(b)}: from {pixels(a)} pixels nobody can tell which it was.",
    ),
    Lesson(
        "no-inverse",
        "transposed_convolution",
        "“Deconvolution” undoes a convolution.",
        "Only the shape comes back. The numbers do not: Cᵀ is not the inverse of C.",
        "footnote in Dumoulin & Visin 2016; torch docstring",
        "Convolve 0 … 8, then send the result through the transposed convolution with the same kernel. What "
        "comes back?",
        (
            Option("The numbers 0 … 8", lambda a, b: recovered(a, b) == 9),
            Option("Only the size, 3 × 3", lambda a, b: recovered(a, b) < 9 and size(b) == (3, 3)),
            Option("Not even the size", lambda a, b: size(b) != (3, 3)),
        ),
        slide("convolve", [[0, 1, 2], [3, 4, 5], [6, 7, 8]], SQUARE),
        stamp("and back", SQUARE, [[27, 37], [57, 67]], stride=1),
        lambda a, b: f"0 … 4 … 8 went in; {b.output()[0, 0, 0]:g} … {b.output()[0, 1, 1]:g} … "
        f"{b.output()[0, 2, 2]:g} came back.",
        also=("matrix_2d",),
    ),
    Lesson(
        "flipped",
        "transposed_convolution",
        "The kernel is flipped. (Or: it never is.)",
        "Both, depending on the reading. Stamping uses the kernel as written; the reading with inserted zeros needs "
        "it turned by 180°. Compare the two kernels.",
        "Theano #5170",
        "Insert zeros between the input pixels, then convolve as usual. Which kernel gives the stamped numbers?",
        (
            Option("The same kernel", lambda a, b: same_output(a, with_unturned_kernel(a, b))),
            Option("The kernel turned by 180°", lambda a, b: same_output(a, b)
                   and not same_output(a, with_unturned_kernel(a, b))),
        ),
        STAMPED,
        direct_side("zeros inserted, turned kernel", STAMPED),
        lambda a, b: f"Turned, the largest difference is {float((a.output() - b.output()).abs().max()):g}; as written "
        f"it would be {float((a.output() - with_unturned_kernel(a, b).output()).abs().max()):g}.",
    ),
    Lesson(
        "weight-axes",
        "transposed_convolution",
        "Both layers keep their weights in the same order.",
        "Conv2d has (out, in / groups, k, k), ConvTranspose2d (in, out / groups, k, k): the same array serves both, "
        "and its first axis changes its meaning.",
        "oneDNN #568, tvm #9336",
        "A convolution from 2 to 3 channels has a weight of shape (3, 2, 2, 2). Which shape has the transposed "
        "convolution from 3 back to 2?",
        (
            Option("(2, 3, 2, 2)", lambda a, b: weight_shape(b) == (2, 3, 2, 2)),
            Option("(3, 2, 2, 2), the same", lambda a, b: weight_shape(b) == weight_shape(a) == (3, 2, 2, 2)),
        ),
        slide("2 to 3 channels", [[[1, 2], [3, 4]], [[0, 1], [1, 0]]], SIX_KERNELS),
        stamp("3 to 2 channels", SIX_KERNELS, [[[1]], [[2]], [[3]]]),
        lambda a, b: f"{weight_shape(a)} gives {a.output().shape[0]} channels, {weight_shape(b)} gives "
        f"{b.output().shape[0]}.",
        also=("channels",),
    ),
    Lesson(
        "stride",
        "strided_convolution",
        "Stride means the same everywhere.",
        "In a convolution it counts input pixels for each output pixel, in a transposed one output pixels for each "
        "input pixel. The second costs no more because of it: no product with an inserted zero is computed.",
        "conv_arithmetic #33",
        "Stride 2 makes a convolution's output half as large. In a transposed convolution stride 2 makes it …",
        (
            Option("half as large", lambda a, b: pixels(b) * 4 == b.problem().input.numel()),
            Option("twice as large", lambda a, b: pixels(b) == 4 * b.problem().input.numel()),
            Option("no different", lambda a, b: pixels(b) == b.problem().input.numel()),
        ),
        slide("convolution, stride 2", [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]], NINE,
              stride=2, padding=1),
        STAMPED,
        lambda a, b: f"{sizes_text(a)}, and {sizes_text(b)}.",
        also=("bed_of_nails",),
    ),
    Lesson(
        "correlation",
        "strided_convolution",
        "A library's convolution is the textbook's convolution.",
        "It is cross-correlation: nothing is flipped. So a single 1 brings the kernel out backwards.",
        "Fleuret 7.1",
        "A single 1 goes through conv2d with the kernel 1 … 9. What comes out?",
        (
            Option("The kernel as written", lambda a, b: a.output()[0].tolist() == NINE),
            Option("The kernel turned by 180°", lambda a, b: a.output()[0].flip(0, 1).tolist() == NINE),
        ),
        slide("conv2d", IMPULSE, NINE, padding=1),
        slide("kernel flipped first: the textbook's", IMPULSE, [row[::-1] for row in NINE[::-1]], padding=1),
        lambda a, b: f"conv2d answers {numbers(a.output())}; the textbook's convolution {numbers(b.output())}.",
    ),
    Lesson(
        "even-overlap",
        "checkerboard",
        "Checkerboards come only from kernels that are no multiple of the stride.",
        "That is the usual cause, but an even overlap is not enough: weights can learn the pattern, and near the "
        "border the count is uneven anyway.",
        "Odena et al. 2016",
        "Kernel 4, stride 2: as many stamps reach every inner pixel. Can a checkerboard appear all the same?",
        (
            Option("No, the overlap is even", lambda a, b: float(inner(b, 2).std()) == 0),
            Option("Yes, with other weights", lambda a, b: float(inner(b, 2).std()) > 0 == float(inner(a, 2).std())),
        ),
        stamp("all weights 1", [[1] * 4] * 4, [[1] * 3] * 3),
        stamp("weights 1 … 4, repeated", [[1, 2, 1, 2], [3, 4, 3, 4]] * 2, [[1] * 3] * 3),
        lambda a, b: f"Inner pixels: all {inner(a, 2)[0, 0]:g} with equal weights, {inner(b, 2).min():g} to "
        f"{inner(b, 2).max():g} with these.",
        also=("pixel_shuffle",),
    ),
    Lesson(
        "gradient",
        "matrix_1d",
        "Forward and backward swapped: true, but it explains nothing.",
        "Multiplying by C gathers, multiplying by Cᵀ scatters along the same lines, and autograd does exactly that: "
        "the gradient of a convolution with respect to its input is the transposed convolution. The bias takes no "
        "part in it.",
        "udacity/sdc-issue-reports #979, oneDNN #314",
        "Push the middle output up by 1. Which inputs feel it, and how strongly?",
        (
            Option("The three under the kernel, by its weights", lambda a, b: pushed(a, b)
                   and gradient(a, 1).tolist() == [0, 1, 2, 3, 0]),
            Option("The three under the kernel, all alike", lambda a, b: len(set(gradient(a, 1).tolist())) == 2),
            Option("All inputs", lambda a, b: bool(gradient(a, 1).all())),
        ),
        Side("forward: gather", {"op": "conv1d", "params": {}, "input": [5, 6, 7, 8, 9], "weight": [1, 2, 3]}),
        Side("backward: scatter", {"op": "conv_transpose1d", "params": {}, "input": [0, 1, 0], "weight": [1, 2, 3]},
             "scatter"),
        lambda a, b: f"autograd: {numbers(gradient(a, 1))}. The transposed convolution: {numbers(b.output())}.",
    ),
    Lesson(
        "colors",
        "nearest_neighbor",
        "Blue is the output. (Or the input?)",
        "Drawings disagree, so here every grid carries its name: input is blue, output teal, weights violet and "
        "terracotta, on every page.",
        "conv_arithmetic #33, #35",
        "In a convolution the larger grid is the input. And in a transposed convolution?",
        (
            Option("The larger one again", lambda a, b: b.problem().input.numel() > pixels(b)),
            Option("The smaller one, blue as ever", lambda a, b: b.problem().input.numel() < pixels(b)),
        ),
        slide("convolution", [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]], SQUARE, stride=2),
        stamp("transposed convolution", SQUARE),
        lambda a, b: f"Blue to teal: {sizes_text(a)}, and {sizes_text(b)}.",
        also=("transposed_convolution",),
    ),
)  # fmt: skip


def weight_shape(side: Side) -> tuple[int, ...]:
    """The shape of a case's kernel."""
    return tuple(torch.tensor(side.case["weight"]).shape)


def pushed(a: Side, b: Side) -> bool:
    """The second output pixel, pushed up, moves the inputs of `a` by what `b` computes."""
    return bool(torch.equal(gradient(a, 1), b.output().flatten()))
