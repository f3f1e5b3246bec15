"""How operators write themselves: size formulas as LaTeX with the numbers in, and calls of torch as code."""

from __future__ import annotations

from typing import Any

from torch import Tensor

Sizes = tuple[int, ...]


def axis_names(size: Sizes) -> tuple[str, ...]:
    """W for one axis, H and W for two, D in front for three."""
    return ("D", "H", "W")[3 - len(size) :]


def aligned(name: str, formula: str, filled: str, o: int) -> str:
    """Formula, numbers and result below each other, so that they fit a phone."""
    return rf"\small\begin{{aligned}}{name}_{{out}} &= {formula} \\ &= {filled} \\ &= {o}\end{{aligned}}"


def literal(values: Tensor, dtype: str = "torch.float64") -> str:
    """`torch.tensor(...)` with short numbers."""

    def text(item: Any) -> str:
        return "[" + ", ".join(map(text, item)) + "]" if isinstance(item, list) else f"{item:.12g}"

    return f"torch.tensor({text(values.tolist())}, dtype={dtype})"


def arguments(**values: Any) -> str:
    """Keyword arguments as code, to follow others: `, stride=2, padding=0`."""
    return "".join(f", {name}={value!r}" for name, value in values.items())


def program(x: Tensor, lines: list[str]) -> str:
    """A whole program around the lines that compute `output` from `x` (C, *spatial), float64."""
    head = ["import torch", "import torch.nn.functional as F", ""]
    return "\n".join(
        [
            *head,
            f"x = {literal(x[None])}  # (N, C, {', '.join(axis_names(tuple(x.shape[1:])))})",
            *lines,
            "print(output)",
        ]
    )
