"""Letters instead of numbers, as on the lecture's slides: x y z for the kernel, a b c d for the input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from explainer.matrix import Shape, matrix_of
from explainer.operators import Convolution, TransposedConvolution
from explainer.operators.weights import full_weight


@dataclass(frozen=True)
class Symbols:
    """One letter (or short word) for each input pixel and each tap, in reading order."""

    inputs: tuple[str, ...]
    taps: tuple[str, ...]


def term(source: str, tap: str) -> str:
    """One product in letters, "ay"; a number stands in front, "2a", a 1 nowhere; "" where a zero is multiplied."""
    if "0" in (source, tap):
        return ""
    if "1" in (source, tap):
        return source if tap == "1" else tap
    numbers = [not word[0].isalpha() for word in (source, tap)]
    if all(numbers):
        return f"{source}·{tap}"
    return f"{tap}{source}" if numbers[1] else f"{source}{tap}"


def summed(terms: Iterable[str]) -> str:
    """`az + bx`: the products that are there, "0" where none is."""
    return " + ".join(filter(None, terms)) or "0"


def coefficients(op: Convolution | TransposedConvolution, shape: Shape) -> list[torch.Tensor]:
    """For each tap the (outputs, inputs) matrix of the operator with that tap 1 and all others 0."""
    size = full_weight(op.weight).shape
    one_hot = torch.eye(size.numel(), dtype=torch.float64)
    return [matrix_of(op.with_weight(row.view(size)), shape) for row in one_hot]


def output_labels(
    op: Convolution | TransposedConvolution, shape: Shape, inputs: list[str] | tuple[str, ...], taps: tuple[str, ...]
) -> list[str]:
    """Each output as a sum of products, "az + bx"; read off torch's answers to every one-hot input and kernel.

    An input called "0" is a zero: its products are left out. An output that nothing reaches is "0".
    """
    matrices = coefficients(op, shape)
    labels = []
    for row in range(matrices[0].shape[0]):
        terms = [
            term(inputs[column], taps[tap])
            for column in range(len(inputs))
            for tap in range(len(taps))
            if matrices[tap][row, column]
        ]
        labels.append(summed(terms))
    return labels


def matrix_labels(op: Convolution | TransposedConvolution, shape: Shape, taps: tuple[str, ...]) -> list[list[str]]:
    """The matrix with letters in it, rows first; "0" where nothing stands."""
    matrices = coefficients(op, shape)
    rows, columns = matrices[0].shape
    entry = [["0"] * columns for _ in range(rows)]
    for tap, matrix in enumerate(matrices):
        for row, column in matrix.nonzero().tolist():
            entry[row][column] = taps[tap]
    return entry
