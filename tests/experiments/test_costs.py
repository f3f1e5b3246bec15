"""The cost formulas against torch: real layers, counted multiply-adds, and gradients for the receptive field."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from explainer.experiments.costs import (
    COLORS,
    Cost,
    Layer,
    Net,
    designs,
    down_and_up,
    layers_to_see,
    most_stages,
    patch_net,
)

NETS = (
    Net(side=16, layers=3, channels=4, kernel=3, stages=1),
    Net(side=32, layers=7, channels=3, kernel=5, stages=2, doubling=True),
    Net(side=32, layers=9, channels=2, kernel=3, stages=4),
    Net(side=64, layers=8, channels=2, kernel=7, stages=1, doubling=True),
)


def build(layers: tuple[Layer, ...]) -> nn.Sequential:
    """The same net in torch."""
    kinds = {"Conv2d": nn.Conv2d, "ConvTranspose2d": nn.ConvTranspose2d}
    return nn.Sequential(*(kinds[one.name](one.c_in, one.c_out, one.k, one.s, one.padding) for one in layers))


def input_of(cost: Cost) -> torch.Tensor:
    side = cost.layers[0].in_side
    return torch.zeros(1, COLORS, side, side)


@pytest.mark.parametrize("net", NETS)
def test_every_design_costs_what_torch_counts(net):
    for cost in designs(net):
        model = build(cost.layers)
        with FlopCounterMode(display=False) as counter:
            model(input_of(cost))
        assert cost.runs * counter.get_total_flops() == 2 * cost.macs
        assert sum(p.numel() for p in model.parameters()) == cost.parameters


@pytest.mark.parametrize("net", NETS)
def test_maps_and_memory_are_torchs(net):
    for cost in designs(net):
        x, kept, pairs = input_of(cost), 0, []
        for layer, module in zip(cost.layers, build(cost.layers), strict=True):
            y = module(x)
            assert (layer.in_side, layer.out_side) == (x.shape[-1], y.shape[-1])
            kept, pairs, x = kept + y.nbytes, [*pairs, x.nbytes + y.nbytes], y
        assert cost.memory == cost.runs * kept
        assert cost.peak == max(pairs)


@pytest.mark.parametrize("net", NETS)
def test_the_patch_shrinks_to_one_pixel_and_the_others_keep_the_size(net):
    window, dense, hourglass = designs(net)
    assert window.layers[-1].out_side == 1
    assert window.layers[0].in_side == window.field == dense.field
    assert dense.layers[-1].out_side == hourglass.layers[-1].out_side == net.side


@pytest.mark.parametrize("net", NETS[:3])
def test_the_receptive_field_is_what_the_gradient_reaches(net):
    """With weights of one, an input pixel has a gradient exactly where the output depends on it."""
    layers = down_and_up(net)
    far = 4 * designs(net)[2].field
    side = far - far % 16 + 16
    model = build(layers)
    for weight in model.parameters():
        nn.init.ones_(weight)
    x = torch.zeros(1, COLORS, side, side, dtype=torch.float64, requires_grad=True)
    row = model.double()(x)[0, 0, side // 2]
    seen = []
    for column in range(side // 2, side // 2 + 2**net.stages):
        (gradient,) = torch.autograd.grad(row[column], x, retain_graph=True)
        seen.append(int((gradient[0, 0].abs().sum(0) > 0).sum()))
    assert max(seen) == designs(net)[2].field


def test_patch_and_full_resolution_are_the_same_function():
    """The claim behind the first ratio: the patch net on a patch gives the dense net's inner pixel."""
    net = Net(side=16, layers=3, channels=4, kernel=3, stages=1)
    small, dense = build(patch_net(net)).double(), build(designs(net)[1].layers).double()
    small.load_state_dict(dense.state_dict())
    x = torch.rand(1, COLORS, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    patch = x[..., 5:12, 6:13]
    torch.testing.assert_close(small(patch)[0, :, 0, 0], dense(x)[0, :, 8, 9])


def test_stages_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="at most 1"):
        Net(layers=4, stages=2)
    with pytest.raises(ValueError, match="divisible by 4"):
        Net(side=30, stages=2)
    with pytest.raises(ValueError, match="odd"):
        Net(kernel=4)
    assert most_stages(3) == 1
    assert layers_to_see(27, 7) == 5


def test_doubling_doubles_at_every_level() -> None:
    lowest = down_and_up(Net(side=32, layers=7, channels=5, stages=3, doubling=True))
    assert max(layer.c_out for layer in lowest) == 5 * 2**3
