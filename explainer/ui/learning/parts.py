"""The other parts of the page on which layers learn: its settings, what was learned, and the way of the gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st
import torch

from explainer import figures
from explainer.experiments.learning.course import OPTIMIZERS, Recipe
from explainer.experiments.learning.gradient import RATE, Backward, backward
from explainer.experiments.learning.layers import LAYERS, STARTS, margins
from explainer.experiments.learning.tasks import TASKS
from explainer.proofs import Proof, compare
from explainer.scene import scenes
from explainer.scene.panels import Scene
from explainer.scene.view import View
from explainer.ui.below import show_proofs
from explainer.ui.charts import show_chart
from explainer.ui.heading import toolbar
from explainer.ui.learning.course import look_ahead, show_course
from explainer.ui.learning.files import show_files
from explainer.ui.lecture import end_of_figure
from explainer.ui.navigation import entry
from explainer.ui.part import part
from explainer.ui.settings import Settings
from explainer.ui.stage import show_stage
from explainer.ui.theme import theme

KERNELS, STRIDES = (2, 3, 4, 5, 6, 7, 8), (2, 3, 4)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
STEPS = (50, 100, 200, 300, 500)
TRANSPOSED, SUB_PIXEL = LAYERS
#: Layer -> kernel and learning rate that it starts with.
DEFAULTS = {TRANSPOSED: (Recipe.kernel, Recipe.rate), SUB_PIXEL: (3, 0.01)}
QUIET = {"label_visibility": "collapsed"}
TO_INPUT, TO_KERNEL = "To the input", "To the kernel"


def choose(settings: Settings) -> Recipe:
    """The line of settings above the figure."""
    with toolbar(settings.prefix):
        names = {task.name: slug for slug, task in TASKS.items()}
        task = names[settings.choice("task", "Task", tuple(names), "Undo a blur", width=210, **QUIET)]
        layer = settings.choice("layer", "Layer", tuple(LAYERS), TRANSPOSED, width=250, **QUIET)
        with st.popover("Kernel and start", icon=":material/grid_on:"):
            stride = settings.choice("stride", "Stride s", STRIDES, 2, help="How many times as large.")
            kernel = settings.choice("kernel", "Kernel k", KERNELS, DEFAULTS[layer][0])
            start = settings.choice("start", "Start from", tuple(STARTS), "random") if layer == TRANSPOSED else "random"
            seed = settings.choice("seed", "Seed", tuple(range(1, 10)), 1, help="Of the random start and maps.")
        with st.popover("Training", icon=":material/tune:"):
            optimizer = settings.choice("optimizer", "Optimizer", tuple(OPTIMIZERS), "Adam")
            rate = settings.choice("rate", "Learning rate", RATES, DEFAULTS[layer][1])
            steps = settings.choice("steps", "Steps", STEPS, 300)
    settings.show_notes()
    return Recipe(task, layer, kernel, stride, start, optimizer, rate, steps, seed)


def likely() -> Iterator[Recipe]:
    """What a class learns first: either layer at every task, and one setting changed of how the page opens."""
    for layer, (kernel, rate) in DEFAULTS.items():
        yield from (Recipe(task, layer, kernel, rate=rate) for task in TASKS)
    one_setting: dict[str, Iterable[Any]] = {
        "kernel": KERNELS, "stride": STRIDES, "start": STARTS, "optimizer": OPTIMIZERS, "rate": RATES
    }  # fmt: skip
    for name, values in one_setting.items():
        yield from (replace(Recipe(), **{name: value}) for value in values)


@part
def show_learning(prefix: str) -> None:
    """The settings and the course, and below it what it means and the curve to read values off."""
    recipe = choose(Settings(prefix))
    data = show_course(recipe, "ln_course")
    end_of_figure()
    task = TASKS[recipe.task]
    st.markdown(f"**{task.says}** {task.lesson}")
    if data["looks"][-1]["step"] < recipe.steps:
        st.warning(
            f"The loss grew beyond all bounds after step {data['looks'][-1]['step']}: with {recipe.optimizer} a rate "
            f"of {recipe.rate:g} is too high here. A step against the gradient overshoots the valley, the next one "
            "further. Choose a smaller rate under “Training”.",
            icon=":material/trending_up:",
        )
    if recipe.layer == TRANSPOSED:
        show_link(recipe, data["looks"][-1]["kernels"][0])
    show_loss(data)
    show_files(recipe, data)
    look_ahead(likely())


def show_link(recipe: Recipe, kernel: list[list[float]]) -> None:
    """The learned kernel, opened on the transposed convolution's page."""
    target = entry("transposed_convolution")
    padding, output_padding = margins(recipe.kernel, recipe.stride)
    chosen = {"kernel": "\n".join(" ".join(f"{value:.3g}" for value in row) for row in kernel), "stride": recipe.stride}
    chosen |= {"padding": padding, "output_padding": output_padding}
    parameters = {f"{target.prefix}_{name}": str(value) for name, value in chosen.items()}
    label = "Open this kernel in Transposed convolution"
    st.page_link(target.path, label=label, icon=f":material/{target.icon}:", query_params=parameters)


def show_loss(data: dict[str, Any]) -> None:
    """The whole curve, to read values off."""
    steps, losses = zip(*data["losses"], strict=True)
    chart = figures.curve(steps, losses, "output", theme(), x_title="step", y_title="mean squared error")
    show_chart(chart, data["lossWords"], "ln_loss")


@part
def show_backward(prefix: str) -> None:
    """One step of backpropagation, cell by cell, on the stage."""
    settings = Settings(prefix)
    way = settings.choice("way", "Where the gradient goes", (TO_INPUT, TO_KERNEL), TO_INPUT, width=260)
    settings.show_notes("way")
    step = backward()
    before = torch.tensor(step.forward.weight, dtype=torch.float64)
    st.markdown(
        f"A transposed convolution made :green[y] of :blue[x]; it should have been t. The loss ½ Σ (y − t)² is "
        f"{step.loss:g}, and its gradient at the output is simply :green[y − t]. That is the *input* of the stage "
        "below. "
        + (
            "The way back to x is an **ordinary convolution** with the same :violet[kernel], not turned: Cᵀ forward "
            "has (Cᵀ)ᵀ = C backward."
            if way == TO_INPUT
            else "The way to the kernel is an ordinary convolution too; its :violet[kernel] is the input x, because "
            "each tap w[a, b] met every pixel of x once."
        )
    )
    show_stage(backward_scene(way), "ln_back")
    show_proofs(proofs_of(step))
    st.markdown(
        f"Then the kernel takes a step against its gradient, w − {RATE:g} · ∂L/∂w: {rows(before)} becomes "
        f"{rows(step.new_kernel)}, and the loss falls from {step.loss:g} to **{step.loss_after:.3g}**. That is all "
        "that happened at the top, some hundred times."
    )


@lru_cache(maxsize=2)
def backward_scene(way: str) -> Scene:
    """The convolution of the output's gradient that makes the gradient of x, or of the kernel."""
    step = backward()
    op = step.to_input if way == TO_INPUT else step.to_kernel
    scene = scenes.scene_of(op, step.g, View(matrix=way == TO_INPUT, editable=False))
    titles = {"input": "y − t", "output": "gradient of x" if way == TO_INPUT else "gradient of w"}
    if way == TO_KERNEL:
        titles["kernel"] = "x"
    panels = [{**panel, "title": titles.get(panel["id"], panel["title"])} for panel in scene["panels"]]
    return {**scene, "panels": panels, "name": "One step of backpropagation"}


def proofs_of(step: Backward) -> list[Proof]:
    """Both convolutions against autograd."""
    return [
        compare(
            "a convolution of y − t with the kernel = autograd's gradient of x", step.to_input(step.g[None])[0], step.dx
        ),
        compare(
            "a convolution of y − t with x = autograd's gradient of w", step.to_kernel(step.g[None])[0, 0], step.dw
        ),
    ]


def rows(kernel: torch.Tensor) -> str:
    """A small kernel in a line."""
    return "[" + "; ".join(" ".join(f"{value:.3g}" for value in row) for row in kernel.tolist()) + "]"
