"""Sizes, costs and receptive fields, against the network's own gradients and a count by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from explainer.segmentation import anatomy
from explainer.segmentation.anatomy import field_of_pixel, receptive_field, stages, upscores
from explainer.segmentation.folding import ClippedConv2d
from explainer.segmentation.model import FCN, LEAVES_STRIDE8, LEAVES_STRIDE16, Head, bilinear_kernel


def test_sizes_follow_the_geometry() -> None:
    rows = {row.name: row for row in stages(513, 385)}
    assert [(r.stride, r.channels, r.height, r.width) for r in rows.values()][:3] == [
        (8, 32, 65, 49),
        (16, 96, 33, 25),
        (32, 320, 17, 13),
    ]
    assert (rows["upscore 32 to 16"].height, rows["upscore 16 to 8"].height) == (33, 65)
    assert all((r.height, r.width) == (513, 385) for name, r in rows.items() if name.startswith("grow"))


def test_a_score_map_sees_what_the_blocks_before_it_see() -> None:
    net, rows = FCN(), {row.name: row for row in stages(513, 513)}
    for name, blocks in (
        ("skip score at stride 8", LEAVES_STRIDE8),
        ("skip score at stride 16", LEAVES_STRIDE16),
        ("score at stride 32", len(net.features)),
    ):
        assert rows[name].receptive_field == receptive_field(net, blocks)


def test_costs_are_those_counted_by_hand() -> None:
    rows = {row.name: row for row in stages(513, 513)}
    around = 320 * 128 + 3 * 128 * 9
    head = 17 * 17 * (320 * 256 + around + (512 + 3 * 128) * 256 + 256 * 28) + 320 * 256
    assert rows["score at stride 32"].multiply_adds == head
    assert rows["skip score at stride 8"].multiply_adds == 65 * 65 * (192 * (28 + 64) + 9 * (64 + 28) * 64 + 64 * 28)
    assert rows["upscore 32 to 16"].multiply_adds == 17 * 17 * 28 * 28 * 9
    assert rows["grow to full size: fcn8s"].multiply_adds == 65 * 65 * 28 * 225
    assert 1.5e9 < sum(row.multiply_adds for row in rows.values()) < 2.5e9


def test_the_receptive_field_is_where_the_gradient_reaches() -> None:
    torch.manual_seed(0)
    net = FCN().eval()
    for layer in net.modules():
        if isinstance(layer, ClippedConv2d):  # a clipped value has no gradient
            layer.forward = partial(nn.Conv2d.forward, layer)  # type: ignore[method-assign]
    for parameter in net.parameters():
        parameter.data.abs_()
    x = torch.full((1, 3, 193, 193), 0.5, requires_grad=True)
    net.features[:LEAVES_STRIDE8](x)[0, :, 12, 12].sum().backward()
    assert x.grad is not None
    rows = np.flatnonzero(x.grad[0].abs().sum((0, 2)).numpy())
    top, left, bottom, right = field_of_pixel(12, 12, 8)
    assert (rows[0], rows[-1] + 1) == (top, bottom) == (left, right)
    assert bottom - top == receptive_field(net, LEAVES_STRIDE8)


def test_kernels_lie_beside_their_start() -> None:
    found = {one.name: one for one in upscores()}
    assert {name: (one.factor, one.learned.shape) for name, one in found.items()} == {
        "upscore32_to_16": (2, (28, 3, 3)),
        "upscore16_to_8": (2, (28, 3, 3)),
        "grow32": (32, (28, 63, 63)),
        "grow16": (16, (28, 31, 31)),
        "grow8": (8, (28, 15, 15)),
    }
    for one in found.values():
        assert one.moved().shape == (28,) and 0 < one.moved().max() < 0.5
        assert (one.between is not None) == one.name.startswith("upscore")
        assert one.bilinear.max() == 1


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="32n"):
        stages(512, 513)
    with pytest.raises(ValueError, match="fcn16s has maps of stride 32, 16"):
        field_of_pixel(0, 0, 8, "fcn16s")


def test_a_field_lies_around_its_pixels_place() -> None:
    used: tuple[tuple[Head, int], ...] = (
        ("fcn8s", 8), ("fcn8s", 16), ("fcn8s", 32), ("fcn16s", 16), ("fcn16s", 32), ("fcn32s", 32),
    )  # fmt: skip
    for head, stride in used:
        top, left, bottom, right = field_of_pixel(3, 12, stride, head)
        assert (top + bottom - 1, left + right - 1) == (2 * 3 * stride, 2 * 12 * stride)


def test_what_classes_hear_of_each_other_is_told_from_the_row_to_the_column(monkeypatch: pytest.MonkeyPatch) -> None:
    net = FCN().requires_grad_(False)
    net.upscore32_to_16.weight[3, 5] = 0.5 * bilinear_kernel(2)  # torch: (in, out, k, k)
    monkeypatch.setattr(anatomy, "load", lambda *_: net)
    between = next(one.between for one in upscores() if one.name == "upscore32_to_16")
    assert between is not None and between[3, 5] == pytest.approx(0.5)
    between[3, 5] = 0
    assert np.abs(between).max() < 1e-6
