"""The operators: frozen records of hyperparameters under torch's own names; calling one is one torch call.

`op(x)` takes and returns (N, C, W) or (N, C, H, W) tensors. Nothing is re-implemented, so nothing here can disagree
with torch. Kernels and indices are nested tuples, not tensors, so that a record can be hashed, compared, cached and
put in a link. Sizes (`stride`, `padding` ...) are one int or one int per axis, rows first, as in torch.

Wrong parameters raise `ValueError` with what was given and what is allowed: on construction where the parameters
alone are at fault, on the call where they do not fit the input.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor

from explainer.operators.convolution import Convolution, TransposedConvolution
from explainer.operators.pooling import MaxPooling, MaxUnpooling
from explainer.operators.upsampling import BedOfNails, Bilinear, NearestNeighbor, PixelShuffle
from explainer.operators.weights import Nested, to_nested

__all__ = [
    "BedOfNails",
    "Bilinear",
    "Convolution",
    "MaxPooling",
    "MaxUnpooling",
    "NearestNeighbor",
    "Nested",
    "Operator",
    "PixelShuffle",
    "TransposedConvolution",
    "to_nested",
]


@runtime_checkable
class Operator(Protocol):
    """Anything that maps (N, C, *spatial) to (N, C', *spatial')."""

    def __call__(self, x: Tensor) -> Tensor: ...
