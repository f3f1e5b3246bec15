"""The door for people who write code: a layer of your own, drawn in the notebook, and its matrix.

    from explainer import show, matrix_of
    show(nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1), torch.ones(1, 1, 3, 3))

Torch's layers are drawn by the operators of this package, `nn.Sequential` layer by layer, and any other linear module
or function by its answers to impulses. Everything is computed in float64 on a copy; the layer itself is not touched.
"""

from __future__ import annotations

from explainer.notebook.matrices import matrix_of
from explainer.notebook.picture import MOST_CELLS, Picture, show

__all__ = ["MOST_CELLS", "Picture", "matrix_of", "show"]
