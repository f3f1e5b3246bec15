"""What the stage draws and where: channels, parts of a large matrix, lines, legends, words, the picture's colors."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
import torch

from explainer.examples.drawn import example_scene, pool_then_unpool
from explainer.examples.table import find_example
from explainer.palette import PALETTE
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from tests.stage import scenes

#: Where numbers stand on the page, by text; and the boxes of whatever a selector finds.
PLACES = """panel => {
  const numbers = [...document.querySelectorAll(`[data-panel="${panel}"] svg .number`)];
  return Object.fromEntries(numbers.map(one => {
    const box = one.getBoundingClientRect();
    return [one.textContent, [box.left + box.width / 2, box.top + box.height / 2]];
  }));
}"""
BOXES = """what => [...document.querySelectorAll(what)].map(one => {
  const { left, top, right, bottom } = one.getBoundingClientRect();
  return [left, top, right, bottom];
})"""


def test_four_channels_stand_as_two_by_two(open_stage):
    stage = open_stage(scenes.shuffled())
    at = stage.page.evaluate(PLACES, "input")
    assert at["0"][0] < at["1"][0] < at["4"][0] and at["0"][1] == pytest.approx(at["4"][1], abs=1)
    assert at["8"][0] == pytest.approx(at["0"][0], abs=1) and at["8"][1] > at["2"][1]
    stage.page.mouse.move(*at["4"])
    stage.wait("focus", "input:4")
    assert stage.cell_line().startswith("in[1,0,0] = 4")


def test_every_part_of_a_large_matrix_is_drawn_inside_its_window(open_stage):
    stage = open_stage(scenes.large_matrix())
    page, panel = stage.page, '.cells[data-panel="matrix"]'
    stage.press("End")
    frame, cells = page.evaluate(BOXES, f"{panel} > svg")[0], page.evaluate(BOXES, f"{panel} rect.cell")
    assert cells, "the window shows some entries"
    for left, top, right, bottom in cells:
        assert frame[0] - 1 <= left and right <= frame[2] + 1 and frame[1] - 1 <= top and bottom <= frame[3] + 1
    words = page.locator(".overview .note").inner_text()
    first, last, count = (int(one) for one in re.search(r"rows (\d+)–(\d+) of (\d+)", words).groups())
    rulers = [int(one) for one in page.locator(f"{panel} .ruler").all_text_contents()]
    assert count == 289 and first > 0 and last == 288 and {first, last} <= set(rulers) and first - 1 not in rulers
    page.mouse.move((frame[0] + frame[2]) / 2, frame[3] - 8)
    assert int((page.locator(".stage").get_attribute("data-focus") or "").removeprefix("matrix:")) // 64 == last
    page.locator(".overview .map").focus()
    page.keyboard.press("ArrowUp")
    assert f"rows {first}–" not in page.locator(".overview .note").inner_text()


def test_what_is_tied_outside_the_window_is_not_marked_below_it(open_stage):
    stage = open_stage(scenes.large_matrix())
    page, panel = stage.page, '.cells[data-panel="matrix"]'
    stage.press("o")
    stage.wait("order", "scatter")
    frame = page.evaluate(BOXES, f"{panel} > svg")[0]
    for mark in page.evaluate(BOXES, f"{panel} .step-mark, {panel} .window rect"):
        assert mark[3] <= frame[3] + 3 and mark[2] <= frame[2] + 3, "as far as it is in sight"


def test_what_can_be_typed_into_says_so(open_stage):
    stage = open_stage(scenes.transposed())
    label = {name: stage.page.locator(f'.cells[data-panel="{name}"]').get_attribute("aria-label")
             for name in ("input", "kernel", "output")}  # fmt: skip
    assert "Enter changes a value" in label["input"] and "Enter changes a value" in label["kernel"]
    assert "Enter pins a cell" in label["output"]


def test_the_picture_is_light_on_a_dark_page(open_stage):
    stage = open_stage(scenes.transposed())
    stage.theme("dark")
    stage.mount(scenes.transposed())
    stage.wait("theme", "dark")
    stage.page.locator("summary").click()
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name="Download this picture as SVG").click()
    drawn = download.value.path().read_text(encoding="utf-8").lower()
    light, dark = PALETTE["light"], PALETTE["dark"]
    assert light["ink"] in drawn and light["scales"]["input"][-1][1] in drawn
    assert dark["ink"] not in drawn and dark["background"] not in drawn


def test_the_words_of_a_picture_are_the_pages_and_meet_no_other(open_stage):
    """The picture has another font: what is wider there must neither run into its neighbor nor out of the sheet."""
    scene = example_scene(find_example("lecture-unpooling"))
    scene["panels"][0]["title"] = "values that come back"
    stage = open_stage(scene, width=390)
    stage.press("End")
    said = [" ".join(one.split()) for one in stage.page.locator(".heading").all_inner_texts()]
    shown = open_picture(stage)
    lines = shown.locator("svg > g > text")
    drawn = " ".join(lines.all_text_contents()).replace("\u00a0", " ")
    assert drawn.startswith(" ".join(said))
    boxes, (sheet,) = shown.evaluate(BOXES, "svg > g > text"), shown.evaluate(BOXES, "body > svg")
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] + 1 or other[2] <= one[0] + 1 or one[3] <= other[1] + 4 or other[3] <= one[1] + 4
        assert apart, (one, other)
    assert all(sheet[0] <= box[0] and box[2] <= sheet[2] for box in boxes)


@pytest.mark.parametrize("width", [390, 1100])
def test_a_line_to_where_a_value_came_from_runs_between_the_cells(open_stage, width):
    """It lies below them: under a cell nobody sees it."""
    x, values, op = pool_then_unpool({**find_example("lecture-pooling").case, "params": {"kernel_size": 2}})
    stage = open_stage(
        scene_of(op, values, View(order="scatter", pooled_from=tuple(x.flatten().tolist()))), width=width
    )
    places = torch.tensor(op.indices).flatten().tolist()
    for step in range(4):
        stage.wait("step", step)
        points = stage.page.locator("path.link").evaluate(POINTS)
        cells = stage.page.evaluate(BOXES, "rect.cell")
        assert len(cells) > 20 and [cell for cell in cells for at in points if is_in(cell, *at)] == [], step
        came, stands = (
            stage.page.evaluate(BOXES, f'[data-panel="{name}"] rect.cell')[cell]
            for name, cell in (("pooled", places[step]), ("input", step))
        )
        assert (points[0][0], points[-1][0]) == pytest.approx((came[2], stands[0]), abs=3), "from one to the other"
        stage.press("ArrowRight")


#: Places along a line, on the screen.
POINTS = """line => Array.from({ length: 101 }, (_, i) => {
  const at = line.getPointAtLength((i / 100) * line.getTotalLength()).matrixTransform(line.getScreenCTM());
  return [at.x, at.y];
})"""


def is_in(box, x, y):
    """Whether a point lies in a cell, by more than what the browser rounds."""
    return box[0] + 0.5 < x < box[2] - 0.5 and box[1] + 0.5 < y < box[3] - 0.5


def test_a_picture_of_a_part_says_so(open_stage):
    stage = open_stage(example_scene(find_example("d2l-matrix")), width=390)
    stage.page.locator(".views .button").nth(1).click()
    where = stage.page.locator(".overview .note").inner_text().splitlines()
    told = open_picture(stage).locator("svg > g > text").all_text_contents()
    assert sum("(part)" in line for line in told) == 2 and set(where) <= set(told)


def open_picture(stage):
    """Take the SVG away and look at it."""
    stage.page.locator("summary").click()
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name="Download this picture as SVG").click()
    stage.page.set_content(download.value.path().read_text(encoding="utf-8"))
    return stage.page


def test_all_readings_are_shown_where_they_can_be_read_and_else_the_first(open_stage):
    small, large = (example_scene(find_example(slug)) for slug in ("lecture-nearest", "upsample-areas"))
    stage = open_stage(width=1400, height=1000)
    for scene, wide in ((small, True), (large, False)):
        stage.mount(scene)
        chosen = stage.page.locator('.views [aria-checked="true"]').get_attribute("data-view")
        assert chosen == scene["views"][-1 if wide else 0]["id"]


def test_hatching_is_explained_on_the_first_panel_alone(open_stage):
    scene = scenes.padded()
    scene["panels"][2] |= {"ghost": [3], "ghost_title": "padding"}
    stage = open_stage(scene)
    assert stage.page.locator(".foot").all_text_contents() == ["padding"]
    assert stage.page.locator('figure[data-panel="input"] .foot').count() == 1


def test_the_wedge_reaches_from_what_is_read_to_what_is_written(open_stage):
    stage = open_stage(scenes.padded())
    (wedge, *_), (read, *_), (written, *_) = (
        stage.page.evaluate(BOXES, what)
        for what in (".under path", '[data-panel="input"] .window rect', '[data-panel="output"] .window rect')
    )
    assert wedge[0] == pytest.approx(read[2], abs=4) and wedge[2] == pytest.approx(written[0], abs=4)
    assert wedge[1] == pytest.approx(min(read[1], written[1]), abs=4)


def test_play_at_the_end_begins_anew(open_stage):
    stage = open_stage(scenes.transposed())
    stage.press("End")
    stage.wait("step", 24)
    stage.click("play")
    stage.wait("playing", "true")
    assert stage.step() < 3
    stage.click("play")
    stage.wait("playing", "false")
