"""Networks read from their programs, against the same programs run by torch; and texts that are no network."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from explainer.experiments.programs import calls
from explainer.experiments.programs.networks import read_layers
from explainer.experiments.stacks.measuring import Row, measure
from explainer.experiments.stacks.presets import RESIDUAL
from explainer.experiments.stacks.reading import MOST_LAYERS, first_channels, read_stack
from tests.experiments.programs import LISTS, RESIDUAL_UNET, WRITTEN

ALL = {**WRITTEN, "class": RESIDUAL}


def rows_of(text: str, side: int) -> list[Row]:
    layers = read_layers(text, side)
    return measure(layers, first_channels(layers), side, side)


def run(text: str) -> nn.Module:
    """The network that the program makes when Python runs it; these texts are our own."""
    scope: dict[str, Any] = {"__name__": "__main__", "torch": torch, "nn": nn, "F": F}
    exec(text, scope)
    made = [one for one in scope.values() if isinstance(one, nn.Module)]
    kinds = [one for one in scope.values() if isinstance(one, type) and issubclass(one, nn.Module)]
    return (made[-1] if made else kinds[-1]()).eval()


def out_of(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    y = net(x)
    return y["out"] if isinstance(y, dict) else y[0] if isinstance(y, tuple) else y


ANY_SIDE = ("unet", "lists", "resnet", "branches", "lines")


@pytest.mark.parametrize(("slug", "side"), [*((slug, 32) for slug in ALL), *((slug, 45) for slug in ANY_SIDE)])
def test_a_program_read_has_the_size_and_the_parameters_that_torch_gives_it(slug, side):
    rows, net = (
        rows_of(ALL[slug], side),
        run(ALL[slug].replace("nn.Sequential(features", "net = nn.Sequential(features")),
    )
    assert rows[-1].shape == tuple(out_of(net, torch.zeros(1, *rows[0].shape)).shape[1:])
    assert sum(row.parameters for row in rows) == sum(one.numel() for one in net.parameters())


@pytest.mark.parametrize("slug", ALL)
def test_what_was_read_can_be_written_as_a_stack_and_read_again(slug):
    layers = read_layers(ALL[slug], 64)
    again = read_stack("\n".join(one.text for one in layers))
    rows, second = (measure(one, first_channels(one), 64, 64) for one in (layers, again))
    assert rows == second


def test_a_map_that_is_used_again_is_saved_by_its_name_and_fetched():
    text = """
def __init__(self):
    self.down, self.side, self.up = nn.Conv2d(3, 8, 4, 2, 1), nn.Conv2d(3, 8, 1, 2), nn.ConvTranspose2d(16, 3, 4, 2, 1)
def forward(self, x):
    early = self.down(x)
    y = torch.cat((early, self.side(x)), 1)
    return x + self.up(y)
"""
    assert [one.text for one in read_layers(text, 8)] == [
        "Save('x')", "nn.Conv2d(3, 8, 4, 2, 1)", "Save('early')", "Load('x')", "nn.Conv2d(3, 8, 1, 2)", "Cat('early')",
        "nn.ConvTranspose2d(16, 3, 4, 2, 1)", "Add('x')",
    ]  # fmt: skip
    rows = rows_of(text, 8)
    assert [row.source for row in rows] == [None, None, None, None, 1, None, 3, None, 1]
    branch = rows[5]  # the branch starts at the input again: it sees one pixel, and no more
    assert (branch.field.size, branch.field.jump, rows[6].field.size) == (1, 2, 4)


@pytest.mark.parametrize("answer", ["y, z", "[[y], z]", "{'aux': z, 'out': y}", "{'first': y, 'aux': z}"])
def test_the_first_of_several_answers_ends_the_stack(answer):
    text = HEAD + f"        y = torch.mul(self.c(x), 2)\n        z = torch.add(y, y.mul(y))\n        return {answer}"
    assert [one.text for one in read_layers(text, 8)] == [
        "nn.Conv2d(3, 4, 3)", "Save('y')", "Mul('y')", "Add('y')", "Load('y')",
    ]  # fmt: skip


def test_names_that_repeat_are_numbered():
    layers = [one.text for one in read_layers(LISTS, 32)]
    assert [one for one in layers if one.startswith("Save")] == ["Save('x')", "Save('x_2')", "Save('x_3')"]
    assert [one for one in layers if one.startswith("Cat")] == ["Cat('x_3')", "Cat('x_2')", "Cat('x')"]


def test_a_list_called_init_is_no_filling_of_weights():
    text = """
def __init__(self):
    self.init = nn.ModuleList()
    self.init.append(nn.Conv2d(3, 4, 3))
    nn.init.zeros_(self.init[0].weight)
def early(self, x):
    return F.relu(x)
def forward(self, x):
    return self.init[0](self.early(x) if hasattr(self, "early") and not hasattr(self, "late") else x)
"""
    assert [one.text for one in read_layers(text, 8)] == ["nn.ReLU()", "nn.Conv2d(3, 4, 3)"]


def test_lines_that_have_no_part_in_the_network_may_be_unreadable():
    text = (
        LISTS
        + "\ncriterion = nn.CrossEntropyLoss()\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nsummary(net)"
    )
    assert rows_of(text, 16)[-1].shape == rows_of(LISTS, 16)[-1].shape


def test_a_layer_that_is_passed_twice_has_its_parameters_once():
    text = HEAD.replace("3, 4, 3", "3, 3, 3") + "        return self.c(self.c(x))"
    assert [row.parameters for row in rows_of(text, 8)] == [0, 3 * 3 * 9 + 3, 0]


def test_pooling_to_one_pixel_sees_the_whole_map():
    rows = rows_of("nn.Conv2d(3, 4, 3)\nnn.AdaptiveAvgPool2d(1)\nnn.Upsample(size=(8, 8))", 10)
    assert (rows[2].kind, rows[2].shape[1:], rows[2].field.size) == ("down", (1, 1), 10)


def test_the_network_that_is_made_last_is_read_not_the_last_class():
    text = RESIDUAL_UNET + "\nnet = UNet(classes=4, smooth=True)\noptimizer = torch.optim.SGD(net.parameters(), 0.1)\n"
    assert rows_of(text, 32)[-1].shape == (4, 32, 32)
    assert any("mode='bilinear'" in one.text for one in read_layers(text, 32))
    assert rows_of("c = 16\nnn.Conv2d(3, c, 3)\nnn.Conv2d(c, 2 * c, 3)", 8)[-1].shape == (32, 4, 4)


HEAD = (
    "class Net(nn.Module):\n    def __init__(self):\n        self.c = nn.Conv2d(3, 4, 3)\n    def forward(self, x):\n"
)


def test_a_line_is_counted_in_the_text_as_it_was_given():
    with pytest.raises(ValueError, match="Line 8, "):
        read_layers("\n\n\n" + HEAD + "        return self.d(x)", 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "        return self.d(x)", "Line 5, `return self.d(x)`: Net has no `d`"),
        (HEAD + "        return self.c(self.c(x))", "Layer 2, `nn.Conv2d(3, 4, 3)`, does not take 4 channels of 6 × 6"),
        (
            HEAD + "        return torch.cat([x, self.c(x)], 1)",
            "3 channels of 8 × 8 and 4 channels of 6 × 6 do not fit",
        ),
        (HEAD + "        return torch.cat([x, x])", "along their channels only (dim=1)"),
        (HEAD + "        return x - x", "added or multiplied only"),
        (HEAD + "        return self.c(x).view(1, -1)", "view is not read here"),
        (HEAD + "        return x[0]", "windows of rows and columns"),
        (HEAD + "        b, c = x.shape\n        return x", "Line 5, `b, c = x.shape`"),
        (HEAD + "        return x.x.place", "`.x` is not read here"),
        (HEAD + "        return x.__class__.__mro__", "`.__class__` is not read here"),
        (HEAD + "        while True:\n            x = self.c(x)", "Line 5, `while True:`: `while` is not read here"),
        (HEAD + "        return (lambda y: y)(x)", "`lambda y: y` is not read here"),
        (HEAD + "        self.c(x)", "returns no map"),
        (HEAD + "        y = []\n        y.append(y)\n        return y", "returns no map"),
        (HEAD + "        return self.forward(x)", "calls itself more than 40 times deep"),
        (HEAD + "        for k in range(999):\n            x = F.relu(x)", f"a map may pass {MOST_LAYERS} layers"),
        (HEAD + "        return F.interpolate(x, size=(0, 4))", "does not take 3 channels of 8 × 8"),
        (HEAD.replace("x)", "x, y)") + "        return x + y", "Net.forward needs y"),
        (HEAD.replace("(self):", "(self, a, b):") + "        return x", "Net needs a and b: write a call below, like"),
        (HEAD + "        return x\nnet = Net(4)", "Net takes 1 arguments, not 2"),
        (HEAD + "        return x\nnet = Net(a=4)", "Net has no argument `a`"),
        (HEAD + "        return x\nnet = Net(**4)", "`**` is read of a dict only"),
        (HEAD + "        return F.relu(x, **{'inplace': True}, inplace=True)", "`inplace` is given twice"),
        (HEAD + "        return x if self.c.weight is None else self.c(x)", "`.weight` is not read here"),
        ("class Net(nn.Module):\n    pass", "The text makes no network"),
        ("k = 3\nnet = nn.Conv2d(3, k // 0, 3)", "Line 2, `net = nn.Conv2d(3, k // 0, 3)`: integer division"),
        ("k = 3\nnet = nn.Conv2d(3, k * 10**4, 3)", "30000 is too large"),
        ("k = 3\nnet = nn.Linear(3, k)", "Linear is not known here"),
        ("c = 16\nnn.Conv2d(3, c, 3)\nnn.Linear(c, 4)\nnn.ReLU()", "Line 3, `nn.Linear(c, 4)`: Linear is not known"),
        ("a = [nn.ReLU()]\na.append(nn.Linear(3, 4))\nnet = nn.Sequential(*a)", "Line 2, `a.append(nn.Linear(3, 4))`"),
        ("def fc():\n    return nn.Linear(3, 4)\na = [nn.ReLU()]\na.append(fc())", "Line 2, `return nn.Linear(3, 4)`"),
        ("k = 1\nnet = nn.ReLU()\nnet = nn.Sequential(nn.Linear(3, k))", "Line 3, `net = nn.Sequential(nn.Linear"),
        ("for i in range(10**6):\n    nn.ReLU()", "more than 1,000 rounds"),
        ("for i in range(999):\n    for j in range(999):\n        pass", "more than 30,000 steps"),
        ("x = nn.Sequential(nn.ReLU())\nx.append(x)\nk = 1", f"a map may pass {MOST_LAYERS} layers"),
        ("a = 1\nk = " + "-" * 2000 + "1", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_line(text, words):
    with pytest.raises(ValueError) as refused:
        read_layers(text, 8)
    assert words in str(refused.value) and "\n" not in str(refused.value)


DEEP = (
    "a = [0] * 1000\nb = [a] * 1000\nc = [b] * 1000\nd = [[[0] * 1000] * 1000] * 1000\n"
    "t = ((((0,) * 1000,) * 1000,) * 1000,) * 1000\n"
    "class T(nn.Module):\n    def forward(self, x):\n        return F.pad(x, [1, 1], mode=self.t)\n"
)


@pytest.mark.parametrize(
    "line",
    ["net = nn.Conv2d(c, 1, 1)", "c == d", "c in d", "sum(c, [])", "max(c)", "e = {tuple(c): 1}", 'f"{c}"', "net = c",
     "a = a * 1000", "b += b", "c.extend(c)", "k = 9**9**9", "k = 'a' * 10**9", "net = nn.Sequential(*c)", "-c",
     "k = 1.5 ** 10**9", "k = '%1000000000d' % 5", "net = nn.Sequential(nn.Sequential(*[nn.Sequential()] * 1000))",
     "n = T()\nn.add_module(t, 1)", "n = T()\nsetattr(n, t, 1)", "getattr(T(), t)", "hasattr(T(), t)",
     "isinstance(1, t)", "zip(*b)", "e = nn.ModuleDict([(t, 1)])", "e = nn.ModuleDict({t: 1})", "n = T()\nn.t = t",
     "y = {}\ny[t] = 1", "nn.ReLU()[t]"],
)  # fmt: skip
def test_no_short_text_costs_much(line, monkeypatch):
    """A billion of anything would take minutes and all memory: the bound on steps tells that nothing of it is done."""
    monkeypatch.setattr(calls, "MOST_STEPS", 3000)
    with pytest.raises(ValueError) as refused:
        read_layers(f"{DEEP}{line}", 8)
    assert len(str(refused.value)) < 400


def test_nothing_of_a_program_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "import os\nos.system('touch here')\nopen('there', 'w')\n" + HEAD + "        return self.c(x)\n"
    assert rows_of(text + "__import__('os').mkdir('everywhere')", 8)[-1].shape == (4, 6, 6)
    assert list(tmp_path.iterdir()) == []


WORDS = (
    "class Net ( nn.Module ) : def forward self , x return self.c nn.Conv2d(3, 4, 3) + [ ] { } for in range(9) if else "
    "* ** // F.relu torch.cat super().__init__() 1 2 = += . size shape - not lambda"
)
PIECES = st.sampled_from([*WORDS.split(), "\n", "\n        "])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=25).map(" ".join), st.booleans())
def test_any_program_is_a_network_or_one_sentence(text, headed):
    try:
        layers = read_layers(HEAD + "        " + text if headed else text, 8)
        measure(layers, first_channels(layers), 8, 8)
    except ValueError as problem:
        assert str(problem) and "\n" not in str(problem)
