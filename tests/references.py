"""Independent references: plain loops over Python lists, after the definitions, sharing nothing with torch."""

from __future__ import annotations

Grid = list[list[float]]


def zeros(rows: int, columns: int) -> Grid:
    return [[0.0] * columns for _ in range(rows)]


def convolve(x: Grid, w: Grid, stride: tuple, padding: tuple, dilation: tuple) -> Grid:
    """Slide the kernel as written and sum the products (cross-correlation)."""
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    rows = (len(x) + 2 * ph - dh * (len(w) - 1) - 1) // sh + 1
    columns = (len(x[0]) + 2 * pw - dw * (len(w[0]) - 1) - 1) // sw + 1
    out = zeros(rows, columns)
    for r in range(rows):
        for c in range(columns):
            for i in range(len(w)):
                for j in range(len(w[0])):
                    y, z = r * sh + i * dh - ph, c * sw + j * dw - pw
                    if 0 <= y < len(x) and 0 <= z < len(x[0]):
                        out[r][c] += w[i][j] * x[y][z]
    return out


def stamp(x: Grid, w: Grid, stride: tuple, padding: tuple, output_padding: tuple, dilation: tuple) -> Grid:
    """Add the kernel, times each pixel, onto a canvas; crop the padding; un-crop the output padding."""
    (sh, sw), (ph, pw), (ah, aw), (dh, dw) = stride, padding, output_padding, dilation
    tall = (len(x) - 1) * sh + dh * (len(w) - 1) + 1 + ah
    wide = (len(x[0]) - 1) * sw + dw * (len(w[0]) - 1) + 1 + aw
    canvas = zeros(tall, wide)
    for y, row in enumerate(x):
        for z, value in enumerate(row):
            for i in range(len(w)):
                for j in range(len(w[0])):
                    canvas[y * sh + i * dh][z * sw + j * dw] += value * w[i][j]
    return [row[pw : wide - pw] for row in canvas[ph : tall - ph]]


def nearest(x: Grid, factor: int) -> Grid:
    return [[x[r // factor][c // factor] for c in range(len(x[0]) * factor)] for r in range(len(x) * factor)]


def nails(x: Grid, stride: int) -> Grid:
    out = zeros(len(x) * stride, len(x[0]) * stride)
    for r, row in enumerate(x):
        for c, value in enumerate(row):
            out[r * stride][c * stride] = value
    return out


def shuffle(x: list[Grid], factor: int) -> list[Grid]:
    """Channel c * r * r + i * r + j of the input is place (i, j) in every block of channel c."""
    area = factor * factor
    out = [zeros(len(x[0]) * factor, len(x[0][0]) * factor) for _ in range(len(x) // area)]
    for n, channel in enumerate(x):
        i, j = divmod(n % area, factor)
        for r, row in enumerate(channel):
            for c, value in enumerate(row):
                out[n // area][r * factor + i][c * factor + j] = value
    return out


def bilinear(x: Grid, rows: int, columns: int, align_corners: bool) -> Grid:
    def source(o: int, size_in: int, size_out: int) -> float:
        if align_corners:
            return o * (size_in - 1) / (size_out - 1) if size_out > 1 else 0.0
        return max((o + 0.5) * size_in / size_out - 0.5, 0.0)

    out = zeros(rows, columns)
    for r in range(rows):
        for c in range(columns):
            y, z = source(r, len(x), rows), source(c, len(x[0]), columns)
            top, left = min(int(y), len(x) - 1), min(int(z), len(x[0]) - 1)
            low, right = min(top + 1, len(x) - 1), min(left + 1, len(x[0]) - 1)
            v, u = y - top, z - left
            upper = x[top][left] * (1 - u) + x[top][right] * u
            lower = x[low][left] * (1 - u) + x[low][right] * u
            out[r][c] = upper * (1 - v) + lower * v
    return out


def pool(x: Grid, k: int, s: int) -> tuple[Grid, list[list[int]]]:
    """Largest value of each window that fits, and its flat position; the first one wins a tie."""
    values, indices = [], []
    for r in range(0, len(x) - k + 1, s):
        found = []
        for c in range(0, len(x[0]) - k + 1, s):
            window = [(x[r + i][c + j], (r + i) * len(x[0]) + c + j) for i in range(k) for j in range(k)]
            found.append(max(window, key=lambda pair: (pair[0], -pair[1])))
        values.append([value for value, _ in found])
        indices.append([index for _, index in found])
    return values, indices
