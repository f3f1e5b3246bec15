"""Patch by patch against one pass, on a small random network whose answers a plain loop can check."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from explainer.experiments import dense
from explainer.segmentation.model import FCN, STRIDE8_CHANNELS
from explainer.work import multiply_adds


@pytest.fixture(scope="module")
def net():
    """Three strided convolutions with biases: stride 8, receptive field 15."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 21, 3, 2, 1)]
    return nn.Sequential(*layers).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def x():
    return torch.randn(1, 3, 65, 97, generator=torch.Generator().manual_seed(1))


def test_patches_are_cut_around_each_position(x):
    patches = dense.cut(x, 17, 16)
    assert patches.shape == (5 * 7, 3, 17, 17)
    for n, (row, column) in enumerate((r, c) for r in range(0, 65, 16) for c in range(0, 97, 16)):
        assert torch.equal(patches[n, :, 8, 8], x[0, :, row, column])
    assert torch.equal(patches[8], x[0, :, 8:25, 8:25])


def test_a_patch_that_covers_the_receptive_field_gives_the_same_scores(net, x):
    field, stride = dense.receptive_field(net)
    assert (field, stride) == (15, 8)
    found = dense.compare_ways(net, x, 17, 8)
    assert found.inside.any() and not found.inside.all()
    assert found.difference[found.inside].max() < 1e-5
    assert found.difference[~found.inside].max() > 1e-3
    assert found.agreement[found.inside].all()


def test_the_inside_is_exactly_where_the_field_fits():
    """A field of 15 reaches 7 pixels to each side; at 32 in a side of 39 it would need one pixel more."""
    rows, columns = [False, True, True, True, False], [False, True, True, True, True, False]
    mask = dense.inside(39, 41, 8, 15)
    assert mask.tolist() == [[row and column for column in columns] for row in rows]


def test_steps_pick_every_so_many_positions(net, x):
    fine, coarse = dense.in_one_pass(net, x, 8), dense.in_one_pass(net, x, 32)
    assert torch.equal(coarse, fine[:, ::4, ::4])
    assert dense.by_patches(net, x, 17, 32)[0].shape == coarse.shape


def test_multiply_adds_are_torchs_count(net, x):
    with FlopCounterMode(display=False) as counter:
        net(x)
    found = dense.compare_ways(net, x, 17, 16)
    assert 2 * found.macs[1] == counter.get_total_flops()
    assert found.macs[0] == 35 * multiply_adds(lambda: net(x[..., :17, :17]))


def test_the_difference_falls_with_the_patch_side():
    """A chain with a receptive field of 43 lies between the patch sides 33 and 49."""
    torch.manual_seed(0)
    chain = [nn.Conv2d(3, 3, 3, 2, 1), nn.Conv2d(3, 3, 3, 2, 1), nn.Conv2d(3, 3, 3, 2, 1), nn.Conv2d(3, 3, 3, 1, 1)]
    deep = nn.Sequential(*chain, nn.Conv2d(3, 21, 3, 1, 1)).requires_grad_(False)
    field = dense.receptive_field(deep)[0]
    values = torch.randn(1, 3, 97, 97, generator=torch.Generator().manual_seed(2))
    found = dense.difference_by_side(deep, values)
    assert tuple(found) == dense.PATCH_SIDES
    assert all((difference < 1e-5) == (side >= field) for side, difference in found.items())


def test_the_trunk_is_local_with_the_stated_field():
    """An impulse outside the receptive field changes nothing, one inside does."""
    trunk = dense.local_trunk(FCN().eval()).requires_grad_(False)
    field, stride = dense.receptive_field(trunk)
    assert stride == dense.STRIDE
    x = torch.rand(1, 3, 129, 129, generator=torch.Generator().manual_seed(3), requires_grad=True)
    score = trunk(x)[0, :, 8, 8].sum()
    (gradient,) = torch.autograd.grad(score, x)
    rows = (gradient[0].abs().sum((0, 2)) > 0).nonzero().flatten()
    assert int(rows.min()) >= 64 - field // 2 and int(rows.max()) <= 64 + field // 2


def test_the_fitted_head_learns_separable_labels():
    """Labels that are a threshold of a feature come back."""
    torch.manual_seed(0)
    trunk = nn.Sequential(nn.Conv2d(3, STRIDE8_CHANNELS, 3, 8, 1)).requires_grad_(False)
    x = torch.randn(1, 3, 161, 161, generator=torch.Generator().manual_seed(4))
    labels = (trunk(x)[0, 0] > 0).long() * 15
    found = dense.in_one_pass(dense.fitted(trunk, x, labels), x, 8).argmax(0)
    assert float((found == labels).float().mean()) > 0.95
