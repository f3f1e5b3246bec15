"""The same case in other frameworks: every program that a page offers runs in this process and has torch's numbers."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import onnxruntime
import pytest

from explainer.dialects import DIALECTS, snippets
from explainer.examples.cases import read_case
from explainer.examples.table import examples

#: What the examples do not say: odd strides, both kinds of ceil_mode, corners, groups, borders.
EXTRA = [
    {"op": "conv2d", "params": {"stride": [2, 1], "dilation": [1, 2], "pads": [0, 1, 2, 3], "groups": 2,
     "bias": [1, 2, 3, 4]}, "input": np.arange(40.0).reshape(2, 4, 5).tolist(),
     "weight": np.arange(16.0).reshape(4, 1, 2, 2).tolist()},
    {"op": "conv_transpose2d", "params": {"stride": [2, 3], "dilation": [2, 1], "padding": 1, "output_padding": [1, 2],
     "groups": 2, "bias": [1, 2, 3, 4]}, "input": np.arange(12.0).reshape(2, 2, 3).tolist(),
     "weight": np.arange(24.0).reshape(2, 2, 2, 3).tolist()},
    {"op": "conv_transpose1d", "params": {"stride": 3, "padding": "valid"}, "input": [1, 2], "weight": [3, 4]},
    {"op": "conv_transpose1d", "params": {"stride": 2, "padding": "same"}, "input": [1, 2, 3], "weight": [1, 2, 3]},
    {"op": "conv2d", "params": {"padding": 2, "padding_mode": "reflect"}, "input": [[1, 2, 3]] * 3, "weight": [[1, 2]]},
    {"op": "conv1d", "params": {"padding": 1, "padding_mode": "replicate"}, "input": [1, 2, 3], "weight": [1, 2]},
    {"op": "conv_transpose3d", "params": {"stride": 2}, "input": [[[1, 2]], [[3, 4]]], "weight": [[[1, 2], [3, 4]]]},
    {"op": "nearest", "params": {"scale_factor": 1.7}, "input": [1, 2, 3, 4, 5]},
    {"op": "nearest", "params": {"scale_factor": 0.6, "mode": "nearest-exact"}, "input": [[1, 2, 3, 4, 5]] * 4},
    {"op": "bilinear", "params": {"scale_factor": 1.3}, "input": [[[1, 2, 3], [4, 5, 9]], [[1, 0, 7], [8, 8, 2]]]},
    {"op": "bilinear", "params": {"scale_factor": 0.7, "recompute_scale_factor": True}, "input": [1, 2, 3, 9, 5]},
    {"op": "bilinear", "params": {"size": [5, 4], "align_corners": True}, "input": [[[1, 2, 3], [4, 5, 9]]] * 2},
    {"op": "bilinear", "params": {"size": [5, 4], "align_corners": True}, "input": [[1], [2], [4]]},
    {"op": "nearest", "params": {"size": [3]}, "input": [[1, 2], [3, 4]]},
    {"op": "bilinear", "params": {"size": [6], "align_corners": True, "antialias": True}, "input": [[1, 2], [5, 9]]},
    {"op": "bicubic", "params": {"scale_factor": [2], "align_corners": True, "antialias": True},
     "input": [[1, 2, 5], [4, 9, 0]]},
    {"op": "bicubic", "params": {"scale_factor": 2, "align_corners": True}, "input": [[[1, 2, 3], [4, 5, 9]]] * 2},
    {"op": "bicubic", "params": {"size": 3, "antialias": True},
     "input": np.sin(np.arange(70)).reshape(2, 7, 5).tolist()},
    {"op": "area", "params": {"size": 3}, "input": [[[1, 2, 3, 4, 6]] * 4, [[6, 0, 1, 0, 2]] * 4]},
    {"op": "avg_pool2d", "params": {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
     "input": np.arange(16.0).reshape(4, 4).tolist()},
    {"op": "avg_pool2d", "params": {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
     "input": np.arange(16.0).reshape(4, 4).tolist()},
    {"op": "avg_pool1d", "params": {"kernel_size": 2, "ceil_mode": True, "count_include_pad": False},
     "input": [1, 2, 4]},
    {"op": "max_pool2d", "params": {"kernel_size": 2, "dilation": 2, "padding": 1, "ceil_mode": True},
     "input": np.arange(25.0).reshape(5, 5).tolist()},
    {"op": "adaptive_max_pool2d", "params": {"output_size": 2}, "input": [[1, 2, 3, 4]] * 2},
    {"op": "max_unpool2d", "params": {}, "input": [[[1]], [[2]]], "indices": [[[3]], [[0]]]},
    {"op": "pixel_shuffle", "params": {"upscale_factor": [1, 2], "mode": "DCR"},
     "input": np.arange(8.0).reshape(4, 1, 2).tolist()},
    {"op": "pixel_unshuffle", "params": {"mode": "DCR"}, "input": np.arange(16.0).reshape(2, 2, 4).tolist()},
    {"op": "bed_of_nails", "params": {"stride": [2, 3]}, "input": [[[1, 2]], [[3, 4]]]},
]  # fmt: skip
CASES = [(one.slug, one.case) for one in examples() if one.is_single and not one.is_refused]
CASES += [(f"{case['op']} {case['params']}", case) for case in EXTRA]
#: The rest is told to have no program.
RUN = {"torch module": 1e-12, "numpy loop": 1e-9, "JAX": 1e-9, "Keras": 2e-5, "ONNX": 2e-5}
FEWEST = {"torch module": 70, "numpy loop": len(CASES), "JAX": 30, "Keras": 30, "ONNX": 70}
#: Both compile anew for each case, half a second long.
SLOW = ("JAX", "Keras")


@pytest.mark.parametrize("dialect", RUN)
def test_every_program_gives_torchs_numbers(dialect, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))  # it writes its settings there when it is imported
    onnxruntime.set_default_logger_severity(3)
    wrong, ran = {}, 0
    few = CASES[: -len(EXTRA) : 3] + CASES[-len(EXTRA) :]
    for name, case in few if dialect in SLOW else CASES:
        problem = read_case(case)
        snippet = DIALECTS[dialect](problem.op, problem.input)
        if not snippet.code:
            assert snippet.note.endswith((".", ";")), name
            continue
        assert snippet.code.endswith("\nprint(output)"), name
        variables, expected = {}, problem.op(problem.input[None]).numpy()
        exec(re.sub(r"\nprint\(output\)$", "", snippet.code), variables)
        found, ran = np.asarray(variables["output"]), ran + 1
        if found.shape != expected.shape or not np.allclose(found, expected, RUN[dialect], RUN[dialect]):
            wrong[name] = (found.ravel()[:8], expected.ravel()[:8])
    assert wrong == {}
    assert ran >= FEWEST[dialect]


def test_a_keras_program_runs_on_torch_too(tmp_path):
    """Its layers' answers want gradients there, which numpy does not take."""
    problem = read_case({"op": "conv1d", "params": {}, "input": [1, 2, 3], "weight": [1, 10]})
    file = tmp_path / "program.py"
    file.write_text(DIALECTS["Keras"](problem.op, problem.input).code, encoding="utf-8")
    settings = {**os.environ, "KERAS_BACKEND": "torch", "KERAS_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, file], env=settings, capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["[[[21.", "32.]]]"], ran.stderr[-300:]


def test_every_framework_says_something_about_every_case():
    for name, case in CASES:
        problem = read_case(case)
        found = snippets(problem.op, problem.input)
        assert list(found) == ["torch module", "numpy loop", "JAX", "Keras", "ONNX"]
        assert all(snippet.code or snippet.note for snippet in found.values()), name
        for snippet in found.values():
            assert "\n" not in snippet.note
            compile(snippet.code, name, "exec")


def test_keras_is_told_apart_from_torch_where_same_means_something_else():
    problem = read_case({"op": "conv_transpose1d", "params": {"stride": 2, "padding": 1, "output_padding": 1},
                         "input": [1, 2], "weight": [1, 2, 3]})  # fmt: skip
    snippet = DIALECTS["Keras"](problem.op, problem.input)
    assert 'padding="valid"' in snippet.code and "is not 'same'" in snippet.note


@pytest.mark.parametrize("factor", [0.3, 0.7, 1, 1.3, 1.5, 2, 2.3, 2.9999, 1 / 3])
def test_a_resized_maps_size_is_torchs(factor):
    for kind in ("nearest", "bilinear", "bicubic", "area"):
        for i in (4, 5, 7, 9):
            problem = read_case({"op": kind, "params": {"scale_factor": factor}, "input": [[1.0] * i] * 4})
            assert problem.op.resized((4, i)) == tuple(problem.op(problem.input[None]).shape[2:])
