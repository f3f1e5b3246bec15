"""Layers that learn: exact sizes, the same course for the same recipe, what is learned, and the gradient's two ways."""

from __future__ import annotations

import threading

import pytest
import torch
import torch.nn.functional as F

from explainer.experiments.learning import course
from explainer.experiments.learning.course import Recipe, follow, inner, psnr
from explainer.experiments.learning.gradient import RATE, WANTED, backward, stamped
from explainer.experiments.learning.layers import LAYERS, STARTS, transposed
from explainer.experiments.learning.tasks import KEPT_BACK, TASKS, TRAINED_ON, blurred
from explainer.operators.kernels import bilinear

QUICK = {"steps": 40}


def learned(**recipe: object) -> course.Course:
    *_, last = follow(Recipe(**recipe))
    return last


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("name", TASKS)
def test_every_task_asks_for_exactly_r_times_the_size(name: str, stride: int) -> None:
    data = TASKS[name].make(stride, 1)
    for small, large in ((data.small, data.large), (data.unseen, data.truth)):
        assert [n * stride for n in small.shape[-2:]] == list(large.shape[-2:])
        assert len(small) == len(large)


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_every_layer_answers_in_exactly_r_times_the_size(stride: int) -> None:
    x = torch.rand(1, 1, 5, 7)
    for kernel in (2, 3, 4, 5, 6, 7, 8):
        for make in LAYERS.values():
            layer = make(kernel, stride, "random", 1)
            answer = layer(x.to(next(layer.parameters()).dtype))
            assert answer.shape == (1, 1, 5 * stride, 7 * stride)


def test_the_starts_do_what_they_are_called() -> None:
    x = torch.rand(1, 1, 9, 9, dtype=torch.float64)
    nearest = transposed(4, 2, "nearest", 1)(x)
    assert torch.equal(nearest, F.interpolate(x, scale_factor=2))
    smooth = F.interpolate(x, scale_factor=2, mode="bilinear")
    torch.testing.assert_close(transposed(4, 2, "bilinear", 1)(x)[..., 2:-2, 2:-2], smooth[..., 2:-2, 2:-2])
    assert transposed(4, 2, "zeros", 1)(x).abs().max() == 0
    first, again, other = (STARTS["random"](4, 2, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_the_picture_that_judges_is_never_learned_from() -> None:
    assert KEPT_BACK not in TRAINED_ON
    for task in TASKS.values():
        data = task.make(2, 1)
        assert not any(torch.equal(one, data.truth[0]) for one in data.large)
        assert not any(torch.equal(one, data.unseen[0]) for one in data.small)
    flat = torch.full((1, 1, 96, 96), 0.3, dtype=torch.float64)
    for stride in (2, 3, 4):
        torch.testing.assert_close(blurred(flat, stride), flat[..., ::stride, ::stride])


def test_bilinear_is_rediscovered_by_kernel_4_and_cannot_be_by_3() -> None:
    found = learned(task="bilinear", kernel=4)
    kernel = torch.tensor(bilinear(4), dtype=torch.float64)
    torch.testing.assert_close(found.looks[-1].kernels[0], kernel, rtol=0, atol=1e-4)
    assert found.rivals["bilinear"] == 200 and found.looks[-1].psnr > 60
    short = learned(task="bilinear", kernel=3)
    assert short.looks[-1].pattern > 1e-3 > 100 * found.looks[-1].pattern, "the checkerboard stays, and fades"
    assert found.looks[0].pattern > 1e-2


def test_learning_pays_on_a_photo_it_never_saw() -> None:
    last = learned().looks[-1]
    rivals = learned(**QUICK).rivals
    assert last.psnr > rivals["bilinear"] + 1.5
    assert last.psnr > rivals["bicubic"] + 0.5
    assert (last.kernels[0] < -0.1).any(), "it sharpens"


def test_the_hidden_pattern_is_found() -> None:
    kernel = learned(task="pattern", kernel=4).looks[-1].kernels[0]
    assert float((kernel - kernel.rot90()).abs().max()) < 1e-4
    assert kernel[0, 1] > kernel[1, 1] > kernel[0, 0] > 0, "a ring"


def test_a_course_is_a_function_of_its_recipe() -> None:
    first, again, other = learned(**QUICK), learned(**QUICK), learned(seed=2, **QUICK)
    assert first.losses == again.losses != other.losses
    assert len(first.losses) == 41 and [look.step for look in first.looks][:5] == [0, 1, 2, 3, 4]
    assert first.looks[-1].step == 40


def test_the_optimizers_are_what_they_are_called() -> None:
    made = {name: make(iter([torch.nn.Parameter(torch.ones(1))]), 0.25) for name, make in course.OPTIMIZERS.items()}
    assert [type(one).__name__ for one in made.values()] == ["Adam", "SGD", "SGD"]
    assert {one.defaults["lr"] for one in made.values()} == {0.25}
    assert [made[name].defaults["momentum"] for name in ("SGD", "SGD with momentum")] == [0, 0.9]


def test_a_rate_too_high_is_said_and_stops() -> None:
    found = learned(optimizer="SGD", rate=100.0)
    assert found.diverged is not None and found.diverged < 30
    assert found.diverged == len(found.losses), "the step whose loss was no number any more"
    assert all(torch.isfinite(look.kernels).all() for look in found.looks)


def test_learners_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "SLICE_SECONDS", 0.0)
    running, most = 0, 0
    advance = course.advance

    def watched(*given: object) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        advance(*given)
        running -= 1

    monkeypatch.setattr(course, "advance", watched)
    threads = [threading.Thread(target=learned, kwargs={"seed": seed, "steps": 10}) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_psnr_leaves_the_border_out_and_ends() -> None:
    truth = torch.zeros(1, 1, 32, 32, dtype=torch.float64)
    off = truth.clone()
    off[..., 0, 0] = 1
    assert psnr(off, truth) == 200
    assert psnr(truth + 0.1, truth) == pytest.approx(20)
    assert inner(truth).shape == (1, 1, 16, 16)


@pytest.mark.parametrize("stride", [1, 2])
def test_both_ways_of_the_gradient_are_convolutions(stride: int) -> None:
    step = backward(stride)
    assert torch.equal(step.to_input(step.g[None])[0], step.dx)
    assert torch.equal(step.to_kernel(step.g[None])[0, 0], step.dw)
    weight = torch.tensor(step.forward.weight, dtype=torch.float64)
    assert torch.equal(step.new_kernel, weight - RATE * step.dw)
    assert torch.equal(step.target, stamped(step.x, torch.tensor(WANTED, dtype=torch.float64), stride))
    assert step.loss_after < step.loss / 2
