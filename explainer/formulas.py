"""Size formulas with the numbers in, as LaTeX, one line for each axis."""

from __future__ import annotations

from functools import singledispatch

from explainer import geometry
from explainer.operators import (
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis

Sizes = tuple[int, ...]


def names(size: Sizes) -> tuple[str, ...]:
    """W for one axis, H and W for two."""
    return ("W",) if len(size) == 1 else ("H", "W")


def aligned(name: str, formula: str, filled: str, o: int) -> str:
    """Formula, numbers and result below each other, so that they fit a phone."""
    return rf"\small\begin{{aligned}}{name}_{{out}} &= {formula} \\ &= {filled} \\ &= {o}\end{{aligned}}"


@singledispatch
def size_formula(op: Operator, size: Sizes) -> list[str]:
    """The output size of `op` for a spatial input size, as one LaTeX equation for each axis."""
    raise TypeError(f"no size formula for {type(op).__name__}")


@size_formula.register
def convolution(op: Convolution, size: Sizes) -> list[str]:
    """Relationship 6 of Dumoulin & Visin, with dilation."""
    lines = []
    for name, i, (k, s, p, d) in zip(names(size), size, op.axes(), strict=True):
        o = geometry.convolution_size(i, k, s, p, d)
        formula = r"\left\lfloor\frac{i + 2p - d(k-1) - 1}{s}\right\rfloor + 1"
        filled = rf"\left\lfloor\frac{{{i} + 2\cdot{p} - {d}({k}-1) - 1}}{{{s}}}\right\rfloor + 1"
        lines.append(aligned(name, formula, filled, o))
    return lines


@size_formula.register
def transposed(op: TransposedConvolution, size: Sizes) -> list[str]:
    """Relationship 14 of Dumoulin & Visin, with dilation."""
    lines = []
    for name, i, (k, s, p, d), a in zip(names(size), size, op.axes(), op.extra(), strict=True):
        o = geometry.transposed_convolution_size(i, k, s, p, a, d)
        filled = rf"({i}-1)\cdot{s} - 2\cdot{p} + {d}({k}-1) + {a} + 1"
        lines.append(aligned(name, "(i-1)s - 2p + d(k-1) + a + 1", filled, o))
    return lines


@size_formula.register(NearestNeighbor)
@size_formula.register(Bilinear)
def resized(op: NearestNeighbor | Bilinear, size: Sizes) -> list[str]:
    """i times the scale, rounded down; or the size asked for."""
    if op.size is not None:
        wanted = per_axis("size", op.size, len(size))
        return [rf"{name}_{{out}} = {o}\ (\text{{given}})" for name, o in zip(names(size), wanted, strict=True)]
    scales = per_axis("scale_factor", op.scale_factor, len(size))
    return [
        rf"{name}_{{out}} = \lfloor i \cdot r \rfloor = \lfloor {i}\cdot{scale:g} \rfloor = {int(i * scale)}"
        for name, i, scale in zip(names(size), size, scales, strict=True)
    ]


@size_formula.register
def nails(op: BedOfNails, size: Sizes) -> list[str]:
    """i times the stride."""
    strides = per_axis("stride", op.stride, len(size))
    return [
        rf"{name}_{{out}} = i \cdot s = {i}\cdot{s} = {i * s}"
        for name, i, s in zip(names(size), size, strides, strict=True)
    ]


@size_formula.register
def shuffle(op: PixelShuffle, size: Sizes) -> list[str]:
    """i times the upscale factor; the channels shrink by its square."""
    r = op.upscale_factor
    lines = [rf"{name}_{{out}} = i \cdot r = {i}\cdot{r} = {i * r}" for name, i in zip(names(size), size, strict=True)]
    return [*lines, rf"C_{{out}} = C_{{in}} / r^2 = C_{{in}} / {r * r}"]


@size_formula.register
def pooling(op: MaxPooling, size: Sizes) -> list[str]:
    """Floor, or ceiling with ceil_mode."""
    left, right = (r"\left\lceil", r"\right\rceil") if op.ceil_mode else (r"\left\lfloor", r"\right\rfloor")
    lines = []
    for name, i, (k, s, p, d) in zip(names(size), size, op.axes(len(size)), strict=True):
        o = geometry.pooling_size(i, k, s, p, d, op.ceil_mode)
        formula = rf"{left}\frac{{i + 2p - d(k-1) - 1}}{{s}}{right} + 1"
        filled = rf"{left}\frac{{{i} + 2\cdot{p} - {d}({k}-1) - 1}}{{{s}}}{right} + 1"
        lines.append(aligned(name, formula, filled, o))
    return lines


@size_formula.register
def unpooling(op: MaxUnpooling, size: Sizes) -> list[str]:
    """(i-1)s - 2p + k, unless output_size says otherwise."""
    stride = op.kernel_size if op.stride is None else op.stride
    columns = (("kernel_size", op.kernel_size), ("stride", stride), ("padding", op.padding))
    axes = zip(*(per_axis(name, value, len(size)) for name, value in columns), strict=True)
    lines = [
        aligned(name, "(i-1)s - 2p + k", rf"({i}-1)\cdot{s} - 2\cdot{p} + {k}", (i - 1) * s - 2 * p + k)
        for name, i, (k, s, p) in zip(names(size), size, axes, strict=True)
    ]
    if op.output_size is not None:
        given = r" \times ".join(str(n) for n in op.output_size)
        lines.append(rf"\text{{output\_size}} = {given}\ \text{{was asked for}}")
    return lines
