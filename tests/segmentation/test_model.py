"""The network's geometry and its start, against plain interpolation and a loop."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from explainer.segmentation.model import FCN, HEADS, bilinear_kernel, check_sides, upscore
from explainer.segmentation.skips import Skip


@pytest.fixture(scope="module")
def untrained() -> FCN:
    """A network as it is made: random trunk, zero skips, bilinear upscores."""
    torch.manual_seed(0)
    return FCN().eval()


@pytest.fixture(scope="module")
def photo() -> Tensor:
    return torch.rand(2, 3, 97, 129, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_the_untrained_fcn8s_is_plain_bilinear_upsampling_of_the_stride_32_scores(
    untrained: FCN, photo: Tensor
) -> None:
    with torch.inference_mode():
        maps = untrained.score_maps(photo)
        grown = [untrained.grow(maps, head, every_class=True) for head in HEADS]
    plain = F.interpolate(maps.score32, photo.shape[-2:], mode="bilinear", align_corners=True)
    assert plain.std() > 1e-3
    for one in grown:
        torch.testing.assert_close(one, plain, rtol=1e-4, atol=1e-5)


def test_a_skip_changes_only_the_finer_heads(photo: Tensor) -> None:
    torch.manual_seed(0)
    net = FCN().eval()
    with torch.inference_mode():
        before = net(photo)
        net.skip8.score.bias.fill_(1.0)
        after = net(photo)
    assert torch.equal(before.fcn32s, after.fcn32s)
    assert torch.equal(before.fcn16s, after.fcn16s)
    torch.testing.assert_close(after.fcn8s, before.fcn8s + 1, rtol=1e-4, atol=1e-4)


def test_513_pixels_give_maps_of_17_33_and_65(untrained: FCN) -> None:
    with torch.inference_mode():
        maps = untrained.score_maps(torch.zeros(1, 3, 513, 33))
        grown = untrained.grow(maps, "fcn8s")
    assert [tuple(m.shape[1:]) for m in maps] == [
        (28, 17, 2),
        (28, 33, 3),
        (28, 65, 5),
        (28, 33, 3),
        (28, 33, 3),
        (28, 65, 5),
        (28, 65, 5),
    ]
    assert grown.shape == (1, 28, 513, 33)


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("factor", [2, 8, 16, 32])
def test_an_upscore_starts_as_bilinear_interpolation_with_aligned_corners(factor: int, dense: bool) -> None:
    scores = torch.randn(1, 28, 3, 4, generator=torch.Generator().manual_seed(factor))
    with torch.inference_mode():
        grown = upscore(factor, dense=dense)(scores)
    size = (2 * factor + 1, 3 * factor + 1)
    torch.testing.assert_close(grown, F.interpolate(scores, size, mode="bilinear", align_corners=True))


def test_the_bilinear_kernel_is_a_tent() -> None:
    kernel = bilinear_kernel(3)
    expected = [[(3 - abs(y)) * (3 - abs(x)) / 9 for x in range(-2, 3)] for y in range(-2, 3)]
    torch.testing.assert_close(kernel, torch.tensor(expected))


def test_upscores_keep_the_classes_apart() -> None:
    scores = torch.zeros(1, 28, 3, 3)
    scores[:, 15] = 1
    with torch.inference_mode():
        grown = upscore(8)(scores)
    assert grown[:, 15].min() == 1
    assert grown.sum() == grown[:, 15].sum()


def test_a_dense_upscore_lets_every_class_hear_every_other() -> None:
    layer = upscore(2, dense=True)
    scores = torch.zeros(1, 28, 3, 3)
    scores[:, 15] = 1
    with torch.inference_mode():
        layer.weight[15, 8, 1, 1] = 0.5
        grown = layer(scores)[0, 8]
    assert (grown[::2, ::2] == 0.5).all() and grown.sum() == 9 * 0.5


def test_a_skip_sees_what_the_coarser_maps_believe() -> None:
    torch.manual_seed(0)
    skip = Skip(6, 4)
    torch.nn.init.normal_(skip.refine.weight)
    features = torch.randn(1, 6, 5, 5)
    cat, dog = torch.zeros(2, 1, 28, 5, 5)
    cat[:, 8], dog[:, 12] = 9, 9
    with torch.inference_mode():
        assert not torch.allclose(skip(features, cat), skip(features, dog))


@pytest.mark.parametrize("sides", [(512, 513), (513, 512), (1, 33), (0, 33), (34, 65)])
def test_other_sides_are_refused(untrained: FCN, sides: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="32n\\+1"):
        check_sides(*sides)
    with pytest.raises(ValueError, match="32n\\+1"):
        untrained.score_maps(torch.zeros(1, 3, max(1, sides[0]), sides[1]))


def test_an_unknown_head_is_refused(untrained: FCN) -> None:
    with torch.inference_mode():
        maps = untrained.score_maps(torch.zeros(1, 3, 33, 33))
    with pytest.raises(ValueError, match="fcn4s"):
        untrained.grow(maps, "fcn4s")  # type: ignore[arg-type]
