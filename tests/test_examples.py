"""The table of examples: published answers come out of torch, of `trace -`, and of the scenes that pages draw."""

from __future__ import annotations

import json
import re

import pytest
import torch
import torch.nn.functional as F

from explainer import geometry
from explainer.examples.answers import answer
from explainer.examples.cases import grid, read_case
from explainer.examples.drawn import example_scene, pool_then_unpool
from explainer.examples.table import examples, examples_of, find_example
from explainer.operators import MaxPooling, MaxUnpooling
from explainer.operators.notation import program
from explainer.segmentation.shapes import torchvision_fcn_shapes
from explainer.ui.navigation import PAGES

SINGLE = [example for example in examples() if example.is_single and not example.is_refused]
SLUGS = [example.slug for example in SINGLE]


def close(left, right):
    left, right = (torch.tensor(value, dtype=torch.float64) for value in (left, right))
    return left.shape == right.shape and torch.allclose(left, right, atol=1e-6)


@pytest.mark.parametrize("example", SINGLE, ids=SLUGS)
def test_published_answers(example):
    found = answer(example.problem())
    output = found["output"]
    if isinstance(output, dict):
        assert output["indices"] == example.case["indices"]
        output = output["values"]
    if example.problem().symbols:
        assert output == example.case["output"]
    else:
        assert close(output, example.case["output"])
    if "matrix" in example.case:
        assert close(found["matrix"], example.case["matrix"])


@pytest.mark.parametrize("example", SINGLE, ids=SLUGS)
def test_the_code_on_the_page_runs_and_agrees(example):
    problem, variables = example.problem(), {}
    exec(program(problem.input, problem.op.code(problem.input)), variables)
    assert torch.equal(variables["output"], problem.op(problem.input[None]))


@pytest.mark.parametrize("example", SINGLE, ids=SLUGS)
def test_the_size_formula_ends_in_torchs_size(example):
    problem = example.problem()
    given, sizes = tuple(problem.input.shape[1:]), list(problem.op(problem.input[None]).shape[2:])
    lines = problem.op.size_formula(given)
    if isinstance(problem.op, MaxUnpooling) and problem.op.output_size:
        assert [int(n) for n in re.findall(r"\d+", lines.pop())] == sizes
        k, s, p = (case_number(example.case["params"], name) for name in ("kernel_size", "stride", "padding"))
        sizes = [(i - 1) * (s or k) - 2 * (p or 0) + k for i in given]
    ends = [int(re.findall(r"= (\d+)(?:\\end{aligned}|\\ .*)?$", line)[0]) for line in lines[: len(sizes)]]
    assert ends == sizes


def case_number(params, name):
    """A parameter of an example that is one number for all axes."""
    value = params.get(name)
    return value[0] if isinstance(value, list) else value


def test_refused_example_is_refused():
    refused = [example for example in examples() if example.is_refused]
    assert [example.slug for example in refused] == ["refused"]
    with pytest.raises(ValueError, match="must be smaller than stride"):
        refused[0].problem()


def test_slugs_are_unique_and_pages_exist():
    slugs = [example.slug for example in examples()]
    assert len(set(slugs)) == len(slugs)
    known = {page.stem for page in PAGES} | {"sizes", "bilinear_kernel"}
    assert {page for example in examples() for page in example.pages} <= known
    assert all(example.note and example.source for example in examples())


def test_titles_and_notes_use_the_glossarys_words():
    """A pixel is of a map, a cell of a drawing; a kernel is no filter; spelling is American."""
    for one in examples():
        said = f"{one.title} {one.note}".lower()
        assert not re.search(r"\b(cells?|filters?|neighbours?|colours?|source pixels?|source positions?)\b", said), (
            one.slug
        )


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.slug)
def test_words_may_stand_in_brackets(example):
    """They do on a page, in small letters: a bracket that stays open would end them early."""
    depth = 0
    for letter in f"{example.title} {example.note} {example.source}":
        depth += (letter == "[") - (letter == "]")
        assert depth >= 0
    assert depth == 0
    marks = re.findall(r"[*$~`]", f"{example.title} {example.note} {example.source}")
    assert not marks, "a page shows these words as Markdown: 2*2-2*1 would lose its stars"


def test_an_unknown_name_says_where_the_names_are():
    with pytest.raises(ValueError, match="python -m explainer list"):
        find_example("no-such")


@pytest.mark.parametrize("example", [one for one in examples_of("max_unpooling") if not one.is_single])
def test_pool_then_unpool(example):
    x, pooled, unpool = pool_then_unpool(example.case)
    assert close(unpool(pooled[None])[0, 0].tolist(), example.case["output"])
    if "indices" in example.case:
        assert torch.tensor(unpool.indices).tolist() == example.case["indices"]
    if "wrong_output" in example.case:
        wrong = type(unpool)(unpool.indices, unpool.kernel_size, unpool.stride)
        assert close(wrong(pooled[None])[0, 0].tolist(), example.case["wrong_output"])
    assert x.shape[1:] == unpool(pooled[None]).shape[2:]


def test_three_layers_of_ones():
    case = find_example("distill-stacked").case
    x = grid("input", case["input"])[None, None]
    layers = zip(case["params"]["kernels"], case["params"]["strides"], strict=True)
    counts = []
    for k, s in layers:
        x = F.conv_transpose1d(x, torch.ones(1, 1, k, dtype=torch.float64), stride=s)
        counts.append(x[0, 0].tolist())
    assert counts == [case["after_layer_1"], case["after_layer_2"], case["output"]]


def test_questions_of_size():
    for slug in ("d2l-shapes", "docs-output-size"):
        case = find_example(slug).case
        k, s, p = (case["params"][name] for name in ("kernel", "stride", "padding"))
        small = geometry.convolution_size(case["input"][-1], k, s, p)
        extra = geometry.output_padding_for(small, case["output"][-1], k, s, p)
        assert geometry.transposed_convolution_size(small, k, s, p, extra) == case["output"][-1]
    case = find_example("two-sizes").case
    assert geometry.rival_input_sizes(case["output"][0], case["params"]["kernel"], case["params"]["stride"]) == [7, 8]


def test_torchvisions_fcn_has_no_transposed_convolution():
    case = find_example("torchvision-shapes").case
    shapes, transposed = torchvision_fcn_shapes(*case["input"][2:])
    assert {name: list(shapes[name]) for name in case["output"]} == case["output"]
    assert transposed == 0


def drawn(scene):
    """Values of the real (not cropped, not padded) cells of the output, with its bias where there is one."""
    panel = "biased" if any(one["id"] == "biased" for one in scene["panels"]) else "output"
    found = next(one for one in scene["panels"] if one["id"] == panel)
    border = set(found.get("ghost", []))
    return [value for cell, value in enumerate(found["values"]) if cell not in border]


@pytest.mark.parametrize("example", [one for one in examples() if one.op != "shape" and not one.is_refused])
def test_scenes_hold_torchs_numbers(example):
    scene = example_scene(example)
    json.dumps(scene, allow_nan=False)
    if not any(isinstance(value, str) for value in example.case["input"]):
        assert close(drawn(scene), torch.tensor(example.case["output"], dtype=torch.float64).flatten().tolist())


def test_the_story_on_the_unpooling_page_runs():
    x, pooled, unpool = pool_then_unpool(find_example("unpooling-ceil").case)
    variables = {}
    exec(unpool.story(MaxPooling(2, ceil_mode=True), x, pooled), variables)
    assert torch.equal(variables["output"], unpool(pooled[None]))


CASES = [
    ([1, 2], "a case is a JSON object"),
    ({"op": "deconv", "input": [1]}, "op is 'deconv' (did you mean 'conv3d'?); allowed are nearest"),
    ({"op": "nearest", "params": {"scale": 2}, "input": [1]}, "nearest has no parameter 'scale'; allowed are"),
    ({"op": "nearest", "params": 3, "input": [1]}, "it must be an object"),
    ({"op": "nearest", "input": [[1, 2], [3]]}, "must be a full grid of numbers"),
    ({"op": "nearest", "input": []}, "it must be a full grid of numbers"),
    ({"op": "nearest", "input": None}, "must be a full grid of numbers"),
    ({"op": "conv2d", "input": [[1]]}, "conv2d needs weight"),
    ({"op": "conv2d", "input": [1], "weight": [[1]]}, "allowed is one 2D map"),
    ({"op": "nearest", "input": ["a"]}, "letters are worked out for"),
    ({"op": "conv1d", "input": ["a"]}, "conv1d needs weight"),
    ({"op": "bilinear", "params": {"scale_factor": "big"}, "input": [1]}, "it must be a number or a list of numbers"),
    ({"op": "max_unpool2d", "params": {"kernel_size": 2}, "input": [[1]], "indices": [[7]]}, "index 7 does not fit"),
    ({"op": "conv_transpose1d", "params": {"output_size": [9]}, "input": [1], "weight": [1]}, "it can be 1 to 1"),
]


@pytest.mark.parametrize(("case", "words"), CASES, ids=[words for _, words in CASES])
def test_a_bad_case_is_refused_in_a_sentence(case, words):
    with pytest.raises(ValueError) as refusal:
        answer(read_case(case))
    assert words in str(refusal.value)


def test_channels_batches_and_output_size():
    case = {"op": "conv_transpose2d", "params": {"stride": 2, "padding": 1, "output_size": [4, 4]}}
    found = answer(read_case({**case, "input": [[1, 2], [3, 4]], "weight": [[1] * 3] * 3}))
    assert len(found["output"]) == 4
    batched = answer(read_case({"op": "nearest", "input": [[[[1, 2]], [[3, 4]]]]}))
    assert batched["output"] == [[[[1, 1, 2, 2]] * 2, [[3, 3, 4, 4]] * 2]]
