"""The lecture's tour: slide by slide, which page shows it, in which state, and what to say.

The slides are those of lecture 9 of Stanford's CS231n (2024), “Object Detection and Image Segmentation”, up to its
part on segmentation, and the two that it borrows from François Fleuret's course. Every slide that has numbers or a
picture of an operator is a stop. Imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stop:
    """One stop.

    Attributes:
        slide: the slide's title, with its number where it has one.
        page: stem of the page.
        state: parameters of the page's address: an example, settings, the stage's step (from 1), order and view.
        say: what to say; shown as the presenter's notes.
        figure: which of the page's figures fills the screen; the only one if empty.
    """

    slide: str
    page: str
    state: dict[str, str] = field(default_factory=dict)
    say: str = ""
    figure: str = ""


def at(prefix: str, example: str, step: int = 1, order: str = "gather", view: str = "", **more: str) -> dict[str, str]:
    """An operator page's example, and where its stage stands."""
    stage = f"{prefix}_stage"
    shown = {f"{stage}_view": view} if view else {}
    return {f"{prefix}_example": example, **more, f"{stage}_step": str(step), f"{stage}_order": order, **shown}


TOUR = (
    Stop("Computer vision tasks (7, 8)", "start", {}, "One photo, four questions. Semantic segmentation names every "
         "pixel and does not tell one animal from the next.", "tasks"),
    Stop("Semantic segmentation: the problem (9)", "start", {}, "Training data are pairs: a photo, and a class for "
         "each of its pixels. Everything that follows is about the size of the answer: as large as the photo.",
         "pair"),
    Stop("Idea: sliding window (10 to 14)", "sliding_window", {}, "Drag the window. With a small patch nobody could "
         "name the pixel in the middle; with more context the network can. What is wasted? Neighboring patches share "
         "almost everything, and each is computed anew."),
    Stop("Idea: fully convolutional (15 to 18)", "start", {}, "Real maps of a real network. On the way down they "
         "shrink, so that each layer is cheap and sees far. The answer must be as large as the photo, so the maps have "
         "to grow again inside the network. How does a map grow?", "hourglass"),
    Stop("In-network upsampling: nearest neighbor (19)", "nearest_neighbor", at("nn", "lecture-nearest", view="maps"),
         "Every pixel becomes a block of copies. Ask before each step: which input pixel is copied here?"),
    Stop("In-network upsampling: bed of nails (19)", "bed_of_nails", at("bn", "lecture-nails", view="maps"),
         "The same size, other numbers: one pixel in the upper left corner of each block, zeros elsewhere. Nothing is "
         "learned in either of them."),
    Stop("Max pooling: remember which element was max (20)", "max_unpooling",
         {"mu_example": "lecture-pooling", "mu_pool_step": "1"}, "Going down, each window keeps its largest value. "
         "Write down where it stood: that is all the way back will know.", "pool"),
    Stop("Max unpooling: use positions from the pooling layer (20)", "max_unpooling",
         at("mu", "lecture-unpooling"), "Other values come back, after many layers, but they go to the "
         "remembered places. Pooling and unpooling come in pairs, one on each side of the network.", "unpool"),
    Stop("Learnable upsampling; recall: 3 × 3 convolution, stride 1 pad 1", "strided_convolution",
         at("cv", "lecture-strided", view="maps", cv_stride="1"), "Before learning to enlarge, recall the ordinary "
         "convolution: a window, a dot product, one number. With stride 1 and padding 1 the size stays."),
    Stop("Recall: 3 × 3 convolution, stride 2 pad 1 (the first dot product)", "strided_convolution",
         at("cv", "lecture-strided", view="maps"), "The window now moves by two. This is the first dot product; the "
         "hatched border is the padding."),
    Stop("Recall: stride 2 moves two pixels in the input for one in the output", "strided_convolution",
         at("cv", "lecture-strided", 2, view="maps"), "Two pixels on in the input, one pixel on in the output: stride "
         "is that ratio. A strided convolution is downsampling that is learned. Can it be turned around?"),
    Stop("Transposed convolution: 3 × 3, stride 2 pad 1, from 2 × 2 to 4 × 4 (28)", "transposed_convolution",
         at("tc", "lecture-transposed", 1, "scatter", "stamp"), "Four pixels in, sixteen out. Torch needs "
         "output_padding 1 to give the slide's 4 × 4; without it these settings give 3 × 3."),
    Stop("Transposed convolution: input gives weight for filter (29)", "transposed_convolution",
         at("tc", "lecture-transposed", 2, "scatter", "stamp"), "The input pixel does not look, it stamps: the kernel "
         "times its value is laid onto the output. Padding crops what lies outside the frame."),
    Stop("Transposed convolution: the filter moves two pixels in the output (30)", "transposed_convolution",
         at("tc", "lecture-transposed", 3, "scatter", "stamp"), "One pixel on in the input, two pixels on in the "
         "output: the ratio is turned around. That is the stride."),
    Stop("Transposed convolution: sum where output overlaps (31, 32)", "transposed_convolution",
         at("tc", "lecture-transposed", 4, "scatter", "stamp"), "Where stamps meet, they add up. Forgetting this is "
         "the commonest mistake; overwriting is not it, and neither is averaging."),
    Stop("Learnable upsampling: 1D example (33)", "transposed_convolution",
         at("tc", "lecture-picture", 2, "scatter", "stamp"), "Two pixels a and b, three weights x, y, z, stride 2: "
         "ax, ay, az + bx, by, bz. The middle one is the overlap. Torch crops nothing here, so there are five."),
    Stop("Convolution layer (Fleuret, 7.1, 5/14)", "strided_convolution", at("cv", "fleuret-convolution", view="maps"),
         "The same in another course's numbers. Each output gathers from a window of the input."),
    Stop("Transposed convolution layer (Fleuret, 7.1, 6/14)", "transposed_convolution",
         at("tc", "fleuret-transposed", 1, "scatter", "stamp"), "The same kernel the other way round: each input pixel "
         "scatters. Gather and scatter are two readings of one table of numbers."),
    Stop("Transposed convolution layer, the sum (Fleuret, 7.1, 6/14)", "transposed_convolution",
         at("tc", "fleuret-transposed", 4, "scatter", "stamp"), "All stamps laid down, and their "
         "sum: four inputs, a kernel of three, six outputs."),
    Stop("Convolution as matrix multiplication (1D example)", "matrix_1d",
         at("m1", "lecture-matrix-conv", view="matrix"), "Write the kernel into each row, two further on each time: "
         "the convolution is this matrix. Its columns at both ends meet the zeros of the padding.", "m1"),
    Stop("Transposed convolution multiplies by the transpose", "matrix_1d",
         at("mt", "lecture-matrix-six", 1, "scatter", "matrix"), "The same matrix on its side. Every column is a copy "
         "of the kernel: it stamps. The slide's sixth row is reached by no stamp; torch returns five rows unless "
         "output_padding asks for it. Hence the name, transposed, and not inverse.", "mt"),
    Stop("Learnable upsampling: where the weights come from", "learn", {"ln_task": "Bilinear interpolation",
         "ln_kernel": "4", "ln_steps": "100"}, "Nobody writes the kernel down. It starts at random and goes a little "
         "downhill with every step; here it ends as bilinear interpolation, found from examples alone."),
    Stop("Fully convolutional: the sizes on the way (36)", "shapes", {"sh_example": "fcn8"}, "Every bar is a map. Down "
         "by pooling, up by transposed convolution; the padding of 100 and the crops are there so that the skips meet "
         "maps of their own size."),
    Stop("In-network upsampling: unpooling in a whole network (Noh et al. 2015)", "deconvnet", {}, "The network goes "
         "down by max pooling and up by max unpooling with the remembered places. Choose bed of nails: the same "
         "network, the same values, without the memory. What is lost was in the indices."),
    Stop("Fully convolutional: down and up again (36, 38)", "your_photo", {}, "A whole network: down by strided "
         "convolutions, up by transposed ones, a class for every pixel. Point anywhere and see what it says."),
)  # fmt: skip
