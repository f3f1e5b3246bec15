"""All upsamplers side by side: properties against plain torch, and the sentences on the page."""

import math

import pytest
import torch
import torch.nn.functional as F

from explainer.experiments import lineup
from explainer.experiments.lineup import CONTESTANTS, DOWN

X = torch.tensor([[[1.0, -2, 3], [4, 5, 6], [-7, 8, 9.5]]], dtype=torch.float64)


def named(name):
    return next(one for one in CONTESTANTS if one.name == name)


@pytest.fixture(scope="module", params=[2, 3])
def factor(request):
    return request.param


@pytest.fixture(scope="module")
def photo():
    """A smooth picture with an edge, 3 x 36 x 36 in 0..1."""
    line = torch.linspace(0, 1, 36, dtype=torch.float64)
    smooth = torch.outer(line, line.flip(0))
    edge = (line[:, None] > line[None]).double()
    return torch.stack([smooth, edge, (smooth + edge) / 2])


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.name)
def test_all_reach_the_same_size_and_lose_no_input(contestant, factor):
    its = lineup.properties(contestant, X, factor)
    assert its.output.shape == (1, 3 * factor, 3 * factor)
    assert its.recoverable and its.recovery < 1e-9
    torch.testing.assert_close(its.matrix @ its.input.flatten(), its.output.flatten())


def test_the_way_down_loses_something(factor):
    its = lineup.properties(DOWN, X, factor)
    assert its.output.shape == X.shape and not its.recoverable
    assert its.rank == 9 and its.matrix.shape == (9, 9 * factor**2)


def test_outputs_are_torchs(factor):
    def found(name):
        return lineup.properties(named(name), X, factor).output

    assert torch.equal(found("Nearest neighbor"), X.repeat_interleave(factor, 1).repeat_interleave(factor, 2))
    assert torch.equal(found("Transposed: ones"), found("Nearest neighbor"))
    assert torch.equal(found("Pixel shuffle"), found("Nearest neighbor"))
    bilinear = F.interpolate(X[None], scale_factor=factor, mode="bilinear")[0]
    assert torch.equal(found("Bilinear"), bilinear)
    inner = (0, slice(factor, -factor), slice(factor, -factor))
    torch.testing.assert_close(found("Transposed: bilinear kernel")[inner], bilinear[inner])
    unpooled = found("Max unpooling")
    assert torch.equal(F.max_pool2d(unpooled, factor), F.relu(X))
    assert int((unpooled != 0).sum()) == X.numel()


def test_who_keeps_a_constant(factor):
    keeps = {one.name: lineup.properties(one, X, factor).keeps_constant for one in CONTESTANTS}
    assert keeps == {name: name.startswith(("Nearest", "Bilinear", "Pixel", "Transposed: ones")) for name in keeps}


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.name)
def test_learned_numbers_are_the_kernels(contestant, factor):
    op, _ = contestant.make(X, factor)
    weight = getattr(op, "weight", None)
    assert contestant.learned(factor) == (torch.tensor(weight).numel() if weight else 0)


def test_psnr_by_hand():
    assert lineup.psnr(torch.full((3, 2, 2), 0.6), torch.full((3, 2, 2), 0.5)) == pytest.approx(20)
    assert math.isinf(lineup.psnr(torch.ones(1), torch.ones(1)))


def test_everybody_revives_the_photo_best_first(photo, factor):
    found = lineup.revive(photo, factor)
    assert len(found) == len(CONTESTANTS) + 2
    assert [one.psnr for one in found] == sorted((one.psnr for one in found), reverse=True)
    for one in found:
        assert one.picture.shape == photo.shape
        assert one.psnr == lineup.psnr(one.picture, photo)
    best = {one.name: one.psnr for one in found}
    assert math.isinf(best["Pixel shuffle"])
    assert min(best["Bed of nails"], best["Max unpooling"]) < best["Nearest neighbor"] < best["Bilinear"]
    assert best["Transposed: bilinear kernel"] <= best["Transposed: trained kernel"] + 0.5


def test_training_is_the_least_squares_solution(photo):
    """No small change of a weight comes closer: the gradient is zero."""
    small = lineup.shrink(photo, 2)[:, None]
    made = {}

    def run(x, weight):
        made["weight"] = weight
        return F.conv_transpose2d(x, weight, stride=2, padding=1)

    lineup.trained(run, (1, 1, 4, 4), photo, 2)
    weight = made["weight"].clone().requires_grad_()
    error = (F.conv_transpose2d(small, weight, stride=2, padding=1)[:, 0] - photo).square().sum()
    (gradient,) = torch.autograd.grad(error, weight)
    assert float(gradient.abs().max()) < 1e-8


def test_max_unpooling_uses_the_photos_own_maxima(photo):
    grown = lineup.enlarge(named("Max unpooling"), photo, 2)
    at = grown != 0
    assert torch.equal(grown[at], photo[at])
    assert torch.equal(F.max_pool2d(grown, 2), F.max_pool2d(photo, 2))
