"""Lessons about pooling, unpooling, interpolation, and what networks really use."""

from __future__ import annotations

from typing import Any

import torch

from explainer.lessons.measures import border_and_inside, pixels, place_of, recovered, same_output, size, size_text
from explainer.lessons.record import Lesson, Option, Side
from explainer.operators import MaxPooling
from explainer.operators.kernels import bilinear

LECTURE = [[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]]
FIVE = [[row * 5 + column for column in range(5)] for row in range(5)]
COUNTING = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
PEAK = [[1, 2, 1], [2, 9, 2], [1, 2, 1]]


def pool(label: str, x: Any, **params: Any) -> Side:
    """Max pooling."""
    return Side(label, {"op": "max_pool2d", "params": {"kernel_size": 2, **params}, "input": x})


def unpool(label: str, pooling: Side, values: Any = None, **params: Any) -> Side:
    """Max unpooling with the indices that a pooling left, of its maxima or of other `values`."""
    problem = pooling.problem()
    assert isinstance(problem.op, MaxPooling)
    maxima, indices = problem.op.with_indices(problem.input[None])
    settings = {"kernel_size": 2, "stride": problem.op.stride or 2, **params}
    given = maxima[0, 0].tolist() if values is None else values
    case = {"op": "max_unpool2d", "params": settings, "input": given, "indices": indices[0, 0].tolist()}
    return Side(label, case, "scatter")


def resize(label: str, x: Any, **params: Any) -> Side:
    """Bilinear interpolation to twice the size."""
    return Side(label, {"op": "bilinear", "params": {"scale_factor": 2, **params}, "input": x})


POOLED = pool("pool", LECTURE)
CEILED = pool("pool", FIVE, ceil_mode=True)
SHARED = pool("pool with stride 1", PEAK, stride=1)
STAMPED = Side(
    "transposed convolution, bilinear kernel",
    {"op": "conv_transpose2d", "params": {"stride": 2, "padding": 1}, "input": COUNTING, "weight": bilinear(4)},
)
INTERPOLATED = resize("F.interpolate", COUNTING)

UPSAMPLERS = (
    Lesson(
        "unpooling-loses",
        "max_unpooling",
        "Max unpooling restores the input.",
        "It is a partial inverse: everything but the maxima is lost. And in a network the values are not even the "
        "maxima; they come from the layers after the pooling.",
        "torch.nn.MaxUnpool2d",
        "Pool the 4 × 4 map, then put the maxima back by their indices. How many of the 16 numbers return?",
        (
            Option("16", lambda a, b: recovered(a, b) == 16),
            Option("4", lambda a, b: recovered(a, b) == 4),
            Option("0", lambda a, b: recovered(a, b) == 0),
        ),
        POOLED,
        unpool("put back", POOLED),
        lambda a, b: f"{recovered(a, b)} of {pixels(b)} numbers came back; the others are 0.",
    ),
    Lesson(
        "flat-indices",
        "max_unpooling",
        "Indices are rows and columns.",
        "They are flat positions in one channel's map. Read on a map of another width they point elsewhere, and "
        "nothing complains.",
        "pytorch #36710, #68873",
        "The same four indices, now on a map of 5 × 5. Where does the 8 go?",
        (
            Option("To the same row and column", lambda a, b: place_of(a, 8) == place_of(b, 8)),
            Option("Somewhere else, without a word", lambda a, b: place_of(a, 8) != place_of(b, 8)),
        ),
        unpool("on 4 × 4", POOLED, [[5, 6], [7, 8]]),
        unpool("on 5 × 5", POOLED, [[5, 6], [7, 8]], output_size=[5, 5]),
        lambda a, b: f"Index {a.case['indices'][1][1]} is (row, column) {place_of(a, 8)} on 4 × 4 and "
        f"{place_of(b, 8)} on 5 × 5.",
    ),
    Lesson(
        "output-size",
        "max_unpooling",
        "output_size can be left out.",
        "Only if the windows tiled the map exactly. Otherwise torch refuses, or silently puts every value in a "
        "wrong place.",
        "pytorch #580, #38640",
        "A 5 × 5 map was pooled with ceil_mode. Unpool without saying output_size. Torch …",
        (
            Option("returns 5 × 5 again", lambda a, b: size(a) == size(b)),
            Option("returns another size, the 24 elsewhere", lambda a, b: size(a) != size(b)
                   and place_of(a, 24) != place_of(b, 24)),
            Option("returns another size, the 24 in its place", lambda a, b: size(a) != size(b)
                   and place_of(a, 24) == place_of(b, 24)),
        ),
        unpool("output_size 5 × 5", CEILED, output_size=[5, 5]),
        unpool("left out", CEILED),
        lambda a, b: f"{size_text(size(a))} with the 24 at {place_of(a, 24)}; left out, {size_text(size(b))} with the "
        f"24 at {place_of(b, 24)}.",
    ),
    Lesson(
        "overwritten",
        "max_unpooling",
        "Overlapping windows add up when unpooled.",
        "Repeated indices overwrite each other. The last writer wins, and torch does not promise which one that is.",
        "pytorch #78249, #80827",
        "Four windows share one maximum, 9. All four put it back at the same place. What stands there?",
        (
            Option("36", lambda a, b: float(b.output().max()) == 36),
            Option("9", lambda a, b: float(b.output().max()) == 9),
        ),
        SHARED,
        unpool("put back", SHARED, output_size=[3, 3]),
        lambda a, b: f"The four maxima add up to {float(a.output().sum()):g}; the middle pixel holds "
        f"{float(b.output()[0, 1, 1]):g}.",
    ),
    Lesson(
        "align-corners",
        "bilinear",
        "align_corners is a detail.",
        "False lines up pixel areas, True the centers of the corner pixels. With True the step between samples "
        "depends on the size of the map, so the same pixels give other values in a larger map.",
        "torch.nn.Upsample, pytorch #10604",
        "Only align_corners changes from False to True. Which of the 16 output pixels change?",
        (
            Option("None", same_output),
            Option("Only the corners", lambda a, b: unchanged(a, b) == 12),
            Option("All but the corners", lambda a, b: unchanged(a, b) == 4),
        ),
        resize("align_corners False", [[1, 2], [3, 4]], align_corners=False),
        resize("align_corners True", [[1, 2], [3, 4]], align_corners=True),
        lambda a, b: f"out[0,1] is {float(a.output()[0, 0, 1]):.4g}, then {float(b.output()[0, 0, 1]):.4g}; "
        f"{unchanged(a, b)} of {pixels(b)} pixels stay.",
        shows_difference=True,
    ),
    Lesson(
        "bilinear-kernel",
        "bilinear",
        "A bilinear kernel and F.interpolate are the same.",
        "Inside, yes. On the border ring they differ: the transposed convolution fades towards zero, interpolate "
        "repeats the edge.",
        "Long et al. 2015, upsample_filt",
        "A transposed convolution with the bilinear kernel beside F.interpolate: where do their outputs differ?",
        (
            Option("Nowhere", same_output),
            Option("On the border only", lambda a, b: border_and_inside(a, b)[0] > 1e-9 > border_and_inside(a, b)[1]),
            Option("Everywhere", lambda a, b: border_and_inside(a, b)[1] > 1e-9),
        ),
        INTERPOLATED,
        STAMPED,
        lambda a, b: f"Largest difference on the border {border_and_inside(a, b)[0]:.4g}, inside "
        f"{border_and_inside(a, b)[1]:.2g}.",
        also=("transposed_convolution",),
        shows_difference=True,
    ),
    Lesson(
        "fcn-learned",
        "your_photo",
        "FCN learned its upsampling, and torchvision's FCN does too.",
        "The paper's authors froze theirs at bilinear: learning made no difference worth its cost. torchvision's "
        "FCN has no transposed convolution and no skips at all: it interpolates. The network bundled here has "
        "learned ones.",
        "shelhamer/fcn.berkeleyvision.org, pytorch-fcn #155",
        "How many transposed convolutions has torchvision's fcn_resnet50?",
        (
            Option("Three, as in the paper", lambda a, b: transposed_layers() == 3),
            Option("One", lambda a, b: transposed_layers() == 1),
            Option("None", lambda a, b: transposed_layers() == 0),
        ),
        STAMPED,
        INTERPOLATED,
        lambda a, b: f"Counted in the installed torchvision: {transposed_layers()}. The two pictures: the paper's "
        "frozen kernel, and what torchvision does instead.",
    ),
)  # fmt: skip


def unchanged(a: Side, b: Side) -> int:
    """How many output pixels have the same value on both sides."""
    return int(torch.isclose(a.output(), b.output()).sum())


def transposed_layers() -> int:
    """The transposed convolutions in torchvision's fcn_resnet50, counted on a network without memory for weights."""
    import torchvision

    with torch.device("meta"):
        network = torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None)
    return sum(isinstance(layer, torch.nn.ConvTranspose2d) for layer in network.modules())
