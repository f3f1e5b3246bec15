"""What people get wrong: eighteen misunderstandings, each on the page that can refute it, with an example to step to.

Collected from issue threads and lecture notes; `source` says where people stumbled.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One misunderstanding.

    Attributes:
        page: stem of the page that teaches it.
        claim: what people believe.
        truth: what holds.
        source: where it was met.
        example: an example that shows it, and the page it is on if that is another one.
        also: further pages that list it.
    """

    page: str
    claim: str
    truth: str
    source: str
    example: str | None = None
    example_page: str | None = None
    also: tuple[str, ...] = ()


TC, CV, MU, BL = "transposed_convolution", "strided_convolution", "max_unpooling", "bilinear"

LESSONS = (
    Lesson(TC, "output_padding adds zeros.",
           "It un-crops the lower and right side. The new pixels hold what was stamped there all along; they are zero "
           "only where no stamp reached.", "pytorch #8816, #25536; onnx #2333", "uncropped"),
    Lesson(TC, "Padding makes the output larger.",
           "In a transposed convolution it crops the output. In the second reading it makes the border of zeros "
           "thinner: d(k-1) - p instead of d(k-1).", "pytorch #6417, tensorflow #45999", "demystified-padding"),
    Lesson(TC, "The output size follows from the input size.",
           "With a stride above 1 several input sizes shrink to the same output size, so the way back is ambiguous; "
           "output_padding picks one. It must stay below the stride or the dilation.",
           "pytorch #580, #56328", "refused"),
    Lesson(TC, "“Deconvolution” undoes a convolution.",
           "Only the shape comes back. The numbers do not: Cᵀ is not the inverse of C.",
           "footnote in Dumoulin & Visin 2016; torch docstring", "d2l-basic", also=("matrix_2d",)),
    Lesson(TC, "The kernel is flipped. (Or: it never is.)",
           "Both, depending on the reading. Stamping uses the kernel as written; the reading with inserted zeros needs "
           "it turned by 180°. Compare the two kernels in the picture.", "Theano #5170", "lecture-transposed"),
    Lesson(TC, "Both layers keep their weights in the same order.",
           "Conv2d has (out, in / groups, k, k), ConvTranspose2d (in, out / groups, k, k). The torch code below says "
           "so in its comments.", "oneDNN #568, tvm #9336"),
    Lesson(CV, "Stride means the same everywhere.",
           "In a convolution it counts input pixels for each output pixel, in a transposed one output pixels for each "
           "input pixel. The second costs no more because of it: no product with an inserted zero is computed.",
           "conv_arithmetic #33", "lecture-strided", also=("bed_of_nails",)),
    Lesson("checkerboard", "Checkerboards come only from kernels that are no multiple of the stride.",
           "That is the usual cause, but an even overlap is not enough: weights can learn the pattern, and near the "
           "border the count is uneven anyway.", "Odena et al. 2016", "border-uneven", also=("pixel_shuffle",)),
    Lesson(MU, "Max unpooling restores the input.",
           "It is a partial inverse: everything but the maxima is lost. And in a network the values are not even the "
           "maxima; they come from the layers after the pooling.", "torch.nn.MaxUnpool2d", "lecture-unpooling"),
    Lesson(MU, "Indices are rows and columns.",
           "They are flat positions in one channel's map. Read on a map of another width they point elsewhere, and "
           "nothing complains.", "pytorch #36710, #68873", "unpooling-width"),
    Lesson(MU, "output_size can be left out.",
           "Only if the windows tiled the map exactly. Otherwise torch refuses, or silently puts every value in a "
           "wrong place.", "pytorch #580, #38640", "unpooling-ceil"),
    Lesson(MU, "Overlapping windows add up when unpooled.",
           "Repeated indices overwrite each other. The last writer wins, and torch does not promise which one that is.",
           "pytorch #78249, #80827", "unpooling-overlap"),
    Lesson(BL, "align_corners is a detail.",
           "False lines up pixel areas, True the centres of the corner pixels. With True the step between samples "
           "depends on the size of the map, so the same pixels give other values in a larger map.",
           "torch.nn.Upsample, pytorch #10604", "upsample-aligned"),
    Lesson(BL, "A bilinear kernel and F.interpolate are the same.",
           "Inside, yes. On the border ring they differ: the transposed convolution fades towards zero, interpolate "
           "repeats the edge.", "Long et al. 2015, upsample_filt", "fcn-bilinear", TC),
    Lesson(CV, "A library's convolution is the textbook's convolution.",
           "It is cross-correlation. Send an impulse through: the kernel comes out backwards.",
           "Fleuret 7.1", "impulse-2d"),
    Lesson("matrix_1d", "Forward and backward swapped: true, but it explains nothing.",
           "Multiplying by C gathers, multiplying by Cᵀ scatters along the same lines, and autograd does exactly that: "
           "the gradient of a convolution with respect to its input is the transposed convolution. The bias takes no "
           "part in it.", "udacity/sdc-issue-reports #979, oneDNN #314", "true-partner"),
    Lesson("your_photo", "FCN learned its upsampling, and torchvision's FCN does too.",
           "The paper's authors froze theirs at bilinear: learning made no difference worth its cost. torchvision's "
           "FCN has no transposed convolution and no skips at all. The network bundled here has learned ones.",
           "shelhamer/fcn.berkeleyvision.org, pytorch-fcn #155"),
    Lesson("nearest_neighbor", "Blue is the output. (Or the input?)",
           "Drawings disagree, so here every grid carries its name: input is blue, output teal, weights violet and "
           "terracotta, on every page.", "conv_arithmetic #33, #35"),
)  # fmt: skip


def lessons_of(page: str) -> list[Lesson]:
    """The misunderstandings that a page teaches."""
    return [lesson for lesson in LESSONS if page in (lesson.page, *lesson.also)]
