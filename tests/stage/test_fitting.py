"""The figure fits: measured boxes and digits, example by example."""

from __future__ import annotations

import pytest

from explainer.examples.drawn import example_scene
from explainer.examples.table import examples, find_example
from explainer.scene.scenes import scene_of
from explainer.scene.transport import pack
from explainer.scene.view import View

DRAWN = [one for one in examples() if one.op != "shape" and not one.is_refused]
#: What a page leaves to the figure at 1280 x 720.
ROOM = {"width": 1232, "height": 720}
HEIGHT = 540

MEASURE = """() => {
  const stage = document.querySelector(".stage");
  const all = [...stage.querySelectorAll("*")];
  const numbers = [...stage.querySelectorAll(".number")].filter(one => one.textContent);
  const scrolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX)
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
  const right = stage.getBoundingClientRect().right;
  return {
    height: stage.getBoundingClientRect().height,
    least: Math.min(...numbers.map(one => Number(one.getAttribute("font-size")))),
    scrolling: all.filter(scrolls).map(one => one.className),
    outside: [...stage.querySelectorAll(".cells")].filter(one => one.getBoundingClientRect().right > right + 1).length,
  };
}"""


def measure(stage):
    return stage.page.evaluate(MEASURE)


def test_every_example_stands_in_the_first_viewport_with_readable_digits(open_stage):
    stage = open_stage(**ROOM)
    for example in DRAWN:
        stage.mount(pack(example_scene(example)))
        stage.press("End")
        found = measure(stage)
        assert found["height"] <= HEIGHT + 6, example.slug
        assert found["least"] >= 14, example.slug
        assert (found["scrolling"], found["outside"]) == ([], 0), example.slug


@pytest.mark.parametrize("view", ["stamp", "zeros", "matrix"])
def test_each_reading_alone_fits(open_stage, view):
    stage = open_stage(**ROOM)
    for slug in ("lecture-transposed", "arith-arbitrary-t", "demystified", "fcn-bilinear"):
        stage.mount(pack(example_scene(find_example(slug))))
        stage.page.locator(f'[data-view="{view}"]').click()
        stage.press("End")
        found = measure(stage)
        assert found["height"] <= HEIGHT + 6, slug
        assert found["least"] >= 14, slug
        assert (found["scrolling"], found["outside"]) == ([], 0), slug


def test_three_readings_are_seen_at_once_and_the_pictures_stay_large(open_stage):
    """Cᵀ of 25 rows stands beside the stamps and the zeros, on the page and in full screen."""
    stage = open_stage(pack(example_scene(find_example("lecture-transposed"))), **ROOM)
    stage.page.locator('[data-view="all"]').click()
    stage.press("End")
    assert measure(stage)["height"] <= HEIGHT + 6
    assert stage.texts("matrix").count("1") == 36, "the whole matrix, with its numbers"
    sides = stage.page.evaluate("""() => Object.fromEntries(["matrix", "output", "stretched"].map(id =>
      [id, document.querySelector(`.cells[data-panel="${id}"] rect.cell`).getBoundingClientRect().height]))""")
    assert min(sides["output"], sides["stretched"]) >= 20 > sides["matrix"] > 9
    stage.press("f")
    stage.page.wait_for_function("document.fullscreenElement || document.querySelector('.stage.filling')")
    stage.page.wait_for_timeout(300)
    assert stage.page.evaluate("document.querySelector('.stage').scrollHeight") <= 720
    assert measure(stage)["outside"] == 0


def test_maps_beside_a_tall_matrix_take_the_room_that_is_left(open_stage):
    """On a projector sixteen rows make small cells; the maps beside them need not be as small."""
    stage = open_stage(pack(example_scene(find_example("lecture-nearest"))), width=1872, height=1080)
    stage.page.locator('[data-view="all"]').click()
    stage.press("End")
    side = stage.page.evaluate("""() => Object.fromEntries([...document.querySelectorAll(".cells")].map(one =>
      [one.dataset.panel, one.querySelector("rect.cell").getBoundingClientRect().height]))""")
    assert side["input"] == side["output"] >= 1.5 * side["matrix"]
    assert measure(stage)["outside"] == 0


@pytest.mark.parametrize("slug", ["lecture-transposed", "lecture-strided", "lecture-matrix-conv"])
def test_full_screen_overflows_nowhere_and_digits_grow(open_stage, slug):
    stage = open_stage(pack(example_scene(find_example(slug))), width=1280, height=720)
    stage.press("f", "End")
    stage.page.wait_for_function("document.fullscreenElement || document.querySelector('.stage.filling')")
    stage.page.wait_for_timeout(300)
    found = measure(stage)
    assert stage.page.evaluate("document.querySelector('.stage').scrollHeight") <= 720
    assert found["least"] >= 18
    assert (found["scrolling"], found["outside"]) == ([], 0)


@pytest.mark.parametrize(
    ("matrices", "shown"), [(True, {"x", "matrix", "y", "transpose"}), (False, {"input", "kernel", "output"})]
)
def test_a_phone_first_shows_what_the_page_is_about(open_stage, matrices, shown):
    problem = find_example("lecture-strided").problem()
    scene = scene_of(problem.op, problem.input, View(transpose=matrices))
    stage = open_stage(pack(scene), width=390, height=844)
    drawn = stage.page.locator(".cells").evaluate_all("all => all.map(one => one.dataset.panel)")
    assert set(drawn) == shown


@pytest.mark.parametrize("slug", ["lecture-transposed", "demystified", "arith-odd", "lecture-matrix-conv"])
def test_vectors_meet_the_rows_and_columns_of_their_matrix(open_stage, slug):
    stage = open_stage(pack(example_scene(find_example(slug))), **ROOM)
    stage.page.locator('[data-view="matrix"]').click()
    boxes = stage.page.evaluate("""() => Object.fromEntries(["matrix", "x", "y"].map(id => {
      const cells = [...document.querySelectorAll(`.cells[data-panel="${id}"] rect.cell`)];
      const boxes = cells.map(one => one.getBoundingClientRect());
      return [id, [boxes.map(box => Math.round(box.x)), boxes.map(box => Math.round(box.y))]];
    }))""")
    assert set(boxes["matrix"][0]) <= set(boxes["x"][0])
    assert set(boxes["matrix"][1]) <= set(boxes["y"][1])


def test_on_a_phone_the_buttons_take_two_rows_and_keys_are_not_offered_to_fingers(open_stage):
    scene = pack(example_scene(find_example("lecture-transposed")))
    page = open_stage(scene, width=390, height=844, has_touch=True, is_mobile=True).page
    top = {name: page.locator(f".toolbar > .{name}").bounding_box()["y"] for name in ("extras", "views")}
    assert top["extras"] == page.get_by_role("radiogroup", name="Reading order").bounding_box()["y"] < top["views"]
    assert page.get_by_role("button", name="Full screen").is_visible()
    assert not page.get_by_role("button", name="Keys").is_visible()
    assert open_stage(scene, width=390, height=844).page.get_by_role("button", name="Keys").is_visible()
