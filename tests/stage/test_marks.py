"""What the stage marks: outlines, bands, veils, pins, flying products, hidden and padded cells, parts of a matrix."""

from __future__ import annotations

import re

import pytest
import torch

from explainer.examples.drawn import example_scene
from explainer.examples.table import find_example
from explainer.operators import Convolution, TransposedConvolution
from explainer.operators.kernels import counting
from explainer.palette import PALETTE
from explainer.player.numerals import format_number
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from tests.stage import scenes

LIGHT = PALETTE["light"]
RECTS = """what => [...document.querySelectorAll(what)].map(one => ["x", "y", "width", "height"].map(
  name => Number(one.getAttribute(name))))"""
#: Numbers in flight stay where they are, so that they can be read.
HOLD = "() => { Element.prototype.animate = () => ({}); }"


def panel(name: str, what: str = "") -> str:
    """Selects a panel's cells, or what is in them."""
    return f'.cells[data-panel="{name}"] {what}'.strip()


def test_scattered_cells_are_outlined_one_by_one_and_windows_whole(open_stage):
    stage = open_stage(example_scene(find_example("arith-dilation")))
    read = stage.page.locator(panel("input", ".step-mark")).get_attribute("d")
    assert read.count("M") == 9, "a 3 x 3 kernel with gaps"
    assert stage.page.locator(panel("input", ".window")).count() == 0
    stage.mount(scenes.padded())
    assert stage.page.locator(panel("input", ".step-mark")).get_attribute("d") == ""
    assert stage.page.locator(panel("input", ".window")).count() == 1


@pytest.mark.parametrize(("order", "step"), [("gather", 7), ("scatter", 2)])
def test_a_step_is_a_row_of_the_matrix_or_a_column(open_stage, order, step):
    stage = open_stage(scenes.stamped() | {"order": order, "step": step}, width=1300)
    (x, y, wide, high), *_ = stage.page.evaluate(RECTS, panel("matrix", ".window rect"))
    cells = stage.page.evaluate(RECTS, panel("matrix", "rect.cell"))
    side = min(one[2] for one in cells) + 2
    left, top = min(one[0] for one in cells), min(one[1] for one in cells)
    if order == "gather":
        assert round((y - top) / side) == step and high == pytest.approx(side, abs=3) and wide > 3 * side
    else:
        assert round((x - left) / side) == step and wide == pytest.approx(side, abs=3) and high > 8 * side


def test_pointing_veils_the_rest_with_a_dashed_frame_and_a_pin_makes_it_solid(open_stage):
    stage = open_stage(scenes.transposed())
    veil, pin = (stage.page.locator(panel("input", what)) for what in (".veil", ".pin-mark"))
    assert veil.get_attribute("opacity") == "0" and pin.get_attribute("d") == ""
    stage.page.mouse.move(*stage.point("input", 1))
    stage.wait("focus", "input:1")
    assert veil.get_attribute("opacity") == "0.55" and pin.get_attribute("stroke-dasharray") == "5 3"
    stage.page.mouse.click(*stage.point("input", 1))
    stage.wait("pinned", "input:1")
    assert pin.get_attribute("stroke-dasharray") == "none" and pin.get_attribute("d").startswith("M")
    stage.page.mouse.move(*stage.point("input", 2))
    stage.wait("focus", "input:1")
    assert stage.cell_line().startswith("in[0,1] = 2"), "what is pinned stays"


def test_a_panel_remembers_where_the_keys_were(open_stage):
    stage = open_stage(scenes.transposed())
    cells = stage.page.locator(panel("input"))
    cells.focus()
    stage.wait("focus", "input:0")
    for key in ("ArrowDown", "ArrowRight"):
        stage.page.keyboard.press(key)
    stage.wait("focus", "input:3")
    stage.page.locator(panel("kernel")).focus()
    stage.wait("focus", "kernel:0")
    cells.focus()
    stage.wait("focus", "input:3")


def test_what_flies_is_the_product_or_what_is_compared(open_stage):
    stage = open_stage(scenes.padded())
    stage.page.evaluate(HOLD)
    stage.click("next")
    x, kernel = (one["values"] for one in scenes.padded()["panels"][:2])
    products = [kernel[k] * x[k // 3 * 6 + 2 + k % 3] for k in range(9)]
    flying = stage.page.locator(".token text")
    assert [float(one.replace("−", "-")) for one in flying.all_text_contents()] == pytest.approx(products, abs=0.005)
    stage.mount(scenes.pooled())
    stage.click("next")
    assert flying.all_text_contents() == ["6", "3", "2", "1"]


def test_a_hidden_number_and_padding_look_like_what_they_are(open_stage):
    stage = open_stage(scenes.padded())
    numbers = stage.page.locator(panel("input", ".number"))
    assert numbers.nth(0).get_attribute("fill") == LIGHT["muted"]
    assert numbers.nth(7).get_attribute("fill") == LIGHT["ink"]
    stage.press("p")
    hidden = stage.page.locator(panel("output", '[data-state="hidden"]'))
    assert hidden.count() == 1 and hidden.get_attribute("stroke") == LIGHT["accent"]
    assert hidden.get_attribute("stroke-dasharray") != "none"
    assert stage.page.locator(".reveal").is_enabled()
    stage.press("v")
    assert stage.page.locator(".reveal").is_disabled() and hidden.count() == 0


def test_the_real_pixels_are_framed_and_cropped_rows_of_a_matrix_hatched(open_stage):
    op = TransposedConvolution(counting(3), stride=2, padding=1)
    stage = open_stage(scene_of(op, torch.ones(1, 2, 2).double(), View(readings=False)), height=1400)
    output = stage.page.evaluate(RECTS, panel("output", "rect.cell"))
    left, top = min(one[0] for one in output), min(one[1] for one in output)
    side = (max(one[0] for one in output) - left) / 4
    stage.page.wait_for_selector(panel("output", f'rect[stroke="{LIGHT["frame"]}"]'), state="attached")
    (x, y, wide, high), *_ = stage.page.evaluate(RECTS, panel("output", f'rect[stroke="{LIGHT["frame"]}"]'))
    assert (x - left, y - top) == pytest.approx((side, side), abs=2)
    assert (wide, high) == pytest.approx((3 * side, 3 * side), abs=2), "3 x 3 of 5 x 5"
    stage.page.locator('[data-view="matrix"]').click()
    crossed = stage.page.evaluate(RECTS, panel("matrix", 'rect[fill^="url(#hatch"]'))
    assert len(crossed) == 16 * 4, "whole rows"
    tops = sorted({one[1] for one in crossed})
    rows = {round((one - tops[0]) / (tops[1] - tops[0])) for one in tops}
    assert rows == set(range(25)) - {6, 7, 8, 11, 12, 13, 16, 17, 18}


def test_rulers_count_rows_and_columns_from_the_border(open_stage):
    kernel = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    op = Convolution(kernel, padding=(2, 1))
    stage = open_stage(scene_of(op, torch.ones(1, 3, 4).double(), View(matrix=False)))
    assert stage.page.locator(panel("input", ".ruler")).all_text_contents() == [
        "−1", "0", "1", "2", "3", "4", "−2", "−1", "0", "1", "2", "3", "4",
    ]  # fmt: skip


def test_a_windows_shift_is_the_smallest_and_its_vectors_go_along(open_stage):
    op = TransposedConvolution(counting(3), stride=2)
    scene = scene_of(op, torch.arange(1.0, 65).view(1, 8, 8).double(), View(matrix=True, readings=False))
    stage = open_stage(scene)
    stage.page.locator('[data-view="matrix"]').click()
    note = stage.page.locator(".overview .note")

    def span(axis: str) -> tuple[int, int]:
        found = re.search(rf"{axis} (\d+)–(\d+) of \d+", note.inner_text())
        assert found
        return int(found[1]), int(found[2])

    first, last = span("rows")
    assert first == 0
    stage.page.locator(".slider").fill(str(last + 1))
    stage.wait("step", last + 1)
    assert span("rows") == (1, last + 1), "as little as brings the row into sight"
    stage.press("End")
    rows, columns = span("rows"), span("columns")
    assert rows[1] == 288 and columns[1] == 63

    def rulers(name: str) -> set[str]:
        return set(stage.page.locator(panel(name, ".ruler")).all_text_contents())

    assert {str(rows[0]), str(rows[1]), str(columns[0]), str(columns[1])} <= rulers("matrix")
    assert stage.texts("y")[-1] == format_number(64 * 9) and len(stage.texts("y")) == rows[1] - rows[0] + 1
    assert stage.texts("x")[-1] == "64" and len(stage.texts("x")) == columns[1] - columns[0] + 1


def test_the_small_map_tells_negative_weights_by_their_color(open_stage):
    scene = scenes.large_matrix()
    kernel = next(one for one in scene["panels"] if one["id"] == "kernel")
    kernel["values"] = [-9, -8, -7, -6, 5, 6, 7, 8, 9]
    stage = open_stage(scene)
    seen = stage.page.locator(".overview canvas").evaluate("""one => {
      const data = one.getContext("2d").getImageData(0, 0, one.width, one.height).data;
      const found = new Set();
      for (let i = 0; i < data.length; i += 4)
        found.add("#" + [0, 1, 2].map(n => data[i + n].toString(16).padStart(2, "0")).join(""));
      return [...found];
    }""")
    scale = [color.lower() for _, color in LIGHT["scales"]["weight"]]
    assert {scale[0], scale[-1]} <= set(seen)


def test_words_suit_a_phone_and_the_question_mark_closes_what_it_opened(open_stage):
    narrow, wide = open_stage(scenes.transposed(), width=390), open_stage(scenes.transposed())
    assert narrow.cell_line().startswith("Tap a cell") and wide.cell_line().startswith("Point at a cell")
    wide.press("?")
    wide.page.wait_for_selector("dialog.help[open]")
    wide.page.keyboard.press("?")
    wide.page.wait_for_selector("dialog.help", state="detached")
