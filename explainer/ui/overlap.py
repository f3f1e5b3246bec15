"""The checkerboard page's parts: the examples on the stage, counts of overlap, remedies measured, the gradient."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer import figures
from explainer.examples.drawn import example_scene
from explainer.examples.table import Example, examples_of, find_example
from explainer.experiments import overlap
from explainer.experiments.overlap import METHODS, STRIDE, Method
from explainer.operators import TransposedConvolution
from explainer.operators.kernels import ones
from explainer.operators.notation import program
from explainer.proofs import Proof, compare, matrix_proof
from explainer.quantities import percent, short
from explainer.raster.enlarge import enlarged
from explainer.scene import scenes
from explainer.scene.panels import Scene
from explainer.scene.view import View
from explainer.segmentation.samples import sample
from explainer.ui.aside import aside
from explainer.ui.below import show_proofs, show_take_away
from explainer.ui.charts import show_chart, show_rows
from explainer.ui.part import part
from explainer.ui.settings import Settings
from explainer.ui.stage import show_stage
from explainer.ui.theme import theme

#: Counting starts from a map of this many pixels a side.
SIZE = 5
LEAST = 1e-5
"""A smaller share is what rounding leaves."""
KERNELS, STRIDES = tuple(range(1, 9)), (1, 2, 3, 4)
#: The photo that kernels are fitted on, pixels a side.
PHOTO_SIDE = 128


@part
def show_examples(prefix: str, page: str) -> None:
    """A named example on the stage, with its proof and what stands around it."""
    settings = Settings(prefix)
    ordered = sorted(examples_of(page), key=lambda example: not example.slug.startswith("distill"))
    slug = settings.example({example.slug: example.title for example in ordered}, lambda _: {})
    settings.show_notes("example")
    example, scene, key = find_example(slug), scene_of(slug), f"{settings.prefix}_stage"
    st.caption(f"{example.note} *Source: {example.source}.*")
    if not example.is_single:
        show_layers(example)
    show_stage(scene, key)
    show_proofs(proofs_of(example))
    show_take_away(scene, key, code_of(example), example.note)


@lru_cache(maxsize=16)
def scene_of(slug: str) -> Scene:
    """The scene of an example: only the stamps, and in 1D the matrix. Its numbers stay; other pages let them change."""
    example = find_example(slug)
    if not example.is_single:
        scene = example_scene(example)
        return {**scene, "panels": [{**panel, "editable": False} for panel in scene["panels"]]}
    problem = example.problem()
    view = View(matrix=problem.input.ndim == 2, order=example.order, editable=False)
    return {**scenes.scene_of(problem.op, problem.input, view), "name": example.title}


def proofs_of(example: Example) -> list[Proof]:
    """The matrix against torch, and torch against the published answer."""
    published = torch.tensor(example.case["output"], dtype=torch.float64)
    claim = "torch's output = the published numbers"
    if not example.is_single:
        return [compare(claim, maps_of(example)[-1], published)]
    problem = example.problem()
    found = problem.op(problem.input[None])[0, 0]
    return [matrix_proof(problem.op, problem.input), compare(claim, found, published)]


def maps_of(example: Example) -> list[Tensor]:
    """The map after each layer of a stacked example, (W)."""
    maps = [torch.tensor(example.case["input"], dtype=torch.float64)]
    for k, s in layers_of(example):
        maps.append(TransposedConvolution(ones(k, 1), stride=s)(maps[-1][None, None])[0, 0])
    return maps[1:]


def show_layers(example: Example) -> None:
    """What each layer of a stacked example leaves; the stage below steps through the last one."""
    lines = [
        f"{n}. size {k}, stride {s}: :green[{' '.join(f'{value:g}' for value in values.tolist())}]"
        for n, ((k, s), values) in enumerate(zip(layers_of(example), maps_of(example), strict=True), 1)
    ]
    st.markdown("\n".join(lines))
    st.caption("The counts after each layer. Below, the last layer step by step.")


def layers_of(example: Example) -> list[tuple[int, int]]:
    """(k, s) of each layer of a stacked example."""
    params = example.case["params"]
    return list(zip(params["kernels"], params["strides"], strict=True))


def code_of(example: Example) -> str:
    """The torch program of an example."""
    if example.is_single:
        problem = example.problem()
        return program(problem.input, problem.op.code(problem.input))
    calls = [f"x = F.conv_transpose1d(x, torch.ones(1, 1, {k}), stride={s})" for k, s in layers_of(example)]
    start = f"x = torch.ones(1, 1, {len(example.case['input'])})  # (N, C, W)"
    return "\n".join(["import torch", "import torch.nn.functional as F", "", start, *calls, "print(x)"])


@part
def show_counts(prefix: str) -> None:
    """One large picture of counts, with kernel, stride and layers as sliders, and the same pattern in gradients."""
    settings = Settings(prefix)
    with st.container(horizontal=True, gap="small"):
        k = settings.slider("k", "Kernel k", KERNELS, 3, width=190)
        s = settings.slider("s", "Stride s", STRIDES, 2, width=150)
    left, right = st.columns((3, 2), gap="large")
    with right:
        fitting = tuple(n for n in (1, 2, 3) if overlap.counts(SIZE, k, s, layers=n, dims=1).numel() <= 120)
        layers = settings.choice("layers", "Layers", fitting, 1, width=120)
        settings.show_notes("k", "s", "layers")
    with left:
        show_chart(*counts_chart(k, s, layers, theme()), "cb_counts")
    with right:
        st.markdown(
            f"{verdict(k, s, layers)} Along one axis, far from the border, the counts repeat "
            f":green[**{pattern(k, s, layers)}**]."
        )
        st.caption("Largest count divided by smallest, far from the border, for one layer")
        even = "Even, ratio 1, exactly where the kernel is a multiple of the stride"
        show_chart(evenness_chart(theme()), even, "cb_even")
    st.markdown(
        "In a transposed convolution the stamps overlap; in 2D the pattern is a checkerboard. Generated pictures and "
        "label maps show it (Odena, Dumoulin & Olah 2016)."
    )
    show_gradient(k, s)


@lru_cache(maxsize=128)
def counts_chart(k: int, s: int, layers: int, look: str) -> tuple[Any, str]:
    """The heat map of counts in one theme, and what it says in words."""
    grid = overlap.counts(SIZE, k, s, layers=layers)
    return figures.heat_map(grid.tolist(), "output", look, unit="stamps", height=440), describe(grid)


def pattern(k: int, s: int, layers: int) -> str:
    """The counts that repeat, at most 16 of them."""
    line = overlap.period(k, s, layers)
    return " ".join(f"{value:g}" for value in line[:16].tolist()) + (" ..." if len(line) > 16 else "")


def verdict(k: int, s: int, layers: int) -> str:
    """Whether the overlap is even, in words."""
    ratio = overlap.unevenness(k, s, layers)
    rule = f"{k} is {'' if k % s == 0 else 'not '}a multiple of {s}"
    if ratio == 1:
        return f"**Even:** {rule}, so away from the border every pixel gets as many stamps as its neighbor."
    if ratio == float("inf"):
        return f"**Holes:** {rule} and smaller than it, so some pixels get no stamp at all."
    return f"**Uneven:** {rule}; some pixels get **{short(ratio)} times** as many stamps as others."


def describe(grid: Tensor) -> str:
    """A heat map of counts in words."""
    low, high = int(grid.min()), int(grid.max())
    return f"Counts on {grid.shape[0]} × {grid.shape[1]} output pixels lie between {low} and {high}"


@lru_cache(maxsize=2)  # of its own: a blank is not equal to itself, so no figure of blanks is found again by its values
def evenness_chart(look: str) -> object:
    """Kernel against stride, in one theme: how uneven the overlap is; holes are left blank."""
    kernels, strides = list(range(1, 9)), [1, 2, 3, 4]
    ratios = [[overlap.unevenness(k, s) for k in kernels] for s in strides]
    blank = [[value if value < float("inf") else float("nan") for value in row] for row in ratios]
    return figures.heat_map(
        blank,
        "weight",
        look,
        x=[f"k {k}" for k in kernels],
        y=[f"s {s}" for s in strides],
        span=(1, 4),
        square=False,
        height=260,
    )


@part
def show_pictures(prefix: str) -> None:
    """A small random map through three doublings of each kind, and how much of their output is pattern."""
    settings = Settings(prefix)
    seed = settings.choice("draw", "Draw the weights again", tuple(range(1, 10)), 1, width=220)
    settings.show_notes("draw")
    with st.grid(5, min_column_width=150) as grid:
        for number in range(len(METHODS)):
            with grid.cell():
                show_picture(number, seed)
    st.header("What helps, and what does not quite")
    st.markdown(
        "Each layer gets maps that are **constant**, so every pattern in its output is its own making. The numbers are "
        "the share of the output's energy at the frequencies of the stride (period 2), measured now."
    )
    show_remedies(seed)


@st.cache_resource(max_entries=64, show_spinner=False)
def show_picture(number: int, seed: int) -> None:
    """The map grown by the method of that number; its picture file is made once for everybody."""
    method = METHODS[number]
    share = overlap.shares(method, seed)["random"]
    alt = f"{method.name}: {percent(share)} of the energy is pattern"
    st.image(enlarged(picture_of(method, seed), 5), width="stretch", alt=alt)
    st.caption(method.name)


def picture_of(method: Method, seed: int) -> NDArray[np.uint8]:
    """The grown map as gray values, (64, 64)."""
    grown = aside(lambda: overlap.grown(method, seed))
    gray: NDArray[np.uint8] = (255 * grown.clamp(0, 1)).byte().numpy()
    return gray


@st.cache_data(max_entries=4, show_spinner=False)
def fits() -> list[tuple[float, float]]:
    """For each method, fitted to a sample photo: its pattern on a constant map, and in what is still wrong."""
    photo = Image.open(sample("astronaut").path).convert("L").resize((PHOTO_SIDE, PHOTO_SIDE))
    large = torch.from_numpy(np.asarray(photo) / 255)
    small = torch.nn.functional.avg_pool2d(large[None], STRIDE)[0]
    return aside(lambda: [fit_of(method, small, large) for method in METHODS])


def fit_of(method: Method, small: Tensor, large: Tensor) -> tuple[float, float]:
    """Pattern shares of one fitted method: on a constant map, and in the remaining error."""
    weight, wrong = overlap.residual(method, small, large)
    flat = method.run(torch.ones(1, 1, 12, 12, dtype=torch.float64), weight)
    return overlap.pattern_share(overlap.inner(flat, 4)), overlap.pattern_share(wrong)


def show_remedies(seed: int) -> None:
    """The measured pattern of each method, for several kinds of weights."""
    rows = []
    for method, (_, wrong) in zip(METHODS, fits(), strict=True):
        found = overlap.shares(method, seed)
        rows.append(
            {
                "Layer": method.name,
                "Equal weights": percent(found["equal"], LEAST),
                "Random weights": percent(found["random"], LEAST),
                "Careful start": percent(found["start"], LEAST) if "start" in found else "–",
                "Error after training": percent(wrong, LEAST),
            }
        )
    show_rows(rows, "Share of the energy that repeats with the stride, for each layer and its weights")


def show_gradient(k: int, s: int) -> None:
    """The gradient of a strided convolution beside the counts: the same numbers."""
    st.header("The same pattern in gradients")
    st.markdown(
        "Going backwards, a **strided convolution** is a transposed convolution. So the gradient that reaches its "
        ":blue[input] has the same unevenness: some pixels are heard more than others. Here with the kernel and stride "
        "chosen above."
    )
    proof, chart, words = gradient_chart(k, s, theme())
    show_proofs([proof])
    show_chart(chart, words, "cb_gradient")


@lru_cache(maxsize=128)
def gradient_chart(k: int, s: int, look: str) -> tuple[Proof, Any, str]:
    """That the gradient is the counts of the stamps, the gradient's heat map in one theme, and its words."""
    stamps = overlap.counts(SIZE, k, s)
    gradient = overlap.gradient_counts(stamps.shape[0], k, s)
    proof = compare(f"gradient of a convolution (k {k}, s {s}) = counts of the stamps", gradient, stamps)
    chart = figures.heat_map(gradient.tolist(), "input", look, unit="gradient")
    return proof, chart, f"The gradient: {describe(gradient)}"
