"""Each operator against an independent loop over random sizes, and the words with which wrong settings are refused."""

from __future__ import annotations

import pytest
import references
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explainer.operators import (
    AveragePooling,
    BedOfNails,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    PixelShuffle,
    TransposedConvolution,
)
from explainer.operators.kernels import edge
from explainer.proofs import matrix_proof

settings.register_profile("quiet", deadline=None, max_examples=60)
settings.load_profile("quiet")

small = st.integers(1, 3)
pair = st.tuples(small, small)


@st.composite
def grids(draw, low=1, high=6):
    rows, columns = draw(st.integers(low, high)), draw(st.integers(low, high))
    numbers = st.lists(st.integers(-9, 9), min_size=columns, max_size=columns)
    return draw(st.lists(numbers, min_size=rows, max_size=rows))


def run(op, x):
    return op(torch.tensor(x, dtype=torch.float64)[None, None])[0, 0].tolist()


def tuples(grid):
    return tuple(tuple(float(v) for v in row) for row in grid)


@given(grids(), grids(high=3), pair, st.tuples(st.integers(0, 2), st.integers(0, 2)), pair)
def test_convolution_is_the_sliding_sum(x, w, stride, padding, dilation):
    op = Convolution(tuples(w), stride=stride, padding=padding, dilation=dilation)
    assume(min(op.output_size((len(x), len(x[0])))) >= 1)
    assert run(op, x) == references.convolve(x, w, stride, padding, dilation)


@given(grids(high=4), grids(high=3), pair, st.tuples(st.integers(0, 2), st.integers(0, 2)), pair, st.data())
def test_transposed_convolution_is_the_sum_of_stamps(x, w, stride, padding, dilation, data):
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    op = TransposedConvolution(tuples(w), stride, padding, extra, dilation)
    assume(min(op.output_size((len(x), len(x[0])))) >= 1)
    assert run(op, x) == references.stamp(x, w, stride, padding, extra, dilation)


@given(
    st.lists(st.integers(-9, 9), min_size=1, max_size=8), st.lists(st.integers(-9, 9), min_size=1, max_size=4), small
)
def test_one_dimension_is_one_row(x, w, stride):
    signal = torch.tensor(x, dtype=torch.float64)[None, None]
    up = TransposedConvolution(tuple(map(float, w)), stride=stride)(signal)[0].tolist()
    assert up == references.stamp([x], [w], (1, stride), (0, 0), (0, 0), (1, 1))


@given(grids(), small)
def test_nearest_copies_blocks(x, factor):
    assert run(NearestNeighbor(factor), x) == references.nearest(x, factor)


@given(grids(), small)
def test_bed_of_nails_puts_corners(x, stride):
    assert run(BedOfNails(stride), x) == references.nails(x, stride)


@given(grids(), st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_bilinear_is_the_mean_of_four(x, rows, columns, align_corners):
    result = run(Bilinear(None, (rows, columns), align_corners), x)
    expected = references.bilinear(x, rows, columns, align_corners)
    assert torch.allclose(torch.tensor(result), torch.tensor(expected), atol=1e-5)


@given(small, st.integers(1, 2), st.integers(1, 3), st.integers(1, 3))
def test_pixel_shuffle_moves_channels_into_blocks(factor, channels, rows, columns):
    count = channels * factor * factor
    x = torch.arange(count * rows * columns, dtype=torch.float64).view(count, rows, columns)
    assert PixelShuffle(factor)(x[None])[0].tolist() == references.shuffle(x.tolist(), factor)


@given(grids(low=3), st.integers(1, 3), st.integers(1, 3))
def test_max_pooling_keeps_the_first_largest(x, k, s):
    values, indices = MaxPooling(k, s).with_indices(torch.tensor(x, dtype=torch.float64)[None, None])
    assert (values[0, 0].tolist(), indices[0, 0].tolist()) == references.pool(x, k, s)


@given(grids(low=2))
def test_unpooling_puts_maxima_back(x):
    signal = torch.tensor(x, dtype=torch.float64)[None, None]
    values, indices = MaxPooling(2).with_indices(signal)
    unpool = MaxUnpooling(tuple(map(tuple, indices[0, 0].tolist())), 2, output_size=(len(x), len(x[0])))
    back = unpool(values)[0, 0]
    kept = torch.zeros_like(back, dtype=torch.bool)
    kept.view(-1)[indices.flatten()] = True
    assert torch.equal(back[kept], signal[0, 0][kept])
    assert not back[~kept].any()


def test_a_repeated_index_keeps_the_last_value_every_time():
    """Threads race for a repeated index; this operator lets one thread do it."""
    values = torch.arange(1.0, 10).view(1, 3, 3).double()
    op = MaxUnpooling(((0, 1, 8), (10, 8, 8), (10, 12, 14)), 3, 1, output_size=(5, 5))
    for _ in range(50):
        assert op(values[None]).flatten()[[8, 10]].tolist() == [6, 7]
        assert matrix_proof(op, values).difference == 0


@pytest.mark.parametrize(("pooling", "answer"), [(MaxPooling, 4.0), (AveragePooling, 2.5)])
def test_a_window_as_large_as_the_map_leaves_one_pixel(pooling, answer):
    assert run(pooling(2), [[1, 2], [3, 4]]) == [[answer]]


def test_the_edge_kernel_answers_to_vertical_edges_alone():
    assert edge(1, 1) == (1.0,) and edge(4, 1) == (-1.0, 0.0, 0.0, 1.0)
    steep = torch.tensor([[0.0, 0, 5, 5]] * 4)
    assert run(Convolution(edge(3)), steep.tolist()) == [[15, 15], [15, 15]]
    assert run(Convolution(edge(3)), steep.T.tolist()) == [[0, 0], [0, 0]]


REFUSED = [
    (
        lambda: TransposedConvolution((1.0,), output_padding=1),
        "output_padding is 1; it must be smaller than stride (1)",
    ),
    (lambda: Convolution((1.0, 2.0), stride=0), "stride is 0; it must be at least 1"),
    (lambda: Convolution((1.0, 2.0), padding=-1), "padding is -1; it must be at least 0"),
    (lambda: Convolution((1.0, 2.0), dilation=1.5), "dilation is 1.5; it must be a whole number"),
    (lambda: Convolution((1.0, 2.0), stride=(1, 2)), "stride has 2 numbers; this map has 1 axis"),
    (lambda: Convolution(((1.0, 2.0), (3.0,))), "the kernel must be a full grid of numbers"),
    (lambda: run(Convolution(((1.0,) * 5,) * 5), [[1, 2], [3, 4]]), "the output would be empty: the kernel reaches"),
    (lambda: run(TransposedConvolution(((1.0,),), padding=1), [[1]]), "padding crops everything away"),
    (lambda: PixelShuffle(2)(torch.zeros(1, 3, 2, 2)), "needs channels in multiples of 4 (upscale_factor²)"),
    (lambda: NearestNeighbor(2, 4), "give scale_factor or size, not both"),
    (lambda: NearestNeighbor(2, mode="cubic"), "mode is 'cubic'; allowed are nearest, nearest-exact"),
    (lambda: NearestNeighbor(0.1)(torch.zeros(1, 1, 3)), "leaves nothing of an input"),
    (lambda: MaxPooling(2, padding=2).with_indices(torch.zeros(1, 1, 5)), "at most half the kernel size, 1"),
    (lambda: MaxPooling(4).with_indices(torch.zeros(1, 1, 3)), "a window of 4 does not fit an input of 3"),
    (lambda: AveragePooling(4)(torch.zeros(1, 1, 3)), "a window of 4 does not fit an input of 3"),
    (lambda: AveragePooling(2, padding=2)(torch.zeros(1, 1, 5)), "at most half the kernel size, 1"),
    (lambda: MaxUnpooling((0,), 0), "kernel_size is 0; it must be at least 1"),
    (lambda: MaxUnpooling((0,), 2, 0), "stride is 0; it must be at least 1"),
    (lambda: MaxUnpooling((0,), 2, padding=-1), "padding is -1; it must be at least 0"),
    (lambda: MaxUnpooling((0,), 2, output_size=0), "output_size is 0; it must be at least 1"),
    (lambda: MaxUnpooling((9,), 2)(torch.zeros(1, 1, 1)), "index 9 does not fit the output of 2: allowed are 0 to 1"),
    (lambda: MaxUnpooling((0, 1), 2)(torch.zeros(1, 1, 1)), "indices have shape (1, 2); they must have"),
    (
        lambda: MaxUnpooling((0,), 2, output_size=(9,))(torch.zeros(1, 1, 1)),
        "output_size is 9; with stride 2 it can be 1 to 3.",
    ),
    (
        lambda: MaxUnpooling((0, 2), 2, output_size=(2,))(torch.zeros(1, 1, 2)),
        "output_size is 2; with stride 2 it can be 3 to 5.",
    ),
    (lambda: run(Convolution((1.0,)), [[1, 2]]), "the input is 2D"),
    (lambda: Convolution(((1.0,),))(torch.zeros(1, 3, 2, 2)), "the input has 3 channels; this kernel expects 1"),
    (lambda: BedOfNails(2)(torch.zeros(1, 1, 0)), "no axis may be empty"),
]


@pytest.mark.parametrize(("attempt", "words"), REFUSED, ids=[words[:40] for _, words in REFUSED])
def test_wrong_settings_say_what_was_given_and_what_is_allowed(attempt, words):
    with pytest.raises(ValueError) as refusal:
        attempt()
    assert words in str(refusal.value)


@given(st.integers(1, 12), st.integers(1, 5), small, st.integers(0, 2), small, st.booleans())
def test_pooling_sizes_are_torchs(i, k, s, p, d, ceil_mode):
    from explainer.geometry import pooling_size

    assume(p <= k // 2 and pooling_size(i, k, s, p, d, ceil_mode) >= 1)
    pooled = torch.nn.functional.max_pool1d(torch.zeros(1, 1, i), k, s, p, d, ceil_mode=ceil_mode)
    assert pooled.shape[-1] == pooling_size(i, k, s, p, d, ceil_mode)


@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), small)
def test_every_rival_size_shrinks_to_the_same(o, k, s, p, d):
    from explainer.geometry import convolution_size, output_padding_for, rival_input_sizes, transposed_convolution_size

    for i in rival_input_sizes(o, k, s, p, d):
        assert convolution_size(i, k, s, p, d) == o
        extra = output_padding_for(o, i, k, s, p, d)
        assert transposed_convolution_size(o, k, s, p, extra, d) == i
