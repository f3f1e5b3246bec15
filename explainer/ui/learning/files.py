"""What the page on learning gives away: the course as JSON and CSV, its last look as a picture, a program that learns
the same."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from explainer.experiments.learning.course import Recipe

OPTIMIZERS = {
    "Adam": "torch.optim.Adam(layer.parameters(), lr={rate!r})",
    "SGD": "torch.optim.SGD(layer.parameters(), lr={rate!r})",
    "SGD with momentum": "torch.optim.SGD(layer.parameters(), lr={rate!r}, momentum=0.9)",
}
PROGRAM = '''"""Learns the same upsampling. To be run in the folder of the Upsampling Explainer."""

import torch
import torch.nn.functional as F

from explainer.experiments.learning.course import inner, psnr
from explainer.experiments.learning.layers import LAYERS
from explainer.experiments.learning.tasks import TASKS

data = TASKS[{task!r}].make({stride}, {seed})
layer = LAYERS[{layer!r}]({kernel}, {stride}, {start!r}, {seed})
optimizer = {optimizer}
for step in range({steps} + 1):
    loss = F.mse_loss(inner(layer(data.small)), inner(data.large))
    if not torch.isfinite(loss) or step == {steps}:
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"step {{step}}: loss {{loss.item():.6g}}, PSNR {{psnr(layer(data.unseen).detach(), data.truth):.2f}} dB")
'''


def show_files(recipe: Recipe, data: dict[str, Any]) -> None:
    """The buttons; each file is made when it is asked for."""
    answer = base64.b64decode(data["looks"][-1]["answer"].partition(",")[2])
    made: dict[str, tuple[Callable[[], str | bytes], str, str]] = {
        "Course (JSON)": (lambda: as_json(recipe, data), "course.json", "application/json"),
        "Loss and PSNR (CSV)": (lambda: as_csv(data), "course.csv", "text/csv"),
        "Last answer (PNG)": (lambda: answer, "answer.png", "image/png"),
        "Program (Python)": (lambda: program(recipe), "learn.py", "text/x-python"),
    }
    with st.container(horizontal=True):
        for label, (make, name, mime) in made.items():
            key = f"ln_{name.replace('.', '_')}"
            st.download_button(label, make, name, mime, key=key, on_click="ignore", icon=":material/download:")


def program(recipe: Recipe) -> str:
    """The training loop, in torch, on the same data and from the same start."""
    values = vars(recipe) | {"optimizer": OPTIMIZERS[recipe.optimizer].format(rate=recipe.rate)}
    return PROGRAM.format(**values)


def as_json(recipe: Recipe, data: dict[str, Any]) -> str:
    """Recipe, losses, the interpolations' PSNR, and every look's kernels and PSNR."""
    looks = [{key: look[key] for key in ("step", "psnr", "kernels")} for look in data["looks"]]
    return json.dumps(
        {"recipe": vars(recipe), "losses": data["losses"], "rivals": dict(data["rivals"]), "looks": looks}, indent=1
    )


def as_csv(data: dict[str, Any]) -> str:
    """A line for each step that was noted: its loss, and the PSNR where the player looked."""
    seen = {look["step"]: look["psnr"] for look in data["looks"]}
    losses = dict(data["losses"])
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    write.writerow(["step", "loss", "psnr"])
    for step in sorted({*seen, *losses}):
        write.writerow([step, losses.get(step, ""), seen.get(step, "")])
    return text.getvalue()
