"""Colored impulses against impulses one at a time: every operator, random parameters, and a collision on purpose."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explainer import coloring
from explainer.coloring import colored_entries, periods
from explainer.matrix import entries_of, matrix_of, single_impulses
from explainer.operators import (
    OPERATORS,
    AdaptiveAveragePooling,
    AdaptiveMaxPooling,
    Area,
    AveragePooling,
    BedOfNails,
    Bicubic,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
    to_nested,
)
from explainer.operators.kernels import bilinear, counting

settings.register_profile("quiet", deadline=None, max_examples=40)
settings.load_profile("quiet")

few, size = st.integers(1, 3), st.integers(1, 7)


def random(shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def colored(op, shape):
    """The dense matrix by colored impulses, also where the map is so small that `matrix_of` would not bother."""
    rows, columns, values = colored_entries(op, shape)
    outputs = op(torch.zeros(1, *shape).double()).numel()
    matrix = torch.zeros(outputs, int(torch.tensor(shape).prod()), dtype=torch.float64)
    assert len({*zip(rows.tolist(), columns.tolist(), strict=True)}) == len(values)  # no entry twice
    matrix[rows, columns] = values
    return matrix


@st.composite
def nearest(draw):
    mode = draw(st.sampled_from(["nearest", "nearest-exact"]))
    shape = (draw(few), *draw(st.lists(size, min_size=1, max_size=2)))
    target = draw(st.one_of(st.floats(1, 3.5), st.integers(1, 9)))
    op = NearestNeighbor(None, target, mode) if isinstance(target, int) else NearestNeighbor(target, None, mode)
    return op, shape


@st.composite
def bilinears(draw):
    corners = draw(st.booleans())
    shape = (draw(few), *draw(st.lists(size, min_size=1, max_size=2)))
    target = draw(st.one_of(st.floats(1, 3.5), st.integers(1, 9)))
    op = Bilinear(None, target, corners) if isinstance(target, int) else Bilinear(target, None, corners)
    return op, shape


@st.composite
def nails(draw):
    return BedOfNails(draw(few)), (draw(few), *draw(st.lists(size, min_size=1, max_size=2)))


@st.composite
def shuffles(draw):
    r = draw(few)
    return PixelShuffle(r, draw(st.sampled_from(["CRD", "DCR"]))), (draw(few) * r * r, draw(size), draw(size))


@st.composite
def convolutions(draw, kind):
    dims, groups, cin, cout = draw(st.integers(1, 2)), draw(few), draw(few), draw(few)
    k = [draw(few) for _ in range(dims)]
    axes = (groups * cout, cin) if kind is Convolution else (groups * cin, cout)
    weight = random((*axes, *k), draw(st.integers(0, 9)))
    weight[random(weight.shape, 1) > 1] = 0  # some taps vanish
    s, p, d = (tuple(draw(st.integers(low, 3)) for _ in range(dims)) for low in (1, 0, 1))
    rest = {"stride": s, "padding": p, "dilation": d, "groups": groups}
    if draw(st.booleans()):
        rest |= {"padding": 0, "pads": tuple(draw(st.integers(0, 2)) for _ in range(2 * dims))}
    if kind is Convolution:
        rest["padding_mode"] = draw(st.sampled_from(["zeros", "zeros", "circular", "replicate", "reflect"]))
    if kind is TransposedConvolution:
        rest["output_padding"] = tuple(draw(st.integers(0, max(a, b) - 1)) for a, b in zip(s, d, strict=True))
    op = kind(to_nested(weight), **rest)
    shape = (groups * cin, *(draw(size) for _ in range(dims)))
    assume(min(op.output_size(shape[1:])) >= 1)
    return op, shape


@st.composite
def unpoolings(draw):
    """Also with indices that repeat, as overlapping windows leave them."""
    k, s = draw(few), draw(few)
    shape = (draw(few), *draw(st.lists(st.integers(3, 7), min_size=1, max_size=2)))
    values, indices = MaxPooling(k, s).with_indices(random((1, *shape), draw(st.integers(0, 9))))
    return MaxUnpooling(to_nested(indices[0]), k, s, output_size=shape[1:]), tuple(values.shape[1:])


@st.composite
def cubics(draw):
    shape, antialias = (draw(few), draw(size), draw(size)), draw(st.booleans())
    return Bicubic(None, draw(st.integers(1, 9)), draw(st.booleans()), antialias), shape


@st.composite
def areas(draw):
    return Area(None, draw(st.integers(1, 9))), (draw(few), *draw(st.lists(size, min_size=1, max_size=2)))


@st.composite
def means(draw):
    k, s = draw(few), draw(few)
    shape = (draw(few), *draw(st.lists(st.integers(3, 7), min_size=1, max_size=2)))
    return AveragePooling(k, s, draw(st.integers(0, k // 2)), draw(st.booleans()), draw(st.booleans())), shape


@st.composite
def adaptive(draw):
    shape = (draw(few), *draw(st.lists(size, min_size=1, max_size=2)))
    return AdaptiveAveragePooling(draw(st.integers(1, 9))), shape


@st.composite
def unshuffles(draw):
    r, mode = draw(few), draw(st.sampled_from(["CRD", "DCR"]))
    return PixelUnshuffle(r, mode), (draw(few), r * draw(few), r * draw(few))


EVERY = {
    Bicubic: cubics(),
    Area: areas(),
    AveragePooling: means(),
    AdaptiveAveragePooling: adaptive(),
    PixelUnshuffle: unshuffles(),
    NearestNeighbor: nearest(),
    Bilinear: bilinears(),
    BedOfNails: nails(),
    PixelShuffle: shuffles(),
    Convolution: convolutions(Convolution),
    TransposedConvolution: convolutions(TransposedConvolution),
    MaxUnpooling: unpoolings(),
}


def test_every_linear_operator_is_tried():
    assert {kind for kind, _ in OPERATORS.values()} - set(EVERY) == {MaxPooling, AdaptiveMaxPooling}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_colored_impulses_find_what_single_ones_find(kind, data):
    op, shape = data.draw(EVERY[kind])
    try:
        alone = single_impulses(op, shape)
    except ValueError:  # an output size that torch does not take
        assume(False)
    assert torch.equal(colored(op, shape), alone)


@pytest.mark.parametrize(
    ("op", "channels", "calls"),
    [
        (Convolution(counting(3), padding=1), 1, 9),
        (Convolution(counting(3), padding=2, dilation=2), 1, 9),  # a comb's teeth interleave
        (Convolution(counting(3), stride=3), 1, 9),
        (TransposedConvolution(bilinear(4), stride=2, padding=1), 1, 4),
        (TransposedConvolution(to_nested(random((3, 1, 4, 4))), stride=2, groups=3), 3, 4),  # depthwise
        (Convolution(to_nested(random((4, 3, 3, 3)))), 3, 27),
        (PixelShuffle(2), 4, 1),
        (NearestNeighbor(2), 1, 1),
    ],
    ids=lambda value: type(value).__name__ if callable(value) else str(value),
)
@pytest.mark.parametrize("side", [32, 65])
def test_the_number_of_groups_does_not_depend_on_the_picture(op, channels, calls, side):
    assert torch.tensor(periods(op, (channels, side, side))).prod() == calls


def test_a_planted_collision_is_caught(monkeypatch):
    """Groups that are too dense: all inputs at once, through kernels that overlap, cancel and average."""
    monkeypatch.setattr(coloring, "periods", lambda op, shape: (1,) * len(shape))
    for taps in ((1.0, 1.0), (1.0, -1.0), (1.0, -2.0, 1.0), (1.0, 0.0, 1.0)):
        op = Convolution(taps)
        assert torch.equal(colored(op, (1, 40)), single_impulses(op, (1, 40)))


def test_without_the_third_probe_the_collision_would_pass(monkeypatch):
    """The check above can fail: two equal taps average to the number of the input between them."""
    monkeypatch.setattr(coloring, "periods", lambda op, shape: (1,) * len(shape))
    monkeypatch.setattr(coloring, "random", lambda count: torch.arange(1.0, count + 1).double())
    op = Convolution((1.0, 0.0, 1.0))
    assert not torch.equal(colored(op, (1, 40)), single_impulses(op, (1, 40)))


def test_large_maps_agree_too():
    op, shape = Bilinear(1.3), (2, 40, 30)
    assert torch.equal(matrix_of(op, shape).to_dense(), single_impulses(op, shape))
    rows, columns, values = entries_of(op, shape)
    assert torch.equal(rows, rows.sort().values)
    assert torch.equal(single_impulses(op, shape)[rows, columns], values)


def test_a_map_that_cannot_be_differentiated_goes_one_at_a_time():
    def through_numpy(x):
        return torch.from_numpy(x.detach().numpy().cumsum(-1))

    assert torch.equal(matrix_of(through_numpy, (1, 20, 20)), single_impulses(through_numpy, (1, 20, 20)))


def test_a_large_map_that_is_not_linear_is_refused():
    with pytest.raises(ValueError, match="not linear"):
        matrix_of(torch.relu, (1, 40, 40))
