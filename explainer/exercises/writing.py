"""The two notebooks as plain JSON (nbformat 4.5): exercises to fill in, and the same with solutions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explainer.exercises.tasks import TASKS, Task

EXERCISES, SOLUTIONS = "exercises.ipynb", "solutions.ipynb"

INTRODUCTION = (
    "# Upsampling, written by you\n\n"
    "Thirteen functions, from nearest neighbor to FCN's skip. Replace the last line of each by your own code and run "
    "the cell below it: your function is called on random small cases beside torch. If something differs, the check "
    "names the mistake where it knows it, and shows how torch comes to the first number that differs (step with the "
    "arrow keys, point at any cell).\n\n"
    "It takes torch and this project: run `pip install .` in its folder once. Everything runs on this machine."
)
WITH_SOLUTIONS = "# Upsampling: solutions\n\nOne way to write each function of the exercises, with indexing and loops."
IMPORTS = (
    "from explainer.exercises import check  # before torch: it says how torch's threads wait\n\n"
    "import torch\nfrom torch import Tensor"
)


def write_notebooks(folder: Path) -> list[Path]:
    """Write both notebooks into a folder, which is made if it does not exist; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, solved in ((EXERCISES, False), (SOLUTIONS, True)):
        path = folder / name
        path.write_text(json.dumps(notebook(solved), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def notebook(solved: bool) -> dict[str, Any]:
    """A whole notebook: introduction, imports, and three cells for each exercise."""
    cells = [markdown("start", WITH_SOLUTIONS if solved else INTRODUCTION), code("imports", IMPORTS)]
    for number, one in enumerate(TASKS, 1):
        cells += exercise(number, one, solved)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def exercise(number: int, one: Task, solved: bool) -> list[dict[str, Any]]:
    """What is asked, the function, and its check."""
    hint = f"\n\n<details><summary>Hint</summary>\n\n{one.hint}\n</details>"
    return [
        markdown(f"ask-{one.name}", f"## {number}. {one.title}\n\n{one.text}{'' if solved else hint}"),
        code(one.name, (one.solution if solved else one.stub).rstrip()),
        code(f"check-{one.name}", f"check({one.name})"),
    ]


def markdown(name: str, text: str) -> dict[str, Any]:
    """A cell of text."""
    return {"cell_type": "markdown", "id": identity(name), "metadata": {}, "source": text}


def code(name: str, text: str) -> dict[str, Any]:
    """A cell of code that has not been run."""
    bare: dict[str, Any] = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "id": identity(name), "metadata": {}, "source": text, **bare}


def identity(name: str) -> str:
    """A cell's name as the format allows it: letters, digits and hyphens."""
    return name.replace("_", "-")
