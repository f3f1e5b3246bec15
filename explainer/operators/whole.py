"""Any operator as a matrix and nothing else: no kernel, no border, so that its matrix acts on the input itself."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from explainer.operators.convolution import Convolution
from explainer.operators.notation import Sizes
from explainer.operators.record import Record


@dataclass(frozen=True)
class Whole(Record):
    """A convolution whose border is part of its matrix: with `padding_mode="circular"` the rows wrap around."""

    op: Convolution

    def __call__(self, x: Tensor) -> Tensor:
        return self.op(x)

    def size_formula(self, size: Sizes) -> list[str]:
        """As the operator's."""
        return self.op.size_formula(size)

    def code(self, x: Tensor) -> list[str]:
        """As the operator's."""
        return self.op.code(x)
