"""Max pooling, and max unpooling with the indices it left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from explainer import geometry
from explainer.operators.checks import Size, at_least, per_axis, require_input
from explainer.operators.weights import Nested


@dataclass(frozen=True)
class MaxPooling:
    """The largest value of each window, and where it stood (`F.max_pool1d/2d`); not linear.

    `indices` are flat positions in the unpadded map of one channel. `stride=None` means kernel_size, as in torch.
    """

    kernel_size: Size = 2
    stride: Size | None = None
    padding: Size = 0
    dilation: Size = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        for name, value, lowest in (("kernel_size", self.kernel_size, 1), ("dilation", self.dilation, 1)):
            at_least(name, value, lowest)
        at_least("padding", self.padding, 0)
        if self.stride is not None:
            at_least("stride", self.stride, 1)

    def axes(self, dims: int) -> list[tuple[int, int, int, int]]:
        """(k, s, p, d) for each axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        named = (("kernel_size", self.kernel_size), ("stride", stride))
        rest = (("padding", self.padding), ("dilation", self.dilation))
        return list(zip(*(per_axis(name, value, dims) for name, value in named + rest), strict=True))

    def __call__(self, x: Tensor) -> Tensor:
        return self.with_indices(x)[0]

    def with_indices(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Pooled values and flat indices, both (N, C, *pooled)."""
        require_input(x, (3, 4))
        axes = self.axes(x.ndim - 2)
        for i, (k, s, p, d) in zip(x.shape[2:], axes, strict=True):
            if p > k // 2:
                raise ValueError(f"padding is {p}; max pooling allows at most half the kernel size, {k // 2}.")
            if geometry.pooling_size(i, k, s, p, d, self.ceil_mode) < 1:
                raise ValueError(f"a window of {geometry.reach(k, d)} does not fit an input of {i + 2 * p}.")
        k_, s_, p_, d_ = (list(column) for column in zip(*axes, strict=True))
        pool = F.max_pool1d if x.ndim == 3 else F.max_pool2d
        values, indices = pool(x, k_, s_, p_, d_, self.ceil_mode, return_indices=True)
        return values, indices


@dataclass(frozen=True)
class MaxUnpooling:
    """Put each value back where its maximum stood, zeros elsewhere (`F.max_unpool1d/2d`).

    `indices` has the input's shape (with or without the channel axis): flat positions in one output channel. For
    given indices the operator is linear. Where an index repeats, one writer wins: torch never adds, and documents the
    winner as not guaranteed, since threads share the work. Such a map is unpooled by one thread here, so that the last
    value in reading order wins every time and there is a matrix to speak of.
    """

    indices: Nested
    kernel_size: Size = 2
    stride: Size | None = None
    padding: Size = 0
    output_size: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        at_least("kernel_size", self.kernel_size, 1)
        at_least("padding", self.padding, 0)
        if self.stride is not None:
            at_least("stride", self.stride, 1)

    def default_size(self, pooled: tuple[int, ...]) -> tuple[int, ...]:
        """The size torch assumes without `output_size`: (i-1)s - 2p + k per axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        columns = (("kernel_size", self.kernel_size), ("stride", stride), ("padding", self.padding))
        axes = zip(*(per_axis(name, value, len(pooled)) for name, value in columns), strict=True)
        return tuple((i - 1) * s - 2 * p + k for i, (k, s, p) in zip(pooled, axes, strict=True))

    def __call__(self, x: Tensor) -> Tensor:
        require_input(x, (3, 4))
        index = torch.tensor(self.indices, dtype=torch.int64)
        if index.ndim == x.ndim - 2:
            index = index.unsqueeze(0)
        if index.shape != x.shape[1:]:
            given, wanted = tuple(index.shape), tuple(x.shape[1:])
            raise ValueError(f"indices have shape {given}; they must have the input's shape {wanted}.")
        size = self.checked_size(tuple(x.shape[2:]))
        pixels = torch.Size(size).numel()
        if int(index.min()) < 0 or int(index.max()) >= pixels:
            worst = int(index.max()) if int(index.max()) >= pixels else int(index.min())
            shape = " x ".join(map(str, size))
            raise ValueError(
                f"index {worst} does not fit the output of {shape}: allowed are 0 to {pixels - 1}. "
                "Indices taken from a larger map need its size as output_size."
            )
        unpool = F.max_unpool1d if x.ndim == 3 else F.max_unpool2d
        stride = self.kernel_size if self.stride is None else self.stride
        settings = (self.kernel_size, stride, self.padding)
        kernel, step, padding = (list(per_axis("size", value, x.ndim - 2)) for value in settings)
        repeated = any(len(channel.unique()) < channel.numel() for channel in index)
        index = index.expand(len(x), *index.shape).to(x.device)
        with single_thread() if repeated else nullcontext():
            return unpool(x, index, kernel, step, padding, list(size))

    def checked_size(self, pooled: tuple[int, ...]) -> tuple[int, ...]:
        """The output size, checked as torch does: less than one stride away from the default."""
        default = self.default_size(pooled)
        if min(default) < 1:
            raise ValueError(f"the output would be {' x '.join(map(str, default))}: nothing is left.")
        if self.output_size is None:
            return default
        size = tuple(self.output_size)
        stride = per_axis("stride", self.kernel_size if self.stride is None else self.stride, len(pooled))
        if len(size) != len(pooled):
            raise ValueError(f"output_size has {len(size)} numbers; this map has {len(pooled)} axes.")
        for o, d, s in zip(size, default, stride, strict=True):
            if not d - s < o < d + s or o < 1:
                allowed = f"{max(1, d - s + 1)} to {d + s - 1}"
                raise ValueError(f"output_size is {o}; with stride {s} it can be {allowed}.")
        return size


@contextmanager
def single_thread() -> Iterator[None]:
    """Let this thread's torch calls run on one core."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
