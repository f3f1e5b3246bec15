"""The same case in other frameworks: programs that print the numbers on the stage, and where the semantics differ.

Each module writes one dialect and knows all operators; `snippets` asks them all. Where a framework has no way to say
it, the note says so and there is no program.
"""

from __future__ import annotations

from torch import Tensor

from explainer.dialects import in_jax, in_keras, in_numpy, in_onnx, in_torch
from explainer.dialects.writing import Snippet
from explainer.operators import Operator

__all__ = ["DIALECTS", "Snippet", "snippets"]

#: Name on the page -> who writes it, in this order.
DIALECTS = {
    "torch module": in_torch.written,
    "numpy loop": in_numpy.written,
    "JAX": in_jax.written,
    "Keras": in_keras.written,
    "ONNX": in_onnx.written,
}


def snippets(op: Operator, x: Tensor) -> dict[str, Snippet]:
    """Programs for `op` on `x` (C, *spatial), by framework; each ends with the answer (1, C', ...) as `output`."""
    return {name: write(op, x) for name, write in DIALECTS.items()}
