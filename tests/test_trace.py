"""The matrix, the trace and the proofs: over random operators, and with an operator broken on purpose."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explainer import proofs
from explainer.kernels import bilinear, counting, ones
from explainer.operators import (
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    PixelShuffle,
    TransposedConvolution,
    to_nested,
)
from explainer.trace import Order, Trace, matrix_of, trace

settings.register_profile("quiet", deadline=None, max_examples=40)
settings.load_profile("quiet")

small = st.integers(1, 3)


def random(shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


OPERATORS = [
    (NearestNeighbor(3), (2, 3, 2)),
    (NearestNeighbor(None, 5, "nearest-exact"), (1, 3)),
    (Bilinear(2), (1, 3, 4)),
    (Bilinear(3, align_corners=True), (1, 4)),
    (BedOfNails((2, 3)), (2, 2, 3)),
    (PixelShuffle(2), (8, 2, 3)),
    (Convolution(counting(3), stride=2, padding=1), (1, 5, 6)),
    (Convolution(to_nested(random((4, 3, 2, 3))), stride=(2, 1)), (3, 4, 5)),
    (TransposedConvolution(counting(3), stride=2, padding=1, output_padding=1), (1, 3, 2)),
    (TransposedConvolution(to_nested(random((4, 2, 2, 3))), stride=(3, 2), groups=2), (4, 2, 3)),
    (MaxUnpooling(((5, 2), (12, 15)), 2), (1, 2, 2)),
]
IDS = [f"{type(op).__name__}-{n}" for n, (op, _) in enumerate(OPERATORS)]


@pytest.mark.parametrize(("op", "shape"), OPERATORS, ids=IDS)
@pytest.mark.parametrize("order", Order)
def test_steps_add_up_to_the_output(op, shape, order):
    steps = trace(op, random(shape), order)
    assert steps.difference < 1e-12
    assert len(steps) == (steps.output.numel() if order is Order.GATHER else steps.input.numel())
    assert torch.allclose(steps[-1].partial, steps.output, atol=1e-12)
    assert sum(int(step.entries.sum()) for step in steps) == len(steps.nonzeros[0])
    written = torch.stack([step.writes for step in steps]).any(0)
    assert written.all() or order is Order.SCATTER


def test_a_step_touches_one_row_or_one_column():
    steps = trace(
        TransposedConvolution(counting(2), stride=2), torch.tensor([[[1.0, 2], [3, 4]]]).double(), Order.SCATTER
    )
    step = steps[1]
    assert step.reads.flatten().tolist() == [False, True, False, False]
    assert step.writes[0].tolist() == [[False, False, True, True]] * 2 + [[False] * 4] * 2
    assert step.partial[0, :2].tolist() == [[1, 2, 2, 4], [3, 4, 6, 8]]
    assert step.partial[0, 2:].isnan().all()
    with pytest.raises(IndexError, match="step 4 of a trace with 4 steps"):
        steps[4]


@given(st.integers(1, 4), st.integers(1, 4), small, small, small, st.integers(0, 1), small, st.data())
def test_the_pair_shares_one_matrix(height, width, k, s, channels, p, d, data):
    extra = data.draw(st.integers(0, max(s, d) - 1))
    weight = to_nested(random((channels, 2, k, k)))
    op = TransposedConvolution(weight, s, p, extra, d)
    assume(min(op.output_size((height, width))) >= 1)
    x = random((channels, height, width), 1)
    found = (proofs.transpose_proof(op, tuple(x.shape)), proofs.gradient_proof(op, x), proofs.direct_proof(op, x))
    assert [proof for proof in found if not proof.holds] == []


@given(st.integers(1, 9), st.integers(1, 9), small, small, st.integers(0, 2), small)
def test_every_convolution_has_a_partner(height, width, k, s, p, d):
    op = Convolution(counting(k), s, p, d)
    assume(min(op.output_size((height, width))) >= 1)
    assert proofs.partner_proof(op, (1, height, width)).holds


def test_identities_between_operators():
    x, y = random((1, 4, 5)), random((4, 3, 3))
    eye = to_nested(torch.eye(4).view(4, 1, 2, 2))
    inside = (..., slice(1, -1), slice(1, -1))
    stamped = TransposedConvolution(bilinear(4), stride=2, padding=1)(x[None])
    corners = BedOfNails(2)(torch.ones(1, 1, 4, 5))[0, 0].flatten().nonzero().view(4, 5)
    assert proofs.identity_proof("", NearestNeighbor(3), TransposedConvolution(ones(3), stride=3), x).holds
    assert proofs.identity_proof("", PixelShuffle(2), TransposedConvolution(eye, stride=2), y).holds
    assert proofs.identity_proof("", BedOfNails(2), MaxUnpooling(to_nested(corners), 2), x).holds
    assert proofs.compare("", Bilinear(2)(x[None])[inside], stamped[inside]).holds
    assert not proofs.compare("", Bilinear(2)(x[None]), stamped).holds  # the border ring differs


def test_max_pooling_selects():
    x = random((2, 5, 4))
    assert proofs.winners_proof(MaxPooling(2), x).holds


def test_a_wrong_operator_does_not_pass():
    """With the kernel flipped by mistake, the proofs against the partner and the gradient must fail."""

    class Flipped(TransposedConvolution):
        def __call__(self, x):
            return TransposedConvolution(to_nested(torch.tensor(self.weight).flip(0, 1)), self.stride)(x)

    op, x = Flipped(counting(2), stride=2), random((1, 2, 2))
    assert trace(op, x).difference < 1e-12  # the trace alone cannot know
    assert not proofs.transpose_proof(op, (1, 2, 2)).holds
    assert not proofs.gradient_proof(op, x).holds


def test_a_bias_has_no_matrix():
    with pytest.raises(ValueError, match="does not map zero to zero"):
        matrix_of(lambda x: x + 1, (1, 2, 2))


def test_large_matrices_stay_sparse_and_right():
    op, x = Convolution(counting(3), stride=2, padding=1), random((1, 81, 81))
    steps = trace(op, x, Order.SCATTER)
    assert steps.matrix.is_sparse
    assert steps.matrix.shape == (41 * 41, 81 * 81)
    assert steps.difference < 1e-10
    assert 1 <= int(steps[81 * 40 + 40].writes.sum()) <= 4


def test_the_difference_is_measured():
    x = random((1, 2, 2))
    honest = trace(NearestNeighbor(2), x)
    forged = Trace(x, honest.output + 0.5, honest.matrix, Order.GATHER)
    assert forged.difference == pytest.approx(0.5)
