"""The door for people who write code: layers as operators, anything linear by impulses, the notebook itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from explainer import matrix_of, show
from explainer.notebook import MOST_CELLS
from explainer.notebook.asked import operator_of

ROOT = Path(__file__).parent.parent

LAYERS = [
    (nn.Conv1d(2, 3, 3, padding=1), (2, 6)),
    (nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2), (2, 5, 6)),
    (nn.Conv2d(1, 1, (2, 3), padding="same", bias=False), (1, 5, 6)),
    (nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"), (1, 5, 6)),
    (nn.ConvTranspose1d(1, 2, 4, stride=2, padding=1), (1, 5)),
    (nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1), (1, 3, 4)),
    (nn.Upsample(scale_factor=2), (2, 3, 3)),
    (nn.Upsample(size=(5, 7), mode="bilinear", align_corners=True), (1, 3, 3)),
    (nn.Upsample(scale_factor=2, mode="linear"), (1, 4)),
    (nn.Upsample(scale_factor=2, mode="bicubic"), (1, 4, 4)),
    (nn.UpsamplingBilinear2d(scale_factor=2), (1, 3, 3)),
    (nn.AvgPool2d(2, padding=1), (1, 4, 4)),
    (nn.AvgPool2d(3, 2, 1, count_include_pad=False), (1, 4, 4)),
    (nn.AdaptiveAvgPool2d((2, 3)), (1, 5, 5)),
    (nn.Upsample(size=(2, 3), mode="area"), (1, 5, 5)),
    (nn.PixelShuffle(2), (4, 2, 3)),
    (nn.PixelUnshuffle(2), (1, 4, 6)),
    (nn.Sequential(nn.Conv2d(1, 2, 3), nn.PixelUnshuffle(2)), (1, 6, 6)),
    (nn.Linear(4, 6), (1, 2, 4)),
    (nn.BatchNorm2d(2).eval(), (2, 3, 3)),
]
IDS = [type(layer).__name__ + str(n) for n, (layer, _) in enumerate(LAYERS)]


def scene_on(page):
    """The scene that a page of its own holds."""
    return json.loads(page.split('id="scene">')[1].split("</script>")[0])


def filled(layer, value):
    """The layer with one number everywhere in its weight."""
    with torch.no_grad():
        layer.weight.fill_(value)
    return layer


def asserting(v):
    """A function that refuses without a word."""
    raise AssertionError


class Uncopied(nn.Conv2d):
    """A module that refuses to be copied, as one under the older weight_norm does."""

    def __deepcopy__(self, memo):
        raise RuntimeError("no copies\nof this")


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=IDS)
def test_the_matrix_is_the_layers(layer, shape):
    double = layer.double()
    x, zero = torch.randn(1, *shape, dtype=torch.float64), torch.zeros(1, *shape, dtype=torch.float64)
    matrix = matrix_of(layer, shape)
    assert matrix.is_sparse
    with torch.no_grad():
        expected = (double(x) - double(zero)).flatten()
    assert torch.allclose(matrix @ x.flatten(), expected, atol=1e-12)


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=IDS)
def test_the_picture_shows_the_layers_numbers(layer, shape):
    picture = show(layer.double(), torch.ones(1, *shape))
    scene = scene_on(picture.pages[0])
    html = picture._repr_html_()
    assert html.count("<iframe srcdoc=") == len(picture.pages)
    assert 'sandbox="allow-scripts' in html and "<script" not in html
    assert scene["ties"]["output"] and {panel["id"] for panel in scene["panels"]} >= {"input", "output"}


def test_max_pooling_and_back():
    x = torch.tensor([[[[1.0, 2, 0, 1], [4, 3, 1, 0], [0, 1, 1, 5], [1, 0, 2, 1]]]])
    values, indices = nn.MaxPool2d(2, return_indices=True)(x)
    assert show(nn.MaxPool2d(2), x).pages
    assert show(nn.MaxUnpool2d(2), values, indices).pages
    back = matrix_of(nn.MaxUnpool2d(2), (1, 2, 2), indices) @ values.flatten().double()
    assert torch.equal(back, nn.MaxUnpool2d(2)(values, indices).flatten().double())


def test_indices_with_and_without_a_batch_say_the_same():
    values, indices = nn.MaxPool2d(2, return_indices=True)(torch.randn(1, 2, 4, 4))
    with_batch, without = (operator_of(nn.MaxUnpool2d(2), (2, 2, 2), one) for one in (indices, indices[0]))
    assert with_batch == without
    assert torch.equal(without(values.double()), nn.MaxUnpool2d(2)(values, indices).double())


def test_the_next_layer_gets_what_the_one_before_gives_bias_and_all(tmp_path):
    first = nn.Conv1d(1, 1, 2)
    with torch.no_grad():
        first.weight.fill_(1)
        first.bias.fill_(100)
    picture = show(nn.Sequential(first, nn.Upsample(scale_factor=2)), torch.tensor([[[1.0, 2, 4]]]))
    inputs = [next(one for one in scene_on(page)["panels"] if one["id"] == "input") for page in picture.pages]
    assert [one["values"] for one in inputs] == [[1, 2, 4], [103, 106]]
    picture.save(tmp_path / "layer.html")
    assert (tmp_path / "layer.html").read_text(encoding="utf-8") == picture.pages[0] != picture.pages[1]


def test_any_linear_function():
    found = matrix_of(lambda x: x.flip(-1).cumsum(-1), (1, 4)).to_dense()
    assert torch.equal(found, torch.ones(4, 4).double().tril().flip(1))
    assert show(lambda x: x.roll(1, -1), torch.ones(1, 1, 5)).pages


def test_a_function_that_works_in_place_changes_nothing_but_its_own_copy():
    x = torch.tensor([[[[1.0, 2], [3, 4]]]], dtype=torch.float64)
    scene = scene_on(show(lambda v: v.mul_(2), x).pages[0])
    assert x.flatten().tolist() == [1, 2, 3, 4]
    shown = {panel["id"]: panel.get("values") for panel in scene["panels"]}
    assert (shown["input"], shown["output"]) == ([1, 2, 3, 4], [2, 4, 6, 8])
    for size in (2, 12):  # one batch, and groups of impulses
        assert torch.equal(matrix_of(lambda v: v.mul_(2), (1, size, size)).to_dense(), 2 * torch.eye(size**2).double())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: show(nn.ReLU(), torch.ones(1, 3, 3)), "not linear"),
        (lambda: matrix_of(nn.MaxPool2d(2), (1, 4, 4)), "not linear"),
        (lambda: matrix_of(torch.sigmoid, (1, 4, 4)), "not linear"),
        (lambda: show(nn.Upsample(scale_factor=9), torch.ones(1, 9, 9)), f"at most {MOST_CELLS}"),
        (lambda: show(nn.Conv2d(1, 1, 3, device="meta"), torch.ones(1, 5, 5)), "on meta"),
        (lambda: show(nn.Conv2d(1, 1, 3), torch.ones(1, 5, 5, device="meta")), "on meta"),
        (lambda: show(nn.Conv2d(1, 1, 3), torch.ones(2, 1, 5, 5)), "one map"),
        (lambda: show(nn.Conv2d(1, 1, 3), [[1, 2]]), "must be a tensor"),
        (lambda: show(nn.Conv2d(2, 1, 3), torch.ones(1, 5, 5)), "expects 2"),
        (lambda: show(nn.MaxUnpool2d(2), torch.ones(1, 2, 2)), "needs the indices"),
        (lambda: show("conv", torch.ones(1, 2, 2)), "no layer"),
        (lambda: show(nn.Sequential(), torch.ones(1, 2, 2)), "0 layers"),
        (lambda: show(nn.Linear(3, 2), torch.ones(1, 2, 2)), "does not take an input"),
        (lambda: show(nn.Conv2d(1, 1, 3), torch.full((1, 5, 5), torch.nan)), "x has NaN or infinity"),
        (lambda: show(nn.MaxPool2d(2), torch.full((1, 4, 4), -torch.inf)), "x has NaN or infinity"),
        (lambda: show(nn.Conv2d(1, 1, 3), torch.full((1, 5, 5), 1e300, dtype=torch.float64)), "as large as 1e.300"),
        (lambda: show(nn.Conv2d(1, 1, 3), torch.ones(1, 5, 5).to_sparse()), "x is sparse"),
        (lambda: show(nn.Conv2d(1, 1, 3), torch.ones(1, 5, 5) * 1j), "x is complex"),
        (lambda: show(filled(nn.Conv2d(1, 1, 3), torch.nan), torch.ones(1, 5, 5)), "the layer's weight has NaN"),
        (lambda: matrix_of(filled(nn.Linear(3, 3), torch.inf), (1, 2, 3)), "the layer's weight has NaN"),
        (lambda: show(nn.LazyConv2d(1, 3), torch.ones(1, 5, 5)), "weight is not there yet"),
        (lambda: show(lambda v: v * torch.nan, torch.ones(1, 2, 2)), "what <lambda> returns has NaN"),
        (lambda: show(lambda v: v * 1j, torch.ones(1, 2, 2)), "what <lambda> returns is complex"),
        (lambda: show(lambda v: v.width, torch.ones(1, 2, 2)), "AttributeError: 'Tensor' object has no"),
        (lambda: show(lambda v: {}["k"], torch.ones(1, 2, 2)), "KeyError: 'k'"),
        (
            lambda: matrix_of(asserting, (1, 2, 2)),
            r"asserting does not take an input of \(1, 1, 2, 2\): AssertionError$",
        ),
        (lambda: show(Uncopied(1, 1, 3), torch.ones(1, 5, 5)), "Uncopied cannot be copied: RuntimeError: no copies"),
        (lambda: matrix_of(nn.Conv2d(1, 1, 3), 5), "shape is 5; it must be"),
        (lambda: matrix_of(nn.Conv2d(1, 1, 3), "133"), "shape is '133'; it must be"),
        (lambda: matrix_of(nn.Conv2d(1, 1, 3), (1, -3, 3)), "whole and at least 1"),
        (lambda: matrix_of(nn.Conv2d(1, 1, 3), (1, 5.0, 5)), "whole and at least 1"),
        (lambda: show(nn.MaxUnpool2d(2), torch.ones(1, 1, 1), [[[0]]]), "indices is a list"),
    ],
)
def test_what_cannot_be_drawn_gets_one_sentence(call, words):
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_the_layer_itself_is_not_touched():
    layer = nn.Linear(4, 4)
    show(layer, torch.ones(1, 2, 4))
    assert layer.weight.dtype == torch.float32 and operator_of(layer, (1, 2, 4)) is not layer


def test_the_notebook_runs():
    import nbformat
    from nbclient import NotebookClient

    path = ROOT / "docs" / "your_own_layer.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    shown = [one for cell in notebook.cells for one in cell.get("outputs", []) if "text/html" in one.get("data", {})]
    assert len(shown) >= 3
    assert "not linear" in notebook.cells[-1].outputs[0]["text"]
