"""Enlarging a small picture with its pixels kept sharp."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", np.uint8, np.bool_)


def enlarged(picture: NDArray[Value], factor: int) -> NDArray[Value]:
    """A picture (H, W) or (H, W, 3), every pixel a block of factor x factor.

    >>> enlarged(np.array([[1, 2]], np.uint8), 2).tolist()
    [[1, 1, 2, 2], [1, 1, 2, 2]]
    """
    return picture.repeat(factor, 0).repeat(factor, 1)
