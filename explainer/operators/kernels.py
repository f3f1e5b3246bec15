"""Named kernels as nested tuples: square, `size` pixels a side, for `dims` axes (1 or 2)."""

from __future__ import annotations

from collections.abc import Callable

from explainer.operators import Nested


def outer(taps: tuple[float, ...], dims: int) -> Nested:
    """A 1D kernel as it is, or its outer product with itself."""
    return taps if dims == 1 else tuple(tuple(a * b for b in taps) for a in taps)


def ones(size: int, dims: int = 2) -> Nested:
    """Every tap 1: the output counts what each pixel gathers."""
    return outer((1.0,) * size, dims)


def counting(size: int, dims: int = 2) -> Nested:
    """1, 2, 3, ... in reading order: every tap can be told from its neighbors."""
    if dims == 1:
        return tuple(float(n + 1) for n in range(size))
    return tuple(tuple(float(row * size + column + 1) for column in range(size)) for row in range(size))


def bilinear(size: int, dims: int = 2) -> Nested:
    """The triangle with which a transposed convolution interpolates (Long et al. 2015, `upsample_filt`).

    For stride s use size 2s - s % 2: 4 for stride 2. For aligned corners use the odd 2s - 1.

    >>> bilinear(4, dims=1)
    (0.25, 0.75, 0.75, 0.25)
    """
    factor = (size + 1) // 2
    center = factor - 1 if size % 2 else factor - 0.5
    return outer(tuple(1 - abs(tap - center) / factor for tap in range(size)), dims)


def edge(size: int, dims: int = 2) -> Nested:
    """Difference between the two ends of each row: it answers to vertical edges."""
    taps = (-1.0,) + (0.0,) * (size - 2) + (1.0,) if size > 1 else (1.0,)
    return taps if dims == 1 else (taps,) * size


def mean(size: int, dims: int = 2) -> Nested:
    """Every tap 1 / size (per axis): a blur that keeps the mean."""
    return outer((1.0 / size,) * size, dims)


KERNELS: dict[str, Callable[[int, int], Nested]] = {
    "counting": counting,
    "ones": ones,
    "bilinear": bilinear,
    "edge": edge,
    "mean": mean,
}
