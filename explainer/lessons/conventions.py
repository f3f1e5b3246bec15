"""Lessons about what differs between layers and frameworks, and what a layer is not: words for padding, what a mean
counts, the bias, mirror images."""

from __future__ import annotations

import torch

from explainer.examples.answers import answer
from explainer.lessons.measures import numbers, pixels, same_output, size
from explainer.lessons.record import Lesson, Option, Side

EIGHT = [[1, 2, 3, 4, 5, 6, 7, 8]]
MAP = [[4, 4], [4, 4]]
MEAN = {"op": "avg_pool2d", "params": {"kernel_size": 2, "stride": 2, "padding": 1}, "input": MAP}
PLAIN = {"op": "conv2d", "params": {}, "input": [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "weight": [[1, 2], [3, 4]]}
EDGE = {"op": "conv1d", "params": {}, "weight": [-1, 1]}
STAMPS = {"op": "conv_transpose1d", "input": [1, 2, 3], "weight": [1, 10, 100]}


def mirrored(a: Side, b: Side) -> bool:
    """Whether `b`'s output is `a`'s, mirrored."""
    return bool(torch.equal(b.output(), a.output().flip(-1)))


def counted(side: Side) -> int:
    """How many input pixels have a weight in any output."""
    matrix = torch.tensor(answer(side.problem())["matrix"], dtype=torch.float64)
    return int(matrix.any(0).sum())


CONVENTIONS = (
    Lesson(
        "keras-same",
        "transposed_convolution",
        "padding=1, output_padding=1 is Keras's padding='same'.",
        "Only the size is. For a kernel of 3 and stride 2 Keras crops one pixel, at the end; torch crops one at the "
        "beginning and one at the end, and un-crops the end again. Every number moves by one place.",
        "keras #8216, tensorflow #16544, onnx #1004",
        "A kernel of 3, stride 2, three pixels: six come out of both. Do the numbers agree?",
        (
            Option("Yes", same_output),
            Option("No, only the size", lambda a, b: size(a) == size(b) and not same_output(a, b)),
        ),
        Side("Keras: padding 'same'", {**STAMPS, "params": {"stride": 2, "padding": "same"}}, "scatter"),
        Side("torch", {**STAMPS, "params": {"stride": 2, "padding": 1, "output_padding": 1}}, "scatter"),
        lambda a, b: f"{numbers(a.output())} against {numbers(b.output())}.",
    ),
    Lesson(
        "mean-counts-padding",
        "pooling",
        "Average pooling takes the mean of the pixels in the window.",
        "The zeros of the padding count too, unless count_include_pad=False. Keras and TensorFlow leave them out.",
        "pytorch #2417; tensorflow's avg_pool",
        "A map of fours, windows of 2 × 2 with padding 1: one pixel in each corner window. Its mean is …",
        (
            Option("4", lambda a, b: float(a.output()[0, 0, 0]) == 4),
            Option("1", lambda a, b: float(a.output()[0, 0, 0]) == 1),
        ),
        Side("as torch does it", MEAN),
        Side("count_include_pad off", {**MEAN, "params": {**MEAN["params"], "count_include_pad": False}}),  # type: ignore[dict-item]
        lambda a, b: f"{a.output()[0, 0, 0]:g} with the zeros, {b.output()[0, 0, 0]:g} without.",
    ),
    Lesson(
        "skipped-pixels",
        "resizing",
        "Bilinear makes a map smaller by averaging it.",
        "It mixes the two nearest pixels on each axis, however small the map gets; those between are skipped, and "
        "thin lines vanish. With antialias the mean widens, as in Pillow.",
        "pytorch #1029; Parmar et al. 2022, On aliased resizing",
        "Eight pixels become two. How many of the eight have a say?",
        (
            Option("All eight", lambda a, b: counted(a) == 8),
            Option("Four", lambda a, b: counted(a) == 4),
            Option("Two", lambda a, b: counted(a) == 2),
        ),
        Side("bilinear", {"op": "bilinear", "params": {"size": [1, 2]}, "input": EIGHT}),
        Side("with antialias", {"op": "bilinear", "params": {"size": [1, 2], "antialias": True}, "input": EIGHT}),
        lambda a, b: f"{counted(a)} of 8 without antialias, {counted(b)} with it.",
    ),
    Lesson(
        "bias-affine",
        "channels",
        "A convolutional layer is a matrix.",
        "Without its bias. A matrix sends zeros to zeros; a layer with a bias sends them to the bias. It is affine: a "
        "matrix, and then a number added to each output channel.",
        "torch.nn.Conv2d: bias=True by default",
        "Zeros go into a layer with bias 5. What comes out?",
        (
            Option("Zeros", lambda a, b: not bool(b.output().any())),
            Option("Fives", lambda a, b: bool((b.output() == 5).all())),
        ),
        Side("no bias", PLAIN),
        Side("bias 5", {**PLAIN, "params": {"bias": [5]}}),
        lambda a, b: f"{int((b.output() == 5).sum())} of {pixels(b)} outputs are 5, of an input of zeros.",
    ),
    Lesson(
        "mirror-image",
        "strided_convolution",
        "A network sees a mirrored photo as it sees the photo.",
        "A convolution is equivariant to shifts, not to mirror images: its kernel has a left and a right. What answers "
        "to an edge from dark to bright answers otherwise to one from bright to dark. Training on mirrored photos "
        "makes a network nearly alike both ways, never quite. The one on *Your photo* takes the mean of both.",
        "Cohen & Welling 2016, Group equivariant convolutional networks",
        "The kernel is (-1, 1), and the input is mirrored. Is the output the first one's mirror image?",
        (
            Option("Yes", mirrored),
            Option("No, other numbers stand there", lambda a, b: not mirrored(a, b)),
        ),
        Side("an edge", {**EDGE, "input": [0, 0, 5, 5, 5]}),
        Side("its mirror image", {**EDGE, "input": [5, 5, 5, 0, 0]}),
        lambda a, b: (
            f"The edge gives {numbers(a.output())}, mirrored {numbers(a.output().flip(-1))}; its mirror image gives "
            f"{numbers(b.output())}."
        ),
        also=("your_photo",),
    ),
)
