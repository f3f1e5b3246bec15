"""Grids as people have them: every print and table is read right, or refused with the reason."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explainer.examples.answers import answer
from explainer.examples.cases import read_case
from explainer.examples.grids import read_grid, read_letters, read_nested, write_grid
from explainer.ui.choosing import read_cells

SQUARE, TENTHS = [[1, 2], [3, 4]], [[0.5, -1.5], [2.25, 1e-3]]
READ = {
    "numpy": "array([[1., 2.],\n       [3., 4.]])",
    "numpy, float32": "array([[1., 2.],\n       [3., 4.]], dtype=float32)",
    "numpy, printed": "[[1. 2.]\n [3. 4.]]",
    "torch": "tensor([[1., 2.],\n        [3., 4.]], device='cuda:0', dtype=torch.float64, grad_fn=<MulBackward0>)",
    "a parameter": "Parameter containing:\ntensor([[1., 2.],\n        [3., 4.]], requires_grad=True)",
    "tensorflow": "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)",
    "tensorflow, repr": "<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.],\n [3., 4.]])>",
    "tensorflow, one channel": "tf.Tensor(\n[[[[1.]\n   [2.]]\n\n  [[3.]\n   [4.]]]], shape=(1, 2, 2, 1))",
    "jax": "Array([[1., 2.],\n       [3., 4.]], dtype=float32)",
    "assigned": "x = np.array([[1, 2], [3, 4]])",
    "python": "[[1, 2], [3, 4]]",
    "tuples": "((1, 2), (3, 4))",
    "matlab": "[1 2; 3 4]",
    "braces": "{{1,2},{3,4}}",
    "old torch": " 1  2\n 3  4\n[torch.FloatTensor of size 2x2]\n",
    "csv": "1,2\r\n3,4\r\n",
    "csv, quoted": '"1","2"\n"3","4"',
    "csv with semicolons": "1;2\n3;4",
    "csv ending in semicolons": "1;2;\n3;4;",
    "a spreadsheet": "1\t2\n3\t4\n",
    "commas and spaces": "1, 2\n3, 4",
    "rows apart by semicolons": "1 2; 3 4",
    "decimal commas": "1,0 2,0\n3,0 4,0",
    "decimal commas, tabs": "1,0\t2,0\r\n3,0\t4,0",
    "decimal commas, semicolons": "1,0;2,0\n3,0;4,0",
    "fractions": "2/2 4/2; 6/2 8/2",
    "byte order mark": "\ufeff1 2\n3 4",
    "matlab, a row a line": "[1 2\n 3 4]",
    "matlab, commas and lines": "A = [1, 2\n     3, 4];  % a kernel",
    "matlab, printed": "A =\n\n     1     2\n     3     4\n\n",
    "octave, printed": "ans =\n\n   1   2\n   3   4\n",
    "ipython": "In [3]: x\nOut[3]: \ntensor([[1., 2.],\n        [3., 4.]])",
    "jupyter": "Out[5]: array([[1, 2],\n       [3, 4]])",
    "libtorch": " 1  2\n 3  4\n[ CPUFloatType{2,2} ]",
    "a cast": "torch.tensor([[1, 2], [3, 4]]).float()",
    "a dtype in its place": "np.array([[1, 2], [3, 4]], np.float32)",
    "markdown": "| 1 | 2 |\n| 3 | 4 |",
    "markdown, no heading": "|--:|:-:|\n|1|2|\n|3|4|",
    "latex": "A = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}",
    "latex, lines": "$$\\left[\\begin{array}{cc}\n1 & \\frac{4}{2} \\\\\n3 & 4 \\\\\n\\end{array}\\right]$$",
    "widthless and other minus signs": "1\u200b 2\n3 4",
}  # fmt: skip


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_what_people_paste_is_read_everywhere(text):
    assert np.squeeze(read_nested(text)).tolist() == SQUARE
    assert read_grid(text) == (((1, 2), (3, 4)),)
    assert answer(read_case({"op": "nearest", "params": {"scale_factor": 1}, "input": text}))["output"] in (
        SQUARE, [SQUARE],
    )  # fmt: skip


@pytest.mark.parametrize("values", [SQUARE, TENTHS, [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [0.5, 1.5]])
def test_prints_of_the_libraries_come_back(values):
    for text in (str(torch.tensor(values)), repr(np.array(values)), str(np.array(values)), repr(values)):
        assert np.allclose(read_nested(text), values, rtol=1e-3)


REFUSED = [
    ("0,5, 1,0", "one number or several"),
    ("1,2,3 4,5,6", "one number or several"),
    ("0,5", "one number or two"),
    ("[1,5 2,0]", "commas and spaces both separate"),
    ("tensor([1., 2., ..., 9.])", "shortened"),
    ("tensor([1., nan])", "finite"),
    ("[1, 2", "not closed"),
    ("[1, 2)", "do not match"),
    ("[1,, 2]", "an entry is missing"),
    ("1,,2", "cell 2 of a row is empty"),
    ("1\t\t2", "cell 2 of a row is empty"),
    ("[1, [2]]", "not nested alike"),
    ("[[1, 2], [3]]", "the rows have 1 and 2 numbers"),
    ("tensor([1.]) tensor([2.])", "more than one grid"),
    ("3 [1, 2]", "before the brackets"),
    ("tf.Tensor([[[1 2]\n  [3 4]]], shape=(1, 2, 2))", "channels last"),
    ("[[[[[[[1]]]]]]]", "nested deeper"),
    ("one 2", "'one' is not a number"),
    ("", "the grid is empty"),
    ("ones(2, 2)", "ones.* is not worked out here"),
    ("torch.arange(9.).view(3, 3)", "arange.* is not worked out"),
    ("np.zeros([2, 2])", "zeros.* is not worked out"),
    ("torch.tensor([1, 2, 3, 4]).view(2, 2)", "behind the grid stands '.view"),
    ("np.array([[1, 1], [1, 1]]) / 4", "behind the grid stands '/ 4'"),
    ("[1 2; 3 4]'", "behind the grid stands"),
    ("[1] 1 2 3", "behind the grid stands '1 2 3'"),
    ("<KerasVariable shape=(2, 2), dtype=float32>", "a size but no grid"),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "has a heading"),
    (r"\begin{bmatrix}1\end{bmatrix}\begin{bmatrix}2\end{bmatrix}", "more than one matrix"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_can_be_read_in_two_ways_is_refused_with_the_reason(text, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_grid(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [text for text, _ in REFUSED])
def test_the_command_line_refuses_the_same(text):
    with pytest.raises(ValueError, match="input"):
        read_case({"op": "nearest", "params": {}, "input": text})


@pytest.mark.parametrize("minus", "-−–‐‑‒﹣－")
def test_every_minus_sign_is_one(minus):
    assert read_grid(f"{minus}1 2e{minus}1") == (((-1.0, 0.2),),)


def test_a_row_that_a_library_broke_stays_one_row_and_channels_stay_apart():
    long = np.arange(40) / 8
    for text in (str(long), repr(long), str(torch.tensor(long))):
        assert np.allclose(read_nested(text), long, atol=1e-3)
    channels = "A(:,:,1) =\n\n     1     2\n     3     4\n\n\nA(:,:,2) =\n\n     5     6\n     7     8\n"
    assert read_grid(channels, channels=2) == (((1, 2), (3, 4)), ((5, 6), (7, 8)))
    assert read_grid("1 | 2", channels=2) == (((1,),), ((2,),))


def test_a_kernel_in_old_torchs_print_has_two_axes():
    text = " 1  2\n 3  4\n[torch.FloatTensor of size 2x2]"
    assert answer(read_case({"op": "conv2d", "input": SQUARE, "weight": text}))["output"] == [[30]]


@pytest.mark.parametrize("piece", ["[", "a", "a=", "\\\\[", "|", "|-", " ", "\n", "\\frac{", "(1,", "1 ", "[1\n"])
def test_no_text_takes_long(piece):
    begun = time.process_time()
    for head in ("", "[1]", "\\begin", "["):
        with contextlib.suppress(ValueError):
            read_nested(head + piece * 100_000)
    assert time.process_time() - begun < 8


def test_letters_have_rows_and_numbers_among_them():
    assert read_letters("a b\nc d") == ((2, 2), ("a", "b", "c", "d"))
    assert read_letters("w11 w12; 0 2") == ((2, 2), ("w11", "w12", "0", "2"))
    assert read_letters("1 2") is None and read_letters("1e3 2") is None
    with pytest.raises(ValueError, match="'<img' is not a number"):
        read_letters("a <img")
    case = {"op": "conv1d", "params": {}, "input": "a b 1 0", "weight_symbols": "x 2"}
    assert answer(read_case(case))["output"] == ["ax + 2b", "bx + 2", "x"]
    assert answer(read_case({"op": "conv1d", "input": "a b", "weight": [1, 3]}))["output"] == ["a + 3b"]
    with pytest.raises(ValueError, match="without a bias"):
        read_case({"op": "conv1d", "params": {"bias": [1]}, "input": "a b", "weight": [1, 3]})


@given(
    st.lists(
        st.sampled_from(
            [*list("0123456789.,;|-−/ \t\n\r[](){}eax"), "tensor(", "array(", "tf.Tensor(", "nan", "1e999"]
        ),
        max_size=14,
    ).map("".join)
)
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_grid_or_one_sentence(text):
    for read in (read_nested, read_grid, read_letters, lambda given: read_cells(given, 1)):
        try:
            read(text)
        except ValueError as problem:
            assert len(str(problem)) < 300 and "\n" not in str(problem)


@given(st.lists(st.lists(st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.6g}")), min_size=3, max_size=3), min_size=1))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(rows):
    assert read_grid(write_grid(rows), 200)[0] == tuple(map(tuple, rows))
