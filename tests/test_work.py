"""Multiply-adds against the formula."""

from __future__ import annotations

import torch
from torch import nn

from explainer.work import multiply_adds


def test_convolutions_by_the_formula() -> None:
    x = torch.empty(2, 4, 9, 7, device="meta")
    plain = nn.Conv2d(4, 6, 3, device="meta")
    grouped = nn.Conv2d(4, 8, 3, padding=1, groups=4, device="meta")
    assert multiply_adds(lambda: plain(x)) == 2 * 6 * 7 * 5 * 4 * 9
    assert multiply_adds(lambda: grouped(x)) == 2 * 8 * 9 * 7 * 9
    assert multiply_adds(lambda: (plain(x), grouped(x))) == 2 * (6 * 7 * 5 * 4 * 9 + 8 * 9 * 7 * 9)


def test_a_transposed_convolution_stamps_once_for_every_input_pixel() -> None:
    x = torch.empty(1, 4, 5, 6, device="meta")
    dense = nn.ConvTranspose2d(4, 3, 3, stride=2, device="meta")
    per_class = nn.ConvTranspose2d(4, 4, 3, stride=2, groups=4, device="meta")
    assert multiply_adds(lambda: dense(x)) == 5 * 6 * 4 * 3 * 9
    assert multiply_adds(lambda: per_class(x)) == 5 * 6 * 4 * 9
