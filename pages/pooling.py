"""Pooling: the way down without learning, by the largest value or the mean of each window."""

from explainer.operators import AdaptiveAveragePooling, AdaptiveMaxPooling, AveragePooling, MaxPooling
from explainer.ui.navigation import link
from explainer.ui.operator_page import Field, OperatorPage, show_page

ADAPTIVE = {"adaptive_avg_pool": AdaptiveAveragePooling, "adaptive_max_pool": AdaptiveMaxPooling}


def make(op, kernel_size=2, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True, output_size=2):
    """One of four poolings; what it does not know must stay as it is."""
    if op in ADAPTIVE:
        others = (kernel_size, stride, padding, dilation, ceil_mode, count_include_pad)
        if others != (2, None, 0, 1, False, True):
            raise ValueError("adaptive pooling knows output_size only.")
        return ADAPTIVE[op](output_size)
    if output_size != 2:
        raise ValueError("output_size is for adaptive pooling.")
    if op == "avg_pool" and dilation == 1:
        return AveragePooling(kernel_size, stride, padding, ceil_mode, count_include_pad)
    if op == "max_pool" and count_include_pad:
        return MaxPooling(kernel_size, stride, padding, dilation, ceil_mode)
    raise ValueError("dilation is for max pooling, count_include_pad for the mean.")


SIZES = ((1, 2), (2, 1), (2, 3), (3, 2))
show_page(
    OperatorPage(
        "pooling",
        "A window slides over the :blue[input]; its **largest value** or **mean** becomes one :green[output pixel].",
        "Nothing is learned. The *mean* is a convolution with equal weights, so it has a matrix that holds for every "
        "input. The *maximum* has none: which pixel counts depends on the numbers, and the matrix shown is the one at "
        "this input. Padding is zeros for the mean (they count, unless count_include_pad is off) and minus infinity "
        "for the maximum. *Adaptive* pooling is told the output's size, and cuts the windows to fit: they may share "
        "pixels and differ in size. Dilation spreads a window's pixels apart.",
        make,
        (
            Field("op", "Pooling", ("avg_pool", "max_pool", *ADAPTIVE), "max_pool"),
            Field("kernel_size", "Window k", (2, 3, 4), 2, pairs=SIZES, letter="k"),
            Field("stride", "Stride s", (None, 1, 2, 3), None, help="None: as large as the window.", letter="s"),
            Field("padding", "Padding p", (0, 1, 2), 0, help="At most half the window.", letter="p"),
            Field("dilation", "Dilation d", (1, 2), 1, help="For the maximum only.", letter="d"),
            Field("ceil_mode", "ceil_mode", (False, True), False, help="The last window may hang over the edge."),
            Field("count_include_pad", "count_include_pad", (True, False), True, help="For the mean only."),
            Field("output_size", "output_size", (2, 1, 3, 4), 2, pairs=SIZES, help="For adaptive pooling only."),
        ),
    )
)
link("max_unpooling", "The way back up: max unpooling")
