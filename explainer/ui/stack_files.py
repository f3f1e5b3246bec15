"""What the page of shapes gives away: the table as CSV and JSON, the picture, a program that finds the same sizes."""

from __future__ import annotations

import json

import streamlit as st

from explainer.experiments.programs.measured import as_csv, records
from explainer.experiments.stacks.drawing import draw_stack
from explainer.experiments.stacks.measuring import Row
from explainer.experiments.stacks.modules import Layer
from explainer.ui.theme import theme

IN_TORCH = '''"""The sizes along a stack of layers, by torch. Nothing else is needed."""

import torch
from torch import nn

with torch.device("meta"):
    layers = nn.Sequential(
        {layers},
    )
    x = torch.empty(1, {channels}, {side}, {side})
    for layer in layers:
        x = layer(x)
        print(type(layer).__name__, *x.shape[1:])
'''
BY_THE_APP = '''"""The sizes along a stack of layers. To be run in the folder of the Upsampling Explainer.

It knows words for skips and crops, which torch has not.
"""

from explainer.experiments.stacks.measuring import measure
from explainer.experiments.stacks.reading import first_channels, read_stack

layers = read_stack("""
{layers}
""")
for layer, row in zip(layers, measure(layers, first_channels(layers), {side}, {side})[1:]):
    print(type(layer.module).__name__, *row.shape)
'''


def show_stack_files(layers: list[Layer], rows: list[Row]) -> None:
    """The buttons; each file is made when it is asked for."""
    look = theme()
    made = {
        "Table (CSV)": (lambda: as_csv(rows), "layers.csv", "text/csv"),
        "Table (JSON)": (lambda: json.dumps(records(rows), indent=1), "layers.json", "application/json"),
        "Picture (SVG)": (lambda: draw_stack(rows, look), "layers.svg", "image/svg+xml"),
        "Program (Python)": (lambda: program(layers, rows), "layers.py", "text/x-python"),
    }
    with st.container(horizontal=True):
        for label, (make, name, mime) in made.items():
            key = f"sh_{name.replace('.', '_')}"
            st.download_button(label, make, name, mime, key=key, on_click="ignore", icon=":material/download:")


def program(layers: list[Layer], rows: list[Row]) -> str:
    """In torch alone where it has a word for every layer and each hands on a map; else by the app's own reader."""
    channels, side = rows[0].shape[0], rows[0].shape[1]
    if all(type(one.module).__module__.startswith("torch.") and not has_indices(one) for one in layers):
        return IN_TORCH.format(layers=",\n        ".join(map(in_torch, layers)), channels=channels, side=side)
    return BY_THE_APP.format(layers="\n".join(layer.text for layer in layers), side=side)


def has_indices(layer: Layer) -> bool:
    """Whether a pooling returns its indices beside the map."""
    return bool(getattr(layer.module, "return_indices", False))


def in_torch(layer: Layer) -> str:
    """A layer as it is written in Python, under torch's usual short name."""
    return layer.text if layer.text.startswith(("nn.", "torch.")) else f"nn.{layer.text}"
