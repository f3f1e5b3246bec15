"""The functions to write, solved with indexing and loops only. The notebook of exercises shows their heads.

Every tensor is float64. Maps are (H, W) or, in 1D, (W,); `weight` is the kernel; the other names are torch's.
"""

from __future__ import annotations

import torch
from torch import Tensor


def nearest_neighbor(x: Tensor, s: int) -> Tensor:
    """Copy every pixel of x, (H, W), into a block of s x s: (H s, W s)."""
    rows = torch.arange(x.shape[0] * s) // s
    columns = torch.arange(x.shape[1] * s) // s
    return x[rows][:, columns]


def bed_of_nails(x: Tensor, s: int) -> Tensor:
    """Put every pixel of x, (H, W), into the upper left corner of a block of zeros: (H s, W s)."""
    out = x.new_zeros(x.shape[0] * s, x.shape[1] * s)
    out[::s, ::s] = x
    return out


def max_unpooling(values: Tensor, indices: Tensor, height: int, width: int) -> Tensor:
    """Put every value, (h, w), back to its flat index in a map of zeros, (height, width)."""
    out = values.new_zeros(height * width)
    out[indices.flatten()] = values.flatten()
    return out.view(height, width)


def pixel_shuffle(x: Tensor, r: int) -> Tensor:
    """Rearrange r * r channels, (r r, H, W), into one map, (H r, W r)."""
    out = x.new_zeros(x.shape[1] * r, x.shape[2] * r)
    for channel in range(r * r):
        out[channel // r :: r, channel % r :: r] = x[channel]
    return out


def conv1d_matrix(weight: Tensor, n: int, stride: int, padding: int) -> Tensor:
    """The matrix C of a 1D convolution on n pixels: C @ x is F.conv1d of x. One row for each output."""
    k = len(weight)
    outputs = (n + 2 * padding - k) // stride + 1
    on_padded = weight.new_zeros(outputs, n + 2 * padding)
    for row in range(outputs):
        on_padded[row, row * stride : row * stride + k] = weight
    return on_padded[:, padding : padding + n]


def transposed_by_matrix(x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """The transposed convolution of x, (W,), by the matrix of the convolution that it belongs to."""
    n = (len(x) - 1) * stride - 2 * padding + len(weight)
    return conv1d_matrix(weight, n, stride, padding).T @ x


def stamped(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """The transposed convolution of x, (W,), without padding: stamp the kernel once for each pixel."""
    k = len(weight)
    out = x.new_zeros((len(x) - 1) * stride + k)
    for i in range(len(x)):
        out[i * stride : i * stride + k] += x[i] * weight
    return out


def stretched(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """The same numbers by an ordinary convolution: zeros between the pixels, zeros around them, the kernel flipped."""
    k = len(weight)
    wide = x.new_zeros((len(x) - 1) * stride + 1 + 2 * (k - 1))
    wide[k - 1 : len(wide) - (k - 1) : stride] = x
    return wide.unfold(0, k, 1) @ weight.flip(0)


def conv_transpose1d(x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """F.conv_transpose1d of x, (W,), with stride and padding."""
    k = len(weight)
    canvas = x.new_zeros((len(x) - 1) * stride + k)
    for i in range(len(x)):
        canvas[i * stride : i * stride + k] += x[i] * weight
    return canvas[padding : len(canvas) - padding]


def conv_transpose1d_full(
    x: Tensor, weight: Tensor, stride: int, padding: int, output_padding: int, dilation: int
) -> Tensor:
    """F.conv_transpose1d of x, (W,), with all of torch's parameters."""
    reach = dilation * (len(weight) - 1) + 1
    canvas = x.new_zeros((len(x) - 1) * stride + reach + output_padding)
    for i in range(len(x)):
        canvas[i * stride : i * stride + reach : dilation] += x[i] * weight
    return canvas[padding : len(canvas) - padding]


def conv_transpose2d(x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """F.conv_transpose2d of x, (H, W), with a kernel of any two sizes."""
    rows, columns = weight.shape
    canvas = x.new_zeros((x.shape[0] - 1) * stride + rows, (x.shape[1] - 1) * stride + columns)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            canvas[i * stride : i * stride + rows, j * stride : j * stride + columns] += x[i, j] * weight
    return canvas[padding : canvas.shape[0] - padding, padding : canvas.shape[1] - padding]


def bilinear_kernel(s: int) -> Tensor:
    """The kernel whose stamps, s apart, add up to bilinear upsampling: (2 s, 2 s), or (2 s - 1, 2 s - 1) for odd s."""
    k = 2 * s - s % 2
    center = (k - 1) / 2
    line = 1 - (torch.arange(k, dtype=torch.float64) - center).abs() / s
    return line[:, None] * line[None, :]


def fuse(coarse: Tensor, fine: Tensor) -> Tensor:
    """FCN's skip: scores (C, h, w), doubled by the bilinear kernel with padding 1, plus finer scores (C, 2 h, 2 w)."""
    kernel = bilinear_kernel(2)
    doubled = [conv_transpose2d(channel, kernel, stride=2, padding=1) for channel in coarse]
    return torch.stack(doubled) + fine
