"""The exercises in order: what each asks for, in words. The heads of the functions are those of `solutions`."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass

from explainer.exercises import solutions


@dataclass(frozen=True)
class Task:
    """One exercise: the function to write, a title, what it is about, and a hint for who is stuck."""

    name: str
    title: str
    text: str
    hint: str

    @property
    def solution(self) -> str:
        """The source of the function that solves it."""
        return inspect.getsource(getattr(solutions, self.name))

    @property
    def stub(self) -> str:
        """The function's head and docstring, with nothing in it."""
        source = self.solution
        (function,) = ast.parse(source).body
        assert isinstance(function, ast.FunctionDef)
        head = source.splitlines()[: function.body[0].end_lineno]
        return "\n".join([*head, '    raise NotImplementedError("your turn")', ""])


TASKS = (
    Task("nearest_neighbor", "Nearest neighbor, by indexing",
         "Output pixel (i, j) is a copy of input pixel (i // s, j // s). No loop is needed: index with whole rows of "
         "numbers.", "`x[rows]` takes the rows listed in `rows`, as often as they are listed."),
    Task("bed_of_nails", "Bed of nails, by indexing",
         "Zeros everywhere, and input pixel (i, j) at (s i, s j).", "Write to a slice with a step: `out[::s, ::s]`."),
    Task("max_unpooling", "Max unpooling, from flat indices",
         "Pooling told where each maximum stood, as a **flat index** into the larger map: row times width plus column. "
         "Put the values back there; everything else is zero.",
         "Fill a flat tensor first, then give it its two axes."),
    Task("pixel_shuffle", "Pixel shuffle, by slices",
         "Each block of r × r output pixels takes one pixel of each channel, row by row: channel c goes to row c // r "
         "and column c % r of every block.", "One slice with a step for each channel."),
    Task("conv1d_matrix", "The matrix of a 1D convolution",
         "A convolution is a matrix C: row o holds the kernel from column o · stride on, counted on the padded input. "
         "The zeros of the padding have no columns, since they are no pixels of x.",
         "Build it on the padded input first; then keep the columns of the pixels."),
    Task("transposed_by_matrix", "Its transpose",
         "The transposed convolution multiplies by Cᵀ. Which convolution? The one that leads from an output of its "
         "size, n = (i − 1) · stride − 2 · padding + k, back to the i pixels of x.",
         "`conv1d_matrix` of the exercise before, `.T`, `@`."),
    Task("stamped", "Transposed convolution, by stamping",
         "Every pixel of x stamps the kernel, times its own value, onto the output, `stride` further on each time. "
         "How do stamps meet?", "The last stamp begins at (i − 1) · stride and is k long: that is the output's size."),
    Task("stretched", "Transposed convolution, by stretching and flipping",
         "The same numbers by an ordinary convolution: put stride − 1 zeros between the pixels of x and k − 1 zeros "
         "at both ends; slide the kernel over it, **flipped**, one pixel at a time.",
         "`wide.unfold(0, k, 1)` has a row for each place of the kernel."),
    Task("conv_transpose1d", "Strided and padded",
         "As by stamping, and with padding. It is the padding of the convolution that this one transposes; so what "
         "does it do here, grow or crop?", "Torch's size: (i − 1) · stride − 2 · padding + k."),
    Task("conv_transpose1d_full", "With output_padding and dilation",
         "All of torch's parameters. The kernel's taps lie `dilation` apart. `output_padding` makes the output longer "
         "at its end: by what numbers?", "Make the canvas longer before you stamp; crop afterwards."),
    Task("conv_transpose2d", "In two dimensions",
         "Stamps on a plane, for kernels of any two sizes: rows come first.",
         "Two loops, one slice with two ranges."),
    Task("bilinear_kernel", "The bilinear kernel",
         "FCN starts its upscore layers as bilinear upsampling: a transposed convolution of stride s whose kernel is a "
         "tent. Its weights fall linearly from the center, by 1 / s a pixel, in both directions.",
         "Where is the center of a kernel with an even number of taps?"),
    Task("fuse", "FCN's fusing of two score maps",
         "Long et al. (2015): double the coarse scores by a transposed convolution with the bilinear kernel (stride 2, "
         "padding 1), channel by channel, and bring in the finer scores. How are they joined?",
         "`conv_transpose2d` and `bilinear_kernel` are yours by now."),
)  # fmt: skip


def task(name: str) -> Task:
    """The exercise whose function has that name.

    Raises:
        ValueError: naming those there are.
    """
    found = [one for one in TASKS if one.name == name]
    if not found:
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(one.name for one in TASKS)}.")
    return found[0]
