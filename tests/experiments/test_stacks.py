"""Stacks of layers: published sizes and fields, torch's own shapes, and texts that are read but never run."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from explainer.experiments.programs.networks import read_layers
from explainer.experiments.stacks.drawing import draw_stack
from explainer.experiments.stacks.measuring import Row, measure
from explainer.experiments.stacks.presets import PRESETS
from explainer.experiments.stacks.reading import MOST_LAYERS, first_channels, read_stack
from explainer.palette import PALETTE


def rows_of(text: str, side: int) -> list[Row]:
    layers = read_stack(text)
    return measure(layers, first_channels(layers), side, side)


def preset(slug: str) -> list[Row]:
    layers = read_layers(PRESETS[slug].text, PRESETS[slug].side)
    return measure(layers, first_channels(layers), PRESETS[slug].side, PRESETS[slug].side)


@pytest.mark.parametrize(
    ("slug", "shape", "millions"),
    [
        ("fcn32", (21, 500, 500), 136.2),
        ("fcn16", (21, 500, 500), 134.8),
        ("fcn8", (21, 500, 500), 134.5),
        ("unet", (2, 388, 388), 31.0),
        ("deconvnet", (21, 224, 224), 251.8),
        ("segnet", (12, 224, 224), 29.5),
        ("dcgan", (3, 64, 64), 3.57),
        ("bundled", (28, 513, 513), 1.9),
    ],
)
def test_published_networks_have_their_sizes_and_parameters(slug, shape, millions):
    rows = preset(slug)
    assert rows[-1].shape == shape
    assert sum(row.parameters for row in rows) / 1e6 == pytest.approx(millions, rel=0.01)


def test_published_receptive_fields_and_maps():
    rows = preset("fcn32")
    (fc6,) = [row for row in rows if row.text == "nn.Conv2d(512, 4096, 7)"]
    assert (fc6.field.size, fc6.field.jump, fc6.shape[1:]) == (404, 32, (16, 16))
    pools = [int(row.field.size) for row in rows if row.kind == "down"]
    assert pools == [6, 16, 44, 100, 212]
    deepest = min(preset("unet"), key=lambda row: row.shape[1])
    assert deepest.shape == (1024, 28, 28)
    assert min(row.shape[1] for row in preset("deconvnet")) == 1


SMALL = """nn.Sequential(
    nn.Conv2d(2, 4, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, dilation=2, padding=2),
    nn.ConvTranspose2d(6, 4, 4, stride=2, padding=1), nn.Upsample(scale_factor=2), nn.Conv2d(4, 8, 1),
    nn.PixelShuffle(2),
)"""


def test_sizes_parameters_and_costs_are_torchs_own():
    rows = rows_of(SMALL, 40)
    net = eval(SMALL, {"nn": nn})  # our own text, so that torch itself is what we compare with
    x, k = torch.rand(1, 2, 40, 40), 0
    for k, layer in enumerate(net, 1):
        x = layer(x)
        assert rows[k].shape == tuple(x.shape[1:]), layer
        assert rows[k].parameters == sum(p.numel() for p in layer.parameters())
        assert rows[k].size == x.nbytes and x.dtype == torch.float32
    assert k == len(rows) - 1
    assert rows[1].multiply_adds == 4 * 20 * 20 * 2 * 9
    assert rows[5].multiply_adds == 6 * 10 * 10 * 4 * 16


@pytest.mark.parametrize(
    "text",
    [
        "nn.Conv2d(1, 1, 3, padding=1)\nnn.Conv2d(1, 1, 3, stride=2)\nnn.Conv2d(1, 1, 3, dilation=2)",
        "nn.Conv2d(1, 1, 4, 2, 1)\nnn.ConvTranspose2d(1, 1, 4, 2, 1)",
        "nn.Conv2d(1, 1, 3, 2, 1)\nnn.ConvTranspose2d(1, 1, 3, 2, 1, 1)\nnn.Conv2d(1, 1, 3, padding=1)",
        "nn.AvgPool2d(2)\nnn.ConvTranspose2d(1, 1, 5, 3)",
        "nn.AvgPool2d(2)\nnn.Upsample(scale_factor=2)\nnn.Conv2d(1, 1, 3)",
    ],
)
def test_the_receptive_field_is_what_a_gradient_reaches(text):
    """Autograd in the middle of a large map: no pixel reaches farther, and some pixel exactly so far."""
    layers = read_stack(text)
    rows = measure(layers, 1, 61, 61)
    net = eval("nn.Sequential(" + ",".join(text.splitlines()) + ")", {"nn": nn}).double()
    for parameter in net.parameters():
        nn.init.constant_(parameter, 1.0)
    x = torch.zeros(1, 1, 61, 61, dtype=torch.float64, requires_grad=True)
    y = net(x)
    field, spans = rows[-1].field, []
    for place in range(y.shape[-2] // 2, y.shape[-2] // 2 + 6):
        (reached,) = torch.autograd.grad(y[0, 0, place, y.shape[-1] // 2], x, retain_graph=True)
        seen = reached[0, 0].abs().sum(1).nonzero().flatten().tolist()
        spans.append(seen[-1] - seen[0] + 1)
        middle = float(field.start + place * field.jump)
        assert abs((seen[0] + seen[-1]) / 2 - middle) <= float(field.size) / 2
    assert max(spans) == field.size or max(spans) == int(field.size)


@pytest.mark.parametrize(
    "text",
    [
        "model = nn.Sequential(nn.MaxPool2d(2), nn.Upsample(scale_factor=2))",
        "import torch\nfrom torch import nn\nnet: nn.Module = nn.Sequential(\n    nn.MaxPool2d(2),\n"
        "    nn.Upsample(scale_factor=2),\n)",
        "        self.down = nn.MaxPool2d(2)\n        self.up = nn.Upsample(scale_factor=2)",
        "return nn.Sequential(OrderedDict([('down', nn.MaxPool2d(2)), ('up', nn.Upsample(scale_factor=2))]))",
        str(nn.Sequential(nn.MaxPool2d(2), nn.Upsample(scale_factor=2))),
        str(nn.Sequential(nn.Sequential(nn.MaxPool2d(2)), nn.Upsample(scale_factor=2))),
        "(0): MaxPool2d(kernel_size=2)\n(1): Upsample(scale_factor=2)",
    ],
)
def test_what_people_paste_is_read(text):
    down, up = (layer.module for layer in read_stack(text))
    assert isinstance(down, nn.MaxPool2d) and down.kernel_size == 2
    assert isinstance(up, nn.Upsample) and up.scale_factor == 2


LIKE_LIBRARIES = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding="same", dilation=2), nn.GroupNorm(2, 8), nn.SiLU(), nn.MaxPool2d(2, return_indices=True),
    nn.Conv2d(8, 8, (3, 5), padding=(1, 2), padding_mode="circular", groups=2), nn.PReLU(), nn.ELU(), nn.GELU(),
    nn.AvgPool2d(3, 2, 1), nn.InstanceNorm2d(8), nn.LeakyReLU(0.2), nn.ZeroPad2d(1), nn.ReflectionPad2d((1, 0, 1, 0)),
    nn.Upsample(scale_factor=(2, 2)), nn.UpsamplingNearest2d(scale_factor=2), nn.UpsamplingBilinear2d(size=(40, 40)),
    nn.PixelShuffle(2), nn.PixelUnshuffle(2), nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Softmax2d(), nn.Softplus(),
)  # fmt: skip


def test_whatever_torch_prints_of_a_layer_is_read_and_has_torchs_sizes():
    x, sizes = torch.zeros(1, 3, 64, 64), []
    for layer in LIKE_LIBRARIES.eval():
        x = layer(x)
        x = x[0] if isinstance(x, tuple) else x
        sizes.append(tuple(x.shape[1:]))
    rows = rows_of(str(LIKE_LIBRARIES), 64)
    assert [row.shape for row in rows[1:]] == sizes


def test_arithmetic_in_arguments_is_worked_out():
    (layer,) = read_stack("nn.Conv2d(3 * 2, (64 + 2**4) // 10, (6 - 3, -(-5)), padding=4 % 3)")
    assert (layer.module.in_channels, layer.module.out_channels) == (6, 8)
    assert (layer.module.kernel_size, layer.module.padding) == ((3, 5), (1, 1))


@pytest.mark.parametrize(
    "arguments", ["2", "2, 2", "3, 2, 1", "kernel_size=(2, 3), stride=(2, 3), padding=(0, 0)", "(2, 2)"]
)
def test_unpooling_takes_torchs_arguments_and_has_its_size(arguments):
    values = torch.zeros(1, 1, 4, 4)
    layer = eval(f"nn.MaxUnpool2d({arguments})")
    size = tuple(layer(values, torch.arange(16).view(1, 1, 4, 4)).shape[1:])
    assert rows_of(f"nn.Conv2d(1, 1, 1)\nnn.MaxUnpool2d({arguments})", 4)[-1].shape == size


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nn.Conv2d(3, 4, 3, stride=0)", "stride is 0; it must be at least 1"),
        ("nn.Conv2d(3, 4, 3, padding=-1)", "padding is -1; it must be at least 0"),
        ("nn.ConvTranspose2d(3, 4, (3, 0))", "kernel_size is 0"),
        ("nn.ConvTranspose2d(3, 4, 3, output_padding=(0, -1))", "output_padding is -1"),
        ("nn.MaxUnpool2d(2, 0)", "stride is 0"),
        ("nn.Upsample(scale_factor=0.1)", "greater than 0"),
        ("nn.Upsample(scale_factor=0.1, mode='bilinear')", "nothing would be left"),
        ("nn.UpsamplingNearest2d(size=(0, 3))", "nothing would be left"),
    ],
)
def test_what_torch_refuses_only_with_numbers_in_hand_is_refused_too(text, words):
    with pytest.raises(ValueError, match=words):
        rows_of(text, 7)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("__import__('os').system('touch here')", "is no layer's name"),
        ("nn.Sequential(open('x'))", "open is not known here"),
        ("(lambda: 1)()", "is no layer's name"),
        ("nn.Conv2d(3, 64, 3", "no Python expression"),
        ("nn.Conv3d(1, 2, 3)", "did you mean Conv2d?"),
        ("nn.Conv2d(3, width, 3)", "`width` is no plain value"),
        ("nn.Conv2d(*[3, 4, 3])", "no plain value"),
        ("nn.Conv2d(**{'in_channels': 3})", "write the arguments out"),
        ("nn.Conv2d(3, 10**9, 3)", "is too large"),
        ("nn.Conv2d(3, 10**99, 3)", "no plain value"),
        ("nn.Conv2d(3, 'a' * 9**9, 3)", "no plain value"),
        ("nn.Conv2d(3, 4 // 0, 3)", "no plain value"),
        ("nn.Conv2d(3, 1000000, 3)", "is too large"),
        ("nn.Conv2d(3, 4)", "torch refuses `nn.Conv2d(3, 4)`: missing a required argument: 'kernel_size'"),
        ("nn.Conv2d(3, 4, -1)", "torch refuses"),
        ("[1, 2]", "`1` is no layer"),
        ("for one in range(3):\n    nn.ReLU()", "no Python expression (line 1: only layers are read"),
        ("layers = nn.ReLU()\nlayers += [nn.ReLU()]", "(line 2: only layers are read"),
        ("nn.ReLU()\nclass Net(nn.Module):\n    pass", "(line 2: only layers are read"),
        ("nn.Sequential(layers=[nn.ReLU()])", "`Sequential` takes layers only; keywords are not read"),
        ("", "holds 0 layers"),
        ("nn.Sequential()", "holds 0 layers"),
        ("nn.ReLU(),\n" * (MOST_LAYERS + 1), f"holds {MOST_LAYERS + 1} layers"),
        ("nn.Sequential(" * 1000, "no Python expression"),
        ("x" * 30_000, "30,000 characters"),
    ],
)
def test_what_is_no_stack_is_one_sentence(text, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError) as refused:
        read_stack(text)
    assert words in str(refused.value) and "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == [], "nothing was run"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nn.Conv2d(4, 4, 9)", "Layer 1, `nn.Conv2d(4, 4, 9)`, does not take 4 channels of 8 × 8"),
        (
            "nn.Conv2d(3, 4, 3)\nnn.Conv2d(5, 4, 3)",
            "Layer 2, `nn.Conv2d(5, 4, 3)`, does not take 4 channels of 6 × 6: it expects 5",
        ),
        ("nn.Conv2d(3, 4, 3)\nnn.ConvTranspose2d(8, 4, 3)", "does not take 4 channels of 6 × 6: it expects 8 channels"),
        ("Add('a')", "nothing was saved as 'a' before"),
        ("nn.MaxPool2d(2)\nSave('a')\nnn.Upsample(scale_factor=4)\nCat('a')", "the saved map 4 × 4 is smaller"),
        ("Crop(2)", "from 2 on fewer than 8 × 8 are left"),
        ("Crop(-1)", "`Crop(-1)`: offset is -1; it must be at least 0"),
        ("Save('a')\nnn.MaxPool2d(2)\nAdd('a', crop=5)", "from 5 on the saved map 8 × 8 holds less than 4 × 4"),
    ],
)
def test_a_layer_that_does_not_fit_is_named(text, words):
    with pytest.raises(ValueError) as refused:
        rows_of(text, 8)
    assert words in str(refused.value)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="nnConv2dMaxPolUpSequtial()[]{},.=*'\"0123456789 \n_:", max_size=80))
def test_any_text_is_a_stack_or_one_sentence(text):
    try:
        layers = read_stack(text)
        measure(layers, first_channels(layers), 8, 8)
    except ValueError as problem:
        assert str(problem) and "\n" not in str(problem)


@pytest.mark.parametrize("slug", PRESETS)
def test_the_picture_has_a_bar_for_each_map_and_an_arc_for_each_skip(slug):
    rows = preset(slug)
    picture = ET.fromstring(draw_stack(rows, "light"))
    names = [one.tag.rsplit("}", 1)[1] for one in picture.iter()]
    assert names.count("title") == len(rows)
    assert names.count("path") == sum(row.source is not None for row in rows)
    words = [one.text for one in picture.iter() if one.tag.endswith("text")]
    assert str(rows[0].shape[1]) in words and str(rows[-1].shape[1]) in words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_fetches_a_map_is_framed_like_its_arc_in_the_picture_and_in_the_legend(theme):
    rows = preset("fcn8")
    parts = list(ET.fromstring(draw_stack(rows, theme)))
    accent = PALETTE[theme]["accent"]
    bars = [one for one in parts if one.tag.endswith("rect")]
    framed = [one.get("stroke") == accent for one in bars[: len(rows)]]
    assert framed == [row.kind == "join" for row in rows] and 0 < sum(framed) < len(rows)
    assert {one.get("stroke") for one in parts if one.tag.endswith("path")} == {accent}
    told = dict(zip([one.text for one in parts if one.tag.endswith("text")][-len(bars) + len(rows) :],
                    [one.get("stroke") for one in bars[len(rows) :]], strict=True))  # fmt: skip
    assert told["fetches a saved map"] == accent and told["other"] == told["pooling"] == PALETTE[theme]["frame"]


def test_no_arc_runs_through_a_size():
    numbers = [one for one in ET.fromstring(draw_stack(preset("fcn8"), "dark")) if (one.text or "").isdigit()]
    assert len(numbers) > 5
    assert {(one.get("stroke"), one.get("paint-order")) for one in numbers} == {
        (PALETTE["dark"]["background"], "stroke")
    }
