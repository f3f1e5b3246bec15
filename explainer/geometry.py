"""Sizes of feature maps, as pure integers along one axis.

Letters as in Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016): input size i, output
size o, kernel size k, stride s, padding p, dilation d, output padding a. The bridge to torch's names: k is
`kernel_size`, s `stride`, p `padding`, d `dilation`, a `output_padding`. All sizes count pixels along one axis; a 2D
map applies the formula once for rows and once for columns.

Padding, stride and dilation of a *transposed* convolution are those of the convolution it transposes: that is why
its padding crops and its stride enlarges.
"""

from __future__ import annotations


def reach(k: int, d: int = 1) -> int:
    """Pixels from a dilated kernel's first tap to its last, both counted: d (k - 1) + 1.

    >>> reach(3), reach(3, d=2)
    (3, 5)
    """
    return d * (k - 1) + 1


def convolution_size(i: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """Output size of a convolution: floor((i + 2p - d(k-1) - 1) / s) + 1 (relationship 6, with dilation).

    Zero or less means that the kernel does not fit even once.

    >>> convolution_size(4, k=3, s=2, p=1)   # the lecture's 4x4 to 2x2
    2
    >>> convolution_size(7, k=3, s=2), convolution_size(8, k=3, s=2)   # the floor forgets one pixel
    (3, 3)
    """
    return (i + 2 * p - reach(k, d)) // s + 1


def transposed_convolution_size(i: int, k: int, s: int = 1, p: int = 0, a: int = 0, d: int = 1) -> int:
    """Output size of a transposed convolution: (i-1)s - 2p + d(k-1) + a + 1 (relationship 14, with dilation).

    >>> transposed_convolution_size(2, k=3, s=2, p=1)        # what torch returns by default
    3
    >>> transposed_convolution_size(2, k=3, s=2, p=1, a=1)   # the lecture's 2x2 to 4x4
    4
    """
    return (i - 1) * s - 2 * p + reach(k, d) + a


def pooling_size(i: int, k: int, s: int, p: int = 0, d: int = 1, ceil_mode: bool = False) -> int:
    """Output size of max pooling; with `ceil_mode` the last window may hang over the edge.

    As torch does, a window that would start in the right padding is dropped.

    >>> pooling_size(5, k=2, s=2), pooling_size(5, k=2, s=2, ceil_mode=True)
    (2, 3)
    """
    room = i + 2 * p - reach(k, d)
    if not ceil_mode:
        return room // s + 1
    o = -(-room // s) + 1
    return o - 1 if (o - 1) * s >= i + p else o


def rival_input_sizes(o: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> list[int]:
    """All input sizes that a convolution maps to the output size `o`: s of them, and `output_padding` picks one.

    >>> rival_input_sizes(3, k=3, s=2)
    [7, 8]
    """
    smallest = (o - 1) * s + reach(k, d) - 2 * p
    return [i for i in range(smallest, smallest + s) if i > 0]


def output_padding_for(i: int, o: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """The output padding with which a transposed convolution turns size `i` into size `o`.

    Raises:
        ValueError: if no allowed output padding reaches `o`.

    >>> output_padding_for(6, 12, k=3, s=2, p=1)
    1
    """
    smallest = transposed_convolution_size(i, k, s, p, 0, d)
    largest = smallest + max(s, d) - 1
    if not smallest <= o <= largest:
        raise ValueError(f"output_size is {o}; with these settings it can be {smallest} to {largest}.")
    return o - smallest


def direct_border(k: int, p: int = 0, d: int = 1) -> int:
    """Zeros around the stretched input of the equivalent direct convolution: d(k-1) - p.

    Negative means that the stretched input is cropped instead.

    >>> direct_border(3, p=0), direct_border(3, p=1)
    (2, 1)
    """
    return d * (k - 1) - p


def stretched_size(i: int, s: int) -> int:
    """Size after s - 1 zeros were put between neighbors: (i-1)s + 1.

    >>> stretched_size(2, s=2)
    3
    """
    return (i - 1) * s + 1


def receptive_field(layers: list[tuple[int, int]]) -> tuple[int, int]:
    """Receptive field and total stride of a stack of layers given as (k, s), in input pixels.

    r grows by (k - 1) times the stride so far.

    >>> receptive_field([(3, 1), (2, 2), (3, 1)])
    (8, 2)
    """
    field, jump = 1, 1
    for k, s in layers:
        field += (k - 1) * jump
        jump *= s
    return field, jump


def convolution_macs(c_in: int, c_out: int, k: int, out_height: int, out_width: int) -> int:
    """Multiply-adds of a k x k convolution: one product per tap, input channel and output value.

    >>> convolution_macs(3, 64, k=3, out_height=224, out_width=224)
    86704128
    """
    return c_in * c_out * k * k * out_height * out_width
