"""The start page's cost table: a net the visitor can change, and what three designs of it cost. No torch."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from explainer.experiments.costs import CLASSES, UP_KERNEL, Cost, Layer, Net, designs, layers_to_see, most_stages
from explainer.experiments.drawings import log_shares
from explainer.quantities import count, memory, times
from explainer.ui.part import part
from explainer.ui.settings import Settings


@part
def show_costs(prefix: str) -> None:
    """Settings, bars, the table and the sentences that follow from it."""
    settings = Settings(prefix)
    with st.container(border=True):
        net = choose_net(settings)
    settings.show_notes()
    told = told_of(net)
    for bar, share in told.bars:
        st.progress(share, bar)
    st.caption("For one image. The bars are logarithmic: equal steps mean equal ratios.")
    st.markdown(told.table)
    st.markdown(told.conclusions)
    with st.expander("Every layer of the net that goes down and up"):
        st.markdown(told.layers)


class Told(NamedTuple):
    """What is said about a net: each design's bar with its share of the width, and texts in Markdown."""

    bars: tuple[tuple[str, float], ...]
    table: str
    conclusions: str
    layers: str


@lru_cache(maxsize=256)
def told_of(net: Net) -> Told:
    """The same for all visitors, so it is computed once."""
    costs = designs(net)
    window, dense, hourglass = costs
    bars = [f"**{cost.title}** · {count(cost.macs)} multiply-adds" for cost in costs]
    return Told(
        tuple(zip(bars, log_shares([cost.macs for cost in costs]), strict=True)),
        cost_table(costs),
        "\n".join(conclusions(net, window, dense, hourglass)),
        layer_table(hourglass.layers),
    )


def choose_net(settings: Settings) -> Net:
    """The net's select boxes; only what fits together is offered."""
    with st.grid(5, min_column_width=120):
        side = settings.choice("side", "Image side", (64, 128, 224, 256, 384, 512, 1024), 256, help="In pixels.")
        layers = settings.choice("layers", "Layers", tuple(range(3, 20)), 13, help="Convolutions, in all designs.")
        channels = settings.choice("channels", "Channels", (8, 16, 32, 64, 128, 256), 64)
        kernel = settings.choice("kernel", "Kernel k", (3, 5, 7), 3)
        fitting = tuple(n for n in range(1, most_stages(layers) + 1) if side % 2**n == 0)
        stages = settings.choice("stages", "Halvings", fitting[:5], 3, help="How often the third net halves its maps.")
    doubling = settings.flag("double", "Double the channels with each halving", help="As most networks do.")
    return Net(side, layers, channels, kernel, stages, doubling)


def cost_table(costs: tuple[Cost, ...]) -> str:
    """A Markdown table, one column for each design: narrow enough for a phone."""
    rows = {
        "": [f"**{cost.title}**" for cost in costs],
        "Multiply-adds": [count(cost.macs) for cost in costs],
        "Memory to train": [memory(cost.memory) for cost in costs],
        "Memory to predict": [memory(cost.peak) for cost in costs],
        "Numbers to learn": [count(cost.parameters) for cost in costs],
        "One pixel sees": [f"{cost.field} × {cost.field}" for cost in costs],
    }
    lines = [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join([lines[0], "|:--|--:|--:|--:|", *lines[1:]])


def conclusions(net: Net, window: Cost, dense: Cost, hourglass: Cost) -> list[str]:
    """What the numbers say, in words."""
    deep = layers_to_see(hourglass.field, net.kernel)
    far = designs(Net(net.side, max(deep, 1), net.channels, net.kernel, 0))[1]
    return [
        f"- **The sliding window costs {times(window.macs / dense.macs)}** as full resolution, for the same answer: "
        f"neighboring patches of {window.field} × {window.field} pixels share almost everything, and it is computed "
        f"again for each of the {count(net.side**2)} pixels.",
        f"- **Down and up costs {times(hourglass.macs / dense.macs)}** as full resolution, keeps "
        f"{times(hourglass.memory / dense.memory)} in memory, and sees {hourglass.field} × {hourglass.field} pixels "
        f"instead of {dense.field} × {dense.field}.",
        f"- **To see that far at full resolution** takes {deep} layers: {count(far.macs)} multiply-adds, "
        f"{times(far.macs / hourglass.macs)} as down and up.",
    ]


def layer_table(layers: tuple[Layer, ...]) -> str:
    """A Markdown table of layers, with torch's names."""
    head = "| Layer | Multiply-adds | Parameters |\n|:--|--:|--:|\n"
    rows = [
        f"| {n}. {layer.name} {layer.c_in} → {layer.c_out}, k {layer.k}, s {layer.s}, "
        f"to {layer.out_side} × {layer.out_side} | {count(layer.macs)} | {count(layer.parameters)} |"
        for n, layer in enumerate(layers, 1)
    ]
    note = (
        f"\n\nThe last layer scores {CLASSES} classes. The way up: transposed convolutions with k = {UP_KERNEL}, "
        "stride 2, padding 1. Memory to train: all activations, four bytes each. Memory to predict: the largest input "
        "and output of one layer."
    )
    return head + "\n".join(rows) + note
