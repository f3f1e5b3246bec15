"""The operators: frozen records of hyperparameters under torch's own names; calling one is one torch call.

`op(x)` takes and returns (N, C, W) or (N, C, H, W) tensors. Nothing is re-implemented, so nothing here can disagree
with torch. Kernels and indices are nested tuples, not tensors, so that a record can be hashed, compared, cached and
put in a link. Sizes (`stride`, `padding` ...) are one int or one int per axis, rows first, as in torch.

Wrong parameters raise `ValueError` with what was given and what is allowed: on construction where the parameters
alone are at fault, on the call where they do not fit the input.

`OPERATORS` is the one table. A record carries all that pages, pictures and the command line ask of it (the protocol
`Operator`), so a new operator is one file and one row here.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from explainer.operators.bed_of_nails import BedOfNails
from explainer.operators.bilinear import Area, Bicubic, Bilinear
from explainer.operators.convolution import Convolution
from explainer.operators.max_pooling import MaxPooling
from explainer.operators.max_unpooling import MaxUnpooling
from explainer.operators.mean_pooling import AdaptiveAveragePooling, AdaptiveMaxPooling, AveragePooling
from explainer.operators.nearest_neighbor import NearestNeighbor
from explainer.operators.notation import Sizes
from explainer.operators.pixel_shuffle import PixelShuffle, PixelUnshuffle
from explainer.operators.record import Record
from explainer.operators.transposed_convolution import TransposedConvolution
from explainer.operators.weights import Nested, to_nested

__all__ = [
    "OPERATORS",
    "AdaptiveAveragePooling",
    "AdaptiveMaxPooling",
    "Area",
    "AveragePooling",
    "BedOfNails",
    "Bicubic",
    "Bilinear",
    "Convolution",
    "MaxPooling",
    "MaxUnpooling",
    "NearestNeighbor",
    "Nested",
    "Operator",
    "PixelShuffle",
    "PixelUnshuffle",
    "Record",
    "TransposedConvolution",
    "to_nested",
]


@runtime_checkable
class Operator(Protocol):
    """Anything that maps (N, C, *spatial) to (N, C', *spatial'), and can write itself down."""

    def __call__(self, x: Tensor) -> Tensor:
        """Torch's answer to `x`."""
        ...

    def size_formula(self, size: Sizes) -> list[str]:
        """The output size for a spatial input size: LaTeX with the numbers in, a line for each axis."""
        ...

    def code(self, x: Tensor) -> list[str]:
        """Lines of torch code that compute `output` from the variable `x`, whose value is `x` (C, *spatial)."""
        ...


#: Name in a case -> (operator, allowed numbers of spatial axes). Names are torch's, where torch has one.
OPERATORS: dict[str, tuple[type[Any], tuple[int, ...]]] = {
    "nearest": (NearestNeighbor, (1, 2)),
    "bed_of_nails": (BedOfNails, (1, 2)),
    "max_pool1d": (MaxPooling, (1,)),
    "max_pool2d": (MaxPooling, (2,)),
    "max_unpool1d": (MaxUnpooling, (1,)),
    "max_unpool2d": (MaxUnpooling, (2,)),
    "bilinear": (Bilinear, (1, 2)),
    "bicubic": (Bicubic, (2,)),
    "area": (Area, (1, 2)),
    "avg_pool1d": (AveragePooling, (1,)),
    "avg_pool2d": (AveragePooling, (2,)),
    "adaptive_avg_pool1d": (AdaptiveAveragePooling, (1,)),
    "adaptive_avg_pool2d": (AdaptiveAveragePooling, (2,)),
    "adaptive_max_pool1d": (AdaptiveMaxPooling, (1,)),
    "adaptive_max_pool2d": (AdaptiveMaxPooling, (2,)),
    "pixel_shuffle": (PixelShuffle, (1, 2)),
    "pixel_unshuffle": (PixelUnshuffle, (1, 2)),
    "conv1d": (Convolution, (1,)),
    "conv2d": (Convolution, (2,)),
    "conv3d": (Convolution, (3,)),
    "conv_transpose1d": (TransposedConvolution, (1,)),
    "conv_transpose2d": (TransposedConvolution, (2,)),
    "conv_transpose3d": (TransposedConvolution, (3,)),
}
