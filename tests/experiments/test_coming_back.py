"""Whether a stack's size comes back, and what would give it back."""

from __future__ import annotations

from explainer.experiments.stacks import coming_back
from explainer.experiments.stacks.coming_back import verdict
from explainer.experiments.stacks.measuring import measure
from explainer.experiments.stacks.presets import PRESETS
from explainer.experiments.stacks.reading import first_channels, read_stack


def test_whether_the_size_comes_back_and_what_would_help():
    def said(text: str, side: int) -> str:
        layers = read_stack(text)
        return verdict(layers, measure(layers, first_channels(layers), side, side))

    pair = "nn.Conv2d(3, 4, 3, 2, 1)\nnn.ConvTranspose2d(4, 3, 3, 2, 1)"
    assert said(pair, 33).startswith("**The size comes back:** 33")
    assert "`output_padding=1` in layer 2 would bring it back." in said(pair, 32)
    small = said(PRESETS["small"].text, 64)
    assert "`output_padding=1` in layer 3 and `output_padding=1` in layer 4 would" in small
    assert "A crop of 3 rows and 3 columns" in said("nn.MaxPool2d(2)\nnn.ConvTranspose2d(3, 3, 5, 2)", 8)
    assert "184 rows or columns are missing" in said(PRESETS["unet"].text, 572)
    assert "Nothing in this stack goes up again." in said("nn.MaxPool2d(2)", 8)
    assert said(PRESETS["dcgan"].text, 1).startswith("**It only grows:**")


def test_what_would_help_is_sought_without_activations_and_named_with_them(monkeypatch):
    """Only layers with a say in sizes are tried: on meta tensors a ReLU costs as much as ten of these."""
    layers = read_stack(
        "nn.Conv2d(3, 4, 3, 2, 1)\n" + "nn.BatchNorm2d(4)\nnn.ReLU()\n" * 9 + "nn.ConvTranspose2d(4, 3, 3, 2, 1)"
    )
    rows, tried = measure(layers, 3, 32, 32), []

    def counted(given, *sizes, **more):
        tried.append(len(given))
        return measure(given, *sizes, **more)

    monkeypatch.setattr(coming_back, "measure", counted)
    assert "`output_padding=1` in layer 20 would bring it back." in verdict(layers, rows)
    assert tried == [2, 2]


def test_what_is_sought_keeps_what_saves_cuts_and_pads():
    """Without one of these the tries would go wrong, and nothing be found."""
    text = """nn.Conv2d(3, 4, 3, 2, 1)
Save("a")
nn.ReLU()
nn.Conv2d(4, 4, 3, 2, 1)
nn.ConvTranspose2d(4, 4, 3, 2, 1, 1)
Add("a")
nn.ZeroPad2d((1, 1, 1, 1))
nn.ConvTranspose2d(4, 3, 3, 2, 3)"""
    layers = read_stack(text)
    assert "`output_padding=1` in layer 8 would bring it back." in verdict(layers, measure(layers, 3, 32, 32))
