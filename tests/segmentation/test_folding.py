"""Batch norm and ReLU6 inside their convolutions: the same values, the same gradients."""

from __future__ import annotations

from typing import cast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explainer.segmentation import folding
from explainer.segmentation.folding import ClippedConv2d, folded
from explainer.segmentation.model import FCN
from explainer.segmentation.networks import load


def layers(seed: int) -> nn.Sequential:
    """A convolution with batch norm and ReLU6 behind it, and one with batch norm alone."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 5, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(5), nn.ReLU6()),
        nn.Conv2d(5, 4, 1, bias=False),
        nn.BatchNorm2d(4),
    ).eval()
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values in (layer.running_mean, layer.running_var, layer.weight.data, layer.bias.data):
                assert values is not None
                values.uniform_(0.5, 1.5)
    return net


def test_folding_changes_no_value_and_no_name() -> None:
    net, x = layers(3), 9 * torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        clipped, whole = net[0](x), net(x)
        assert clipped.min() == 0 and clipped.max() == 6  # what ReLU6 does shows in these numbers
        after = folded(net)
        torch.testing.assert_close(after[0](x), clipped, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(after(x), whole, rtol=1e-4, atol=1e-5)
    assert not any(isinstance(layer, nn.BatchNorm2d | nn.ReLU6) for layer in net.modules())
    assert list(net.state_dict()) == ["0.0.weight", "0.0.bias", "1.weight", "1.bias"]


@pytest.mark.parametrize("groups", [1, 4], ids=["dense", "depthwise"])
@pytest.mark.parametrize("bias", [True, False])
def test_clipping_on_writing_gives_the_same_bits(bias: bool, groups: int, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(groups)
    plain = nn.Conv2d(4, 8, 3, stride=2, padding=1, dilation=3, groups=groups, bias=bias)
    layer = ClippedConv2d.of(plain)
    x = (20 * torch.randn(2, 4, 19, 23)).contiguous(memory_format=torch.channels_last)
    asked: list[torch.dtype] = []
    real = folding._clips_on_writing
    monkeypatch.setattr(folding, "_clips_on_writing", lambda x: real(x) and not asked.append(x.dtype))  # type: ignore[func-returns-value]
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        found, expected = layer(x), F.relu6(plain(x))
    assert expected.min() == 0 and expected.max() == 6
    assert torch.equal(found, expected) and found.dtype == expected.dtype == torch.bfloat16
    assert bool(asked) == folding._has_operator()


def test_the_bundled_network_says_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    net = cast(FCN, load("fcn8s", "cpu"))
    x = torch.rand(2, 3, 97, 129, generator=torch.Generator().manual_seed(1)) * 2 - 1

    def scores() -> Tensor:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            return net.score_maps(x.contiguous(memory_format=torch.channels_last)).fused8

    found = scores()
    monkeypatch.setattr(folding, "_clips_on_writing", lambda _: False)
    assert torch.equal(found, scores())
    assert sum(isinstance(layer, ClippedConv2d) for layer in net.modules()) == 34


@pytest.mark.parametrize("half", [False, True])
def test_a_clipped_convolution_learns_like_a_convolution_and_relu6(half: bool) -> None:
    torch.manual_seed(5)
    plain = nn.Conv2d(3, 4, 3)
    layer, x = ClippedConv2d.of(plain), 4 * torch.randn(1, 3, 7, 7)
    assert layer.weight is plain.weight
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        (expected,) = torch.autograd.grad((F.relu6(plain(x)) ** 2).sum(), plain.weight)
        (found,) = torch.autograd.grad((layer(x) ** 2).sum(), layer.weight)
    assert expected.abs().sum() > 0
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("odd", [nn.Conv2d(1, 1, 3, padding="same"), nn.Conv2d(1, 1, 3, padding_mode="reflect")])
def test_a_padding_that_the_operator_does_not_know_is_refused(odd: nn.Conv2d) -> None:
    with pytest.raises(ValueError, match="numbers of zeros are allowed"):
        ClippedConv2d.of(odd)
