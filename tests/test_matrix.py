"""The matrix and the proofs: over random operators, and with an operator broken on purpose."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explainer import proofs
from explainer.matrix import matrix_of, nonzeros
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
from explainer.operators.kernels import bilinear, counting, ones

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


def error(op, x):
    return proofs.matrix_proof(op, x).difference


@pytest.mark.parametrize(("op", "shape"), OPERATORS, ids=IDS)
def test_the_matrix_times_the_input_is_the_output(op, shape):
    assert error(op, random(shape)) < 1e-12


def test_a_column_is_what_one_input_pixel_stamps():
    rows, columns, values = nonzeros(matrix_of(TransposedConvolution(counting(2), stride=2), (1, 2, 2)))
    stamp = sorted(zip(rows[columns == 1].tolist(), values[columns == 1].tolist(), strict=True))
    assert stamp == [(2, 1), (3, 2), (6, 3), (7, 4)]


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
    assert error(op, x) < 1e-12  # the matrix alone cannot know
    assert not proofs.transpose_proof(op, (1, 2, 2)).holds
    assert not proofs.gradient_proof(op, x).holds


def test_a_bias_has_no_matrix():
    with pytest.raises(ValueError, match="does not map zero to zero"):
        matrix_of(lambda x: x + 1, (1, 2, 2))


def test_large_matrices_stay_sparse_and_right():
    op, x = Convolution(counting(3), stride=2, padding=1), random((1, 81, 81))
    matrix = matrix_of(op, (1, 81, 81))
    assert matrix.is_sparse
    assert matrix.shape == (41 * 41, 81 * 81)
    assert error(op, x) < 1e-10
    assert 1 <= int((nonzeros(matrix)[1] == 81 * 40 + 40).sum()) <= 4


def test_the_difference_is_measured():
    """A map that is not linear answers impulses one way and a whole input another way."""

    def bent(x):
        return x + 0.5 * (x.sum((1, 2, 3), keepdim=True) > 1)

    assert error(bent, torch.ones(1, 2, 2).double()) == pytest.approx(0.5)
