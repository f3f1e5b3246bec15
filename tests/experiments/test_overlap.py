"""Overlap counts against a plain loop, pattern shares against phase means, and the claims of the page."""

import pytest
import torch

from explainer.experiments import overlap
from explainer.experiments.overlap import METHODS

SIZES = [(k, s) for k in range(1, 6) for s in range(1, 4)]


def stamped(size, k, s, layers=1):
    """Counts by stamping, in 1D."""
    line = [1] * size
    for _ in range(layers):
        out = [0] * ((len(line) - 1) * s + k)
        for at, value in enumerate(line):
            for tap in range(k):
                out[at * s + tap] += value
        line = out
    return line


@pytest.mark.parametrize(("k", "s"), SIZES)
@pytest.mark.parametrize("layers", [1, 2])
def test_counts_are_what_stamping_counts(k, s, layers):
    line = overlap.counts(5, k, s, layers=layers, dims=1)
    assert line.tolist() == stamped(5, k, s, layers)
    assert torch.equal(overlap.counts(5, k, s, layers=layers), torch.outer(line, line))


def test_padding_crops_and_the_border_is_uneven():
    assert overlap.counts(2, 4, 2, p=1).tolist() == [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]


def test_stacked_counts_are_distills():
    assert overlap.counts(5, 3, 2, layers=2, dims=1).int().tolist() == [
        1, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 2, 1, 1]  # fmt: skip
    assert sorted(overlap.period(3, 2, 2).tolist()) == [1, 2, 3, 3]


@pytest.mark.parametrize(("k", "s"), SIZES)
def test_the_overlap_is_even_exactly_for_multiples(k, s):
    assert (overlap.unevenness(k, s) == 1) == (k % s == 0)
    assert (overlap.unevenness(k, s) == float("inf")) == (k < s)


@pytest.mark.parametrize("s", [2, 3, 4])
def test_the_pattern_is_the_variance_of_the_phase_means(s):
    """An independent way to the same number: average over blocks, then compare the places of the block."""
    maps = torch.randn(3, 12, 24, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    blocks = maps.view(3, 12 // s, s, 24 // s, s)
    means = blocks.mean((1, 3))
    pattern = (means - means.mean((1, 2), keepdim=True)).square().mean()
    assert overlap.pattern_share(maps, s) == pytest.approx(float(pattern / maps.square().mean()))


def test_a_constant_has_no_pattern_and_a_checkerboard_nothing_else():
    assert overlap.pattern_share(torch.ones(8, 8)) == 0
    board = (-1.0) ** (torch.arange(8)[:, None] + torch.arange(8))
    assert overlap.pattern_share(board) == pytest.approx(1)
    assert overlap.pattern_share(torch.zeros(8, 8)) == 0


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_doubles_and_is_linear_in_its_weights(method):
    x = overlap.draw((2, 3, 5, 6), 1)
    one, other = overlap.draw(method.weight(3, 4), 2), overlap.draw(method.weight(3, 4), 3)
    assert method.run(x, one).shape == (2, 4, 10, 12)
    torch.testing.assert_close(method.run(x, one + 2 * other), method.run(x, one) + 2 * method.run(x, other))


@pytest.mark.parametrize("seed", range(1, 10))
def test_the_sentences_below_the_table_hold_for_every_draw(seed):
    k3, k4, shuffled, nearest, linear = (overlap.shares(method, seed) for method in METHODS)
    assert k3["equal"] > 0.1 and k4["equal"] == pytest.approx(0, abs=1e-12)
    assert min(k3["random"], k4["random"], shuffled["random"]) > 0.2
    assert max(k4["start"], shuffled["start"]) == pytest.approx(0, abs=1e-12)
    assert max(nearest["random"], linear["random"]) == pytest.approx(0, abs=1e-12)


def test_fitting_finds_the_weights_that_made_the_picture():
    small = overlap.draw((16, 16), 5)
    for method in METHODS[:3]:
        weight = overlap.draw(method.weight(1, 1), 6)
        large = method.run(small[None, None], weight)[0, 0]
        torch.testing.assert_close(overlap.fitted(method, small, large), weight)


def test_after_training_k_3_keeps_the_most_pattern():
    from explainer.ui.overlap import fits

    wrong = [share for _, share in fits()]
    assert max(wrong) == wrong[0] < 0.01


def test_pictures_are_in_range():
    for method in METHODS:
        picture = overlap.grown(method, 1)
        assert picture.shape == (64, 64)
        assert float(picture.min()) == 0 and float(picture.max()) == 1


@pytest.mark.parametrize(("k", "s"), [(3, 2), (4, 2), (5, 3)])
def test_the_gradient_is_as_uneven_as_the_stamps(k, s):
    stamps = overlap.counts(5, k, s)
    assert torch.equal(overlap.gradient_counts(len(stamps), k, s), stamps)
