"""The notebooks of exercises: solutions pass, every planted mistake is named as itself, and nothing else is."""

from __future__ import annotations

import json
from html import escape

import nbformat
import pytest
import torch
import torch.nn.functional as F
from nbclient import NotebookClient

from explainer.__main__ import main
from explainer.exercises import check, solutions
from explainer.exercises.tasks import TASKS, task
from explainer.exercises.trials import TRIALS, trials
from explainer.exercises.writing import EXERCISES, SOLUTIONS, code
from tests.test_notebook import ROOT

STAMPS = {
    "kernel mirrored": ("x[i] * weight", "x[i] * weight.flip(0)"),
    "overlap forgotten": ("+=", "="),
}
PADDED = {
    "padding forgotten": ("canvas[padding : len(canvas) - padding]", "canvas"),
    "padding taken as growth": (
        "canvas[padding : len(canvas) - padding]",
        "torch.cat([x.new_zeros(padding), canvas, x.new_zeros(padding)])",
    ),
}
UNSTRIDED = ("k = len(weight)", "k = len(weight)\n    stride = 1")
TRANSPOSE = "conv1d_matrix(weight, n, stride, padding).T @ x"
#: Function -> mistake -> an edit of the solution, or a body of its own: written as a visitor would write them.
PLANTED = {
    "nearest_neighbor": {
        "zeros between": "out = x.new_zeros(len(x) * s, x.shape[1] * s)\nout[::s, ::s] = x\nreturn out",
        "map tiled": "return x.repeat(s, s)",
        "transposed": ("return x[rows][:, columns]", "return x[rows][:, columns].T"),
        "off by one": (
            "torch.arange(x.shape[0] * s) // s",
            "(torch.arange(1, x.shape[0] * s + 1) // s).clamp(max=len(x) - 1)",
        ),
    },
    "bed_of_nails": {
        "copied": "return x.repeat_interleave(s, 0).repeat_interleave(s, 1)",
        "map tiled": "return torch.cat([torch.cat([x] * s, 0)] * s, 1)",
        "off by one": ("out[::s, ::s]", "out[1::s, ::s]"),
    },
    "max_unpooling": {
        "corner": "out = values.new_zeros(height, width)\nout[::2, ::2] = values\nreturn out",
        "flat index misread": ("out.view(height, width)", "out.view(width, height).T"),
    },
    "pixel_shuffle": {
        "axes exchanged": ("out[channel // r :: r, channel % r :: r]", "out[channel % r :: r, channel // r :: r]"),
        "quadrants": "rows = [torch.cat(list(x[i * r : i * r + r]), 1) for i in range(r)]\nreturn torch.cat(rows)",
    },
    "conv1d_matrix": {
        "kernel mirrored": ("= weight\n", "= weight.flip(0)\n"),
        "stride ignored": UNSTRIDED,
        "padding forgotten": ("k = len(weight)", "k = len(weight)\n    padding = 0"),
        "columns for the padding": ("[:, padding : padding + n]", ""),
        "transposed": ("[:, padding : padding + n]", "[:, padding : padding + n].T"),
    },
    "transposed_by_matrix": {
        "inverse": (TRANSPOSE, "torch.linalg.pinv(conv1d_matrix(weight, n, stride, padding)) @ x"),
        "kernel mirrored": (TRANSPOSE, TRANSPOSE.replace("weight", "weight.flip(0)")),
        "stride ignored": ("n = ", "stride = 1\n    n = "),
        "padding forgotten": ("n = ", "padding = 0\n    n = "),
        "padding taken as growth": (
            "n = ", "p, padding = padding, 0\n    n = ", TRANSPOSE, f"F.pad({TRANSPOSE}, [p, p])",
        ),
    },
    "stamped": {**STAMPS, "stride ignored": UNSTRIDED, "off by one": (") * stride + k)", ") * stride + k + 1)")},
    "stretched": {
        "kernel mirrored": ("weight.flip(0)", "weight"),
        "stride ignored": UNSTRIDED,
        "border forgotten": ("wide.unfold(0, k, 1)", "wide[k - 1 : len(wide) - k + 1].unfold(0, k, 1)"),
    },
    "conv_transpose1d": {**STAMPS, **PADDED, "stride ignored": UNSTRIDED},
    "conv_transpose1d_full": {
        **STAMPS,
        **PADDED,
        "stride ignored": ("reach = ", "stride = 1\n    reach = "),
        "dilation ignored": ("reach = ", "dilation = 1\n    reach = "),
        "output_padding forgotten": (" + output_padding)", ")"),
        "output_padding as zeros": (
            " + output_padding)", ")",
            "canvas[padding : len(canvas) - padding]",
            "F.pad(canvas[padding : len(canvas) - padding], [0, output_padding])",
        ),
    },
    "conv_transpose2d": {
        "kernel mirrored": ("x[i, j] * weight", "x[i, j] * weight.flip(0, 1)"),
        "axes exchanged": ("rows, columns = weight.shape", "weight = weight.T\n    rows, columns = weight.shape"),
        "overlap forgotten": ("+=", "="),
        "stride ignored": ("rows, columns =", "stride = 1\n    rows, columns ="),
        "padding forgotten": ("rows, columns =", "padding = 0\n    rows, columns ="),
        "padding taken as growth": (
            "canvas[padding : canvas.shape[0] - padding, padding : canvas.shape[1] - padding]",
            "F.pad(canvas, [padding] * 4)",
        ),
    },
    "bilinear_kernel": {
        "copied": "return torch.ones(s, s)",
        "off center": ("(k - 1) / 2", "(k - 1) // 2"),
        "summed instead of multiplied": ("line[:, None] * line[None, :]", "(line[:, None] + line[None, :]) / 2"),
        "normalized": "line = torch.arange(2 * s - s % 2)\nline = 1 - abs(line - line.double().mean()) / s\n"
        "return torch.outer(line, line) / line.sum() ** 2",
    },
    "fuse": {
        "concatenated": ("torch.stack(doubled) + fine", "torch.cat([torch.stack(doubled), fine])"),
        "averaged": ("torch.stack(doubled) + fine", "(torch.stack(doubled) + fine) / 2"),
        "skip forgotten": (" + fine", ""),
        "copied": "return coarse.repeat_interleave(2, 1).repeat_interleave(2, 2) + fine",
        "border clamped": "return F.interpolate(coarse[None], scale_factor=2, mode='bilinear')[0] + fine",
    },
}  # fmt: skip


def planted(name: str, what: str | tuple[str, ...]) -> str:
    """The function with the mistake in it."""
    one = task(name)
    if isinstance(what, str):
        body = "\n".join(f"    {line}" for line in what.splitlines())
        return one.stub.replace('    raise NotImplementedError("your turn")', body)
    source = one.solution
    for old, new in zip(what[::2], what[1::2], strict=True):
        assert old in source, (name, old)
        source = source.replace(old, new)
    return source


def run(notebook):
    resources = {"metadata": {"path": str(ROOT)}}
    return NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("class") / "new"
    assert main(["exercises", "--out", str(target)]) == 0
    return target


def test_solutions_pass(folder):
    notebook = nbformat.read(folder / SOLUTIONS, as_version=4)
    nbformat.validate(notebook)
    told = {
        cell.id: cell.outputs[0]["data"]["text/plain"] for cell in run(notebook).cells if cell.id.startswith("check")
    }
    assert len(told) == len(TASKS) == len(TRIALS) == 13
    assert {name: text for name, text in told.items() if not text.startswith("✓")} == {}


def test_stubs_wait_and_every_planted_mistake_is_named_and_no_other(folder):
    notebook = nbformat.read(folder / EXERCISES, as_version=4)
    nbformat.validate(notebook)
    cells, wanted = [], []
    for cell in notebook.cells:
        cells.append(cell)
        name = next((one.name for one in TASKS if f"check({one.name})" in cell.source), None)
        if name is None:
            continue
        assert cells[-2].source == task(name).stub.rstrip()
        for mistake, what in PLANTED[name].items():
            source = f"import torch.nn.functional as F\n{planted(name, what)}\nreport = check({name})\n"
            cells.append(nbformat.from_dict(code(f"planted-{len(wanted)}", f"{source}print(report.mistake)\nreport")))
            wanted.append((name, mistake))
        cells.append(nbformat.from_dict(code(f"solved-{name}", task(name).solution)))
    notebook.cells = cells
    run(notebook)
    waiting = [cell for cell in notebook.cells if cell.id.startswith("check")]
    assert all("Not written yet" in cell.outputs[0]["data"]["text/plain"] for cell in waiting)
    found = [cell.outputs for cell in notebook.cells if cell.id.startswith("planted")]
    printed = [next(one["text"] for one in outputs if one.get("name") == "stdout").strip() for outputs in found]
    assert printed == [mistake for _, mistake in wanted]
    for (name, mistake), outputs in zip(wanted, found, strict=True):
        html = next(one["data"]["text/html"] for one in outputs if "data" in one)
        reasons = {one.name: one.reason for case in trials(name, 1) for one in case.wrong}
        assert mistake not in reasons or escape(reasons[mistake]) in html
        assert sum(escape(reason) in html for reason in set(reasons.values())) == (mistake in reasons)
        assert "<iframe srcdoc=" in html


def test_all_that_can_be_recognized_is_planted():
    """Only in a product by a matrix nothing can overwrite: there the mistake cannot be made."""
    impossible = {("transposed_by_matrix", "overlap forgotten"), ("stretched", "overlap forgotten")}
    for name in TRIALS:
        named = {one.name for case in trials(name, 1) for one in case.wrong}
        assert {(name, one) for one in named - set(PLANTED[name])} <= impossible


@pytest.mark.parametrize("seed", range(1, 9))
def test_torch_agrees_with_the_solutions_and_no_mistake_looks_like_another(seed):
    for one in TASKS:
        assert check(getattr(solutions, one.name), seed).right, one.name
        cases = trials(one.name, seed)
        names = sorted({wrong.name for case in cases for wrong in case.wrong})
        answers = {
            name: [next((w.values for w in case.wrong if w.name == name), case.right).tolist() for case in cases]
            for name in names
        }
        answers["right"] = [case.right.tolist() for case in cases]
        assert len({json.dumps(value) for value in answers.values()}) == len(answers), one.name


def test_what_is_compared_is_torchs():
    """Four of the operators' answers against torch's functions, called here."""
    for case in trials("conv_transpose1d_full", 3):
        x, weight, stride, padding, extra, dilation = case.arguments.values()
        right = F.conv_transpose1d(x[None, None], weight[None, None], None, stride, padding, extra, 1, dilation)
        assert torch.equal(case.right, right[0, 0])
    for case in trials("conv1d_matrix", 3):
        weight, n, stride, padding = case.arguments.values()
        x = torch.randn(n, dtype=torch.float64)
        right = F.conv1d(x[None, None], weight[None, None], None, stride, padding)[0, 0]
        assert torch.allclose(case.right @ x, right)
    for case in trials("max_unpooling", 3):
        values, indices, height, width = case.arguments.values()
        right = F.max_unpool2d(values[None, None], indices[None, None], 2, 2, 0, (height, width))
        assert torch.equal(case.right, right[0, 0])
    for case in trials("bilinear_kernel", 3):
        s = case.arguments["s"]
        ramp = torch.arange(6.0).double().repeat(6, 1)[None, None]
        up = F.conv_transpose2d(ramp, case.right[None, None], stride=s, padding=s // 2)
        right = F.interpolate(ramp, scale_factor=s, mode="bilinear")
        inner = slice(2 * s, 4 * s)
        assert torch.allclose(up[..., inner, inner], right[..., inner, inner])
