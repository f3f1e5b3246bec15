"""Questions: one right answer each, every mistake recognized as itself, the same seed the same everywhere."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest
import torch

from explainer.__main__ import main
from explainer.examples.cases import read_case
from explainer.operators import OPERATORS, Bilinear
from explainer.quiz import KINDS, judge, question, quiz
from explainer.quiz.cases import DRAWN
from explainer.quiz.judge import read_answer
from explainer.quiz.mistakes import MISTAKES, outcomes
from explainer.quiz.questions import LANDS, LARGEST_SEED, REACH, SETTING, SIZE, VALUE, Question, as_json
from explainer.quiz.reasons import reasons
from explainer.quiz.shown import scene_at
from explainer.scene.scenes import scene_of
from tests import references

ROOT = Path(__file__).parents[1]
SOME = [question(seed, level, level, (op,)) for op in DRAWN for level in (1, 2, 3, 4) for seed in (3, 4, 5, 11)]


@pytest.mark.parametrize("one", SOME, ids=lambda q: f"{q.case['op']}-{q.kind}-{q.level}-{q.seed}")
def test_the_answer_is_right_and_every_mistake_is_told_apart(one):
    verdict = judge(one, one.answer)
    assert (verdict.right, verdict.mistake) == (True, None)
    answers = [one.answer, *(given for given, _ in one.wrong)]
    assert len({repr(answer) for answer in answers}) == len(answers)
    for given, mistake in one.wrong:
        verdict = judge(one, given)
        assert (verdict.right, verdict.mistake, verdict.told) == (False, mistake.name, mistake.reason)


@pytest.mark.parametrize("one", [one for one in SOME if one.kind in (VALUE, SIZE)][:24], ids=lambda q: q.case["op"])
def test_answers_against_torch(one):
    problem = read_case(one.case)
    output = problem.op(problem.input[None])[0]
    if one.kind == SIZE:
        assert one.answer == tuple(output.shape[1:])
    else:
        channel, row, column = one.cell
        assert one.answer == pytest.approx(
            float(output.view(output.shape[0], -1, output.shape[-1])[channel, row, column])
        )


def test_one_of_two_settings_made_the_output_and_the_other_did_not():
    """Both are run: exactly one of them gives what is shown, whichever seed; the other one's reason holds."""
    places, offered = set(), set()
    for op in DRAWN:
        for seed in range(24):
            one = question(seed, 2, 1 + seed % 4, (op,), (SETTING,))
            if op in ("pixel_shuffle", "max_unpool2d"):
                assert one.kind == VALUE  # no setting of theirs could be taken for another
                continue
            written = read_case(one.case).op
            mistake = next(
                m for m in MISTAKES[type(written)] if (m.name, m.label) == (one.wrong[0][1].name, one.wrong[0][1].label)
            )
            settings = {mistake.setting(written): written, mistake.label: mistake.instead(written)}
            assert set(settings) == set(one.choice.options) and len(one.choice.options) == 2
            shown = as_json(one)["output"]
            assert [name for name in settings if settings[name](one.input[None])[0].tolist() == shown] == [one.answer]
            other = settings[one.choice.other](one.input[None])[0]
            told = judge(one, one.choice.other).told
            named = "_" in one.choice.other  # align_corners: torch's name, which has no capital
            said = one.choice.other if named else one.choice.other[0].upper() + one.choice.other[1:]
            assert told.startswith(said)
            numbers = re.findall(r"-?\d+(?:\.\d+)?", told.removeprefix(said))
            if other.shape == one.output.shape:
                where = tuple(int(n) for n in re.search(r"out\[([\d,]+)\]", told)[1].split(","))
                pixel = (0, *where) if len(where) < other.ndim else where
                assert numbers[0] == f"{other[pixel]:g}" and numbers[-1] == f"{one.output[pixel]:g}"
            else:
                assert [int(n) for n in numbers] == [*other.shape[1:], *one.output.shape[1:]]
            places.add((one.choice.options.index(one.answer), one.answer == mistake.label))
            offered.add(mistake.name)
    assert places == {(0, True), (0, False), (1, True), (1, False)}
    assert offered == {m.name for mistakes in MISTAKES.values() for m in mistakes if m.setting}


@pytest.mark.parametrize("kind", [REACH, LANDS])
def test_reach_against_pushing_single_pixels(kind):
    """An input reaches an output if pushing it moves that output: asked of torch pixel by pixel."""
    one = question(5, 0, 3, ("conv_transpose2d",), (kind,))
    op, x = one.op, one.input
    moved = []
    for at in range(x.numel()):
        pushed = x.clone()
        pushed.view(-1)[at] += 1
        moved.append((op(pushed[None]) - op(x[None]))[0].flatten() != 0)
    matrix = torch.stack(moved, 1)
    rows = (op(x[None]) if kind == REACH else x[None]).shape[-1]
    at = one.cell[1] * rows + one.cell[2]
    wanted = matrix[at] if kind == REACH else matrix[:, at]
    assert one.answer == tuple(wanted.nonzero().flatten().tolist())


def test_every_mistake_of_every_operator_is_met():
    """Planted mistakes: for each there is a question whose answer it gives, and the judge names it and no other."""
    missing = {OPERATORS[op][0]: {mistake.name for mistake in MISTAKES[OPERATORS[op][0]]} for op in DRAWN}
    for seed in range(60):
        for op, level in product(DRAWN, (1, 2, 3, 4)):
            if left := missing[OPERATORS[op][0]]:
                left -= {mistake.name for _, mistake in question(seed, 1, level, (op,)).wrong}
    assert {kind.__name__: left for kind, left in missing.items() if left} == {}


def test_mistakes_are_what_people_would_compute():
    """Three of them against plain loops: overlap forgotten, kernel mirrored, padding as growth."""
    case = {"op": "conv_transpose2d", "params": {"stride": 1, "padding": 1}, "input": [[1, 2], [3, 4]],
            "weight": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}  # fmt: skip
    problem = read_case(case)
    found = {mistake.name: result[0].tolist() for mistake, _, result in outcomes(problem.op, problem.input)}
    whole = [[0] * 4 for _ in range(4)]
    for y, row in enumerate(case["input"]):
        for x, value in enumerate(row):
            for dy in range(3):
                for dx in range(3):
                    whole[y + dy][x + dx] = value * case["weight"][dy][dx]
    assert found["overlap forgotten"] == [row[1:3] for row in whole[1:3]]
    turned = [row[::-1] for row in case["weight"][::-1]]
    assert found["kernel mirrored"] == references.stamp(case["input"], turned, (1, 1), (1, 1), (0, 0), (1, 1))
    assert len(found["padding taken as growth"]) == 6


def test_a_wrong_prediction_gets_the_reason_that_fits_and_no_other():
    case = {"op": "conv_transpose2d", "params": {"stride": 1, "padding": 1}, "input": [[1, 2], [3, 4]],
            "weight": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}  # fmt: skip
    problem = read_case(case)
    scene = scene_of(problem.op, problem.input)
    told = reasons(problem.op, problem.input, scene)
    panel = next(one for one in scene["panels"] if one["id"] == "output")
    right = dict(enumerate(panel["values"]))
    by_reason = {one["reason"]: one["values"] for one in told}
    mirrored = next(values for reason, values in by_reason.items() if "turned by 180°" in reason)
    turned = [row[::-1] for row in case["weight"][::-1]]
    wanted = [n for row in references.stamp(case["input"], turned, (1, 1), (1, 1), (0, 0), (1, 1)) for n in row]
    inside = [cell for cell in right if cell not in panel["ghost"]]
    assert len(inside) == 4 and all(mirrored[cell] is None for cell in panel["ghost"])
    assert [mirrored[cell] for cell in inside if mirrored[cell] is not None] == [
        n for n, cell in zip(wanted, inside, strict=True) if mirrored[cell] is not None
    ]
    for cell in inside:
        values = [one[cell] for one in by_reason.values() if one[cell] is not None]
        assert right[cell] not in values and len(set(values)) == len(values)
    assert any("One stamp alone" in reason or "add up" in reason for reason in by_reason)


def test_off_by_one_is_told():
    case = {"op": "conv2d", "params": {}, "input": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "weight": [[10]]}
    one = Question(1, 0, 1, VALUE, case, (0, 1, 1), 50.0, ())
    near = [value for value in range(10, 100, 10) if judge(one, float(value)).mistake == "off by one"]
    assert near == [20, 40, 60, 80] and judge(one, 50.0).right and not judge(one, 10.0).right
    size = next(q for q in SOME if q.kind == SIZE)
    near = tuple(n + 1 for n in size.answer)
    if near not in [given for given, _ in size.wrong]:
        assert judge(size, near).mistake == "off by one"
    assert judge(size, tuple(n + 40 for n in size.answer)).mistake is None


def test_the_same_seed_gives_the_same_questions(capsys):
    assert [as_json(one) for one in quiz(7, 6, 2)] == [as_json(one) for one in quiz(7, 6, 2)]
    assert main(["quiz", "--seed", "7", "--n", "6", "--level", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [as_json(one) for one in quiz(7, 6, 2)]
    assert [as_json(one) for one in quiz(8, 6, 2)] != [as_json(one) for one in quiz(7, 6, 2)]


def test_bad_requests_get_a_sentence(capsys):
    assert main(["quiz", "--op", "deconv"]) == 2
    assert "no questions about operator 'deconv'; allowed are" in capsys.readouterr().err
    assert main(["quiz", "--n", "0"]) == 2
    for option, value, allowed in (
        ("level", "0", "1 to 4"),
        ("level", "5", "1 to 4"),
        ("seed", f"{10**19}", "0 to 1000"),
    ):
        assert main(["quiz", f"--{option}", value]) == 2
        assert f"--{option} is {value}; allowed are {allowed}" in capsys.readouterr().err
    assert len(quiz(LARGEST_SEED, 1)) == 1
    with pytest.raises(SystemExit):
        main(["quiz", "--json", "--html", "x.html"])
    assert "--html: not allowed with argument --json" in capsys.readouterr().err
    with pytest.raises(ValueError, match="no questions about kind 'color'"):
        question(1, 0, kinds=("color",))
    assert set(DRAWN) <= set(OPERATORS)
    assert set(KINDS) == {"value", "size", "reach", "lands", "setting"}


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [(VALUE, " 2,5 ", 2.5), (VALUE, "−3", -3.0), (VALUE, "1/4", 0.25), (VALUE, ".5", 0.5), (VALUE, "−,5", -0.5),
     (SIZE, "4 x 5", (4, 5)), (SIZE, "4×5", (4, 5)), (SIZE, "4 X 5", (4, 5))],
)  # fmt: skip
def test_typed_answers_are_read(kind, text, answer):
    one = next(q for q in SOME if q.kind == kind and (kind == VALUE or len(q.answer) == 2))
    assert read_answer(one, text) == answer


@pytest.mark.parametrize(
    ("kind", "text"),
    [(VALUE, "four"), (VALUE, "1/0"), (VALUE, "1/000"), (VALUE, "."), (SIZE, "4"), (SIZE, "about 4 x 4"),
     (SIZE, "4 x " + "4" * 5000)],
)  # fmt: skip
def test_typed_nonsense_gets_a_sentence(kind, text):
    one = next(q for q in SOME if q.kind == kind and (kind == VALUE or len(q.answer) == 2))
    with pytest.raises(ValueError, match="is not a"):
        read_answer(one, text)


def test_a_reason_names_the_setting_that_was_left_alone():
    plain = {one for many in MISTAKES.values() for one in many if re.fullmatch(r"\w+ \d", one.label)}
    assert {one.label for one in plain} == {"stride 1", "dilation 1", "padding 0", "output_padding 0"}
    for one in plain:
        assert re.search(rf"\b{one.label.split()[0]}\b", one.reason), one


@pytest.mark.parametrize("corners", [False, True])
def test_both_answers_about_corners_are_mistaken_for_the_other(corners):
    op = Bilinear(2, align_corners=corners)
    found = {mistake.label for mistake, *_ in outcomes(op, torch.arange(4.0, dtype=torch.float64).view(1, 2, 2))}
    assert f"align_corners={not corners}" in found and f"align_corners={corners}" not in found


def test_the_answers_scene_begins_at_the_asked_cell_and_can_not_be_changed():
    case = read_case({"op": "bed_of_nails", "params": {"stride": 2}, "input": [[1, 2], [3, 4]]})
    for cell, step in ((None, 0), (6, 6), (99, 15)):
        scene = scene_at(case.op, case.input, cell)
        assert scene["step"] == step
        assert not any(panel.get("editable") for panel in scene["panels"])
        assert not any("matrix" in panel for panel in scene["panels"])


def test_the_asked_cell_lies_in_its_map():
    met = set()
    for seed, kind in product(range(40), (VALUE, REACH, LANDS)):
        one = question(seed, 1, 3, (), (kind,))
        values = one.input if kind == LANDS else one.output
        shape = (values.shape[0], values.shape[1] if values.ndim == 3 else 1, values.shape[-1])
        assert all(0 <= at < n for at, n in zip(one.cell, shape, strict=True)), one
        met |= {(axis, at == n - 1) for axis, (at, n) in enumerate(zip(one.cell, shape, strict=True)) if n > 1}
    assert met >= {(1, True), (1, False), (2, True), (2, False)}, "the last row and column are asked about, too"


def test_a_size_that_is_off_by_two_is_not_almost_right():
    asked = next(
        one for one in (question(3, number) for number in range(200)) if one.kind == SIZE and len(one.answer) == 2
    )
    known = {given for given, _ in asked.wrong}
    far, near = ((asked.answer[0] + step, asked.answer[1]) for step in (2, 1))
    assert not {far, near} & known
    assert judge(asked, near).mistake == "off by one" and judge(asked, far).mistake is None


def test_an_almost_right_size_is_explained_by_what_its_operator_does():
    """An upsampler without a kernel has no places where one fits, and a transposed convolution stamps."""
    told = {}
    for op in DRAWN:
        one = next(q for q in (question(seed, 0, 1, (op,), (SIZE,)) for seed in range(99)) if q.kind == SIZE)
        beside = ((one.answer[0] + step, *one.answer[1:]) for step in (1, -1))
        near = next(size for size in beside if size not in dict(one.wrong))
        told[op] = judge(one, near).told
        assert told[op].startswith("Almost: the size is off by one.")
    assert {op for op, words in told.items() if "fits" in words} == {"conv1d", "conv2d", "max_pool2d"}
    assert {op for op, words in told.items() if "stamp" in words} == {"conv_transpose1d", "conv_transpose2d"}


def test_no_reason_is_told_that_might_be_anothers():
    shared = 0
    for number in range(120):
        case = read_case(question(1, number).case)
        found = [out for _, _, out in outcomes(case.op, case.input) if out.shape == case.op(case.input[None])[0].shape]
        told = reasons(case.op, case.input, scene_of(case.op, case.input))
        flat = [one.flatten().tolist() for one in found]
        right = case.op(case.input[None])[0].flatten().tolist()
        shared += sum(a[at] == b[at] != right[at] for n, a in enumerate(flat) for b in flat[:n] for at in range(len(a)))
        for at in range(len(told[0]["values"]) if told else 0):
            said = [one["values"][at] for one in told if one["values"][at] is not None]
            assert len(said) == len(set(said))
    assert shared, "some mistakes do give the same number"
