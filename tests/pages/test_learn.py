"""The page on which layers learn: what the player gets, links, a rate too high, the gradient on the stage."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explainer.experiments.learning.course import Recipe
from explainer.experiments.learning.gradient import backward
from explainer.threads import one_thread
from explainer.ui.learning import course as shown
from explainer.ui.learning import files, parts
from tests.components import components_of, data_of

APP = Path(__file__).parents[2] / "streamlit_app.py"


def open_page(page: str = "learn", **url: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120).run()
    for name, value in url.items():
        test.query_params[name] = value
    return test.switch_page(f"pages/{page}.py").run()


@pytest.mark.parametrize(
    ("psnr", "words"),
    [
        (25.04, "as good as"),
        (26.0, "1.0 dB better than"),
        (23, "2.0 dB worse than"),
        (145.8, "more than 35 dB better than"),  # what is beyond the end of the bars is rounding
    ],
)
def test_a_look_is_told_beside_bilinear(psnr: float, words: str) -> None:
    course = SimpleNamespace(rivals={"bilinear": 25.0}, losses=[0.5, 0.25])
    said = shown.sentence(SimpleNamespace(step=1, psnr=psnr, pattern=0.0), course)
    assert said == f"Step 1: loss 0.25. On the picture kept back, {words} bilinear."


@pytest.mark.parametrize("count", [1, 240, 482, 501])
def test_a_thinned_curve_keeps_its_first_and_its_last_step(count: int) -> None:
    steps, losses = zip(*shown.thinned([float(step) for step in range(count)]), strict=True)
    assert (steps[0], steps[-1]) == (0, count - 1) and len(steps) <= 2 * shown.CURVE and list(steps) == list(losses)


def player(recipe: Recipe) -> dict[str, Any]:
    """What the player got for a recipe, as it comes out of JSON."""
    played = shown._kept.get(recipe)
    assert played is not None
    data: dict[str, Any] = json.loads(json.dumps(played.data))
    return data


@pytest.fixture(scope="module")
def page() -> AppTest:
    return open_page(ln_steps="50", ln_kernel="4")


def test_the_link_is_the_recipe(page: AppTest) -> None:
    assert not page.exception
    data = player(Recipe(kernel=4, steps=50))
    assert data in [data_of(one) for one in components_of(page)]
    assert [look["step"] for look in data["looks"]][-1] == 50
    assert all(look["answer"].startswith("data:image/png") for look in data["looks"])
    assert data["looks"][0]["kernels"] != data["looks"][-1]["kernels"]
    assert data["losses"][-1][0] == 50


def test_the_learned_kernel_can_be_opened_elsewhere(page: AppTest) -> None:
    kernel = player(Recipe(kernel=4, steps=50))["looks"][-1]["kernels"][0]
    links = [one.proto for one in page.get("page_link") if "Open this kernel" in one.proto.label]
    assert len(links) == 1 and f"{kernel[1][1]:.3g}" in links[0].query_string
    text = "\n".join(" ".join(f"{value:.3g}" for value in row) for row in kernel)
    target = open_page("transposed_convolution", tc_kernel=text, tc_stride="2", tc_padding="1")
    assert not target.exception and not target.error
    assert float(target.text_area(key="tc_kernel").value.split()[5]) == pytest.approx(kernel[1][1], rel=0.01)


def test_the_files_hold_the_course_and_the_program_learns_the_same(page: AppTest, capsys) -> None:
    recipe = Recipe(kernel=4, steps=50)
    data = player(recipe)
    assert [one.label for one in page.get("download_button")] == [
        "Course (JSON)", "Loss and PSNR (CSV)", "Last answer (PNG)", "Program (Python)",
    ]  # fmt: skip
    told = json.loads(files.as_json(recipe, data))
    assert told["recipe"]["kernel"] == 4 and told["looks"][-1]["kernels"] == data["looks"][-1]["kernels"]
    lines = files.as_csv(data).splitlines()
    assert lines[0] == "step,loss,psnr"
    assert lines[-1] == f"50,{data['losses'][-1][1]},{data['looks'][-1]['psnr']}"
    with one_thread():
        exec(compile(files.program(recipe), "learn.py", "exec"), {})
    last = data["looks"][-1]["psnr"]
    assert capsys.readouterr().out.strip() == f"step 50: loss {data['losses'][-1][1]:.6g}, PSNR {last:.2f} dB"


def test_the_picture_to_take_away_is_the_last_answer(monkeypatch) -> None:
    made = {}
    monkeypatch.setattr(files.st, "download_button", lambda label, make, *rest, **more: made.update({label: make()}))
    data = player(Recipe(kernel=4, steps=50))
    files.show_files(Recipe(kernel=4, steps=50), data)
    first, last = (base64.b64decode(data["looks"][n]["answer"].partition(",")[2]) for n in (0, -1))
    assert made["Last answer (PNG)"] == last != first and last.startswith(b"\x89PNG")


def test_both_ways_of_the_gradient(page: AppTest) -> None:
    assert sum(one.value.count("largest difference **0**") for one in page.markdown) == 2
    step = backward()
    told = next(one.value for one in page.markdown if "the loss falls from" in one.value)
    assert f"the loss falls from {step.loss:g} to **{step.loss_after:.3g}**" in told and step.loss_after < step.loss
    page.selectbox(key="ln_way").select(parts.TO_KERNEL).run()
    assert not page.exception
    assert parts.backward_scene(parts.TO_KERNEL)["panels"][1]["title"] == "x"


def test_a_rate_too_high_is_a_sentence() -> None:
    test = open_page(ln_optimizer="SGD", ln_rate="3")
    assert not test.exception
    assert player(Recipe(optimizer="SGD", rate=3.0))["looks"][-1]["step"] < 20
    assert [one.value for one in test.warning if "a rate of 3 is too high" in one.value]


def test_two_convolutions_have_no_start_to_choose() -> None:
    test = open_page(ln_layer=parts.SUB_PIXEL, ln_steps="50")
    assert not test.exception
    assert [one.key for one in test.selectbox if one.key == "ln_start"] == []
    assert not any("Open this kernel" in one.proto.label for one in test.get("page_link"))


def test_another_layer_brings_its_own_kernel_and_rate_as_its_link_does() -> None:
    page = open_page(ln_steps="50")
    for layer in ("Convolutions + pixel shuffle", "Transposed convolution"):
        page.selectbox(key="ln_layer").set_value(layer).run()
        fresh = open_page(ln_steps="50", ln_layer=layer)
        for key in ("ln_kernel", "ln_rate"):
            assert page.selectbox(key=key).value == fresh.selectbox(key=key).value
            assert page.session_state[key] == fresh.selectbox(key=key).value


def test_a_kernel_that_was_chosen_stays_with_another_layer() -> None:
    page = open_page(ln_steps="50", ln_kernel="4")
    page.selectbox(key="ln_layer").set_value("Convolutions + pixel shuffle").run()
    assert page.selectbox(key="ln_kernel").value == "4" and page.selectbox(key="ln_rate").value == "0.01"
