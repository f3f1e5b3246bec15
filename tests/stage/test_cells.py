"""Pointing, pinning, typing: what a visitor does with single cells."""

from __future__ import annotations

from random import Random

import pytest

from explainer.player.captions import cell_pieces, format_number, text_of
from explainer.player.lookup import Lookup
from tests.stage import scenes

LIT = """id => {
  const path = document.querySelector(`.cells[data-panel="${id}"] .focus-mark`).getAttribute("d") || "";
  return path.split("M").length - 1;
}"""


def test_hovering_lights_the_same_products_on_all_panels(open_stage):
    stage = open_stage(scenes.transposed(), width=1900, height=1400)  # room for the whole matrix
    stage.page.mouse.move(*stage.point("kernel", 0))
    stage.wait("focus", "kernel:0")
    lookup = Lookup(scenes.transposed())
    kernel = lookup.panels[1]
    for panel, cells in lookup.lit(kernel, 0).items():
        assert stage.page.evaluate(LIT, panel) == len(cells), panel
    assert stage.cell_line().startswith("w[0,0] = 1 is used 4 times: out[0,0] += 1·1, ")
    stage.page.mouse.move(2, 2)
    stage.wait("focus", "")


def test_click_pins_and_click_or_escape_unpins(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.click(*stage.point("output", 12))
    stage.wait("pinned", "output:12")
    assert stage.cell_line() == "out[2,2] = 9·1 + 7·2 + 3·3 + 1·4 = ?"
    stage.press("End")
    assert stage.cell_line() == "out[2,2] = 9·1 + 7·2 + 3·3 + 1·4 = 36"
    stage.press("Home")
    stage.page.mouse.move(*stage.point("input", 0))
    stage.wait("focus", "output:12")
    stage.click("next")
    stage.wait("pinned", "output:12")
    stage.press("Escape")
    stage.wait("pinned", "")
    stage.page.mouse.click(*stage.point("input", 3))
    stage.wait("pinned", "input:3")
    stage.page.mouse.click(*stage.point("input", 3))
    stage.wait("pinned", "")


def test_a_click_leaves_the_arrow_keys_to_the_player(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.click(*stage.point("output", 3))
    stage.page.keyboard.press("ArrowRight")
    assert stage.step() == 1


def test_tab_gives_the_arrow_keys_to_a_panel(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator('.cells[data-panel="input"]').focus()
    stage.wait("focus", "input:0")
    stage.page.keyboard.press("ArrowDown")
    stage.page.keyboard.press("ArrowRight")
    stage.wait("focus", "input:3")
    assert stage.step() == 0
    assert "in[1,1] = 4 is multiplied" in (stage.page.locator("[aria-live]").text_content() or "")
    stage.page.locator('.cells[data-panel="output"]').focus()
    stage.page.keyboard.press("Enter")
    stage.wait("pinned", "output:0")


def test_a_tap_pins(open_stage):
    stage = open_stage(scenes.transposed(), width=390, height=844, has_touch=True)
    stage.page.touchscreen.tap(*stage.point("output", 0))
    stage.wait("pinned", "output:0")


def test_a_second_tap_edits(open_stage):
    stage = open_stage(scenes.transposed(), width=390, height=844, has_touch=True)
    stage.page.touchscreen.tap(*stage.point("input", 1))
    stage.wait("pinned", "input:1")
    stage.page.touchscreen.tap(*stage.point("input", 1))
    stage.page.locator(".editor").wait_for()


def test_an_empty_entry_of_the_matrix_says_what_does_not_reach_what(open_stage):
    stage = open_stage(scenes.transposed())
    box = stage.page.locator('.cells[data-panel="matrix"] rect.cell').first.bounding_box()
    stage.page.mouse.move(box["x"] + box["width"] * 1.6, box["y"] + box["height"] / 2)
    stage.wait("focus", "matrix:1")
    assert stage.cell_line() == "Cᵀ[0,1] = 0: in[0,1] does not reach out[0,0]"


def test_numbers_are_written_alike_in_javascript_and_python(open_stage):
    random = Random(0)
    values = [random.uniform(-1, 1) * 10 ** random.randint(-9, 9) for _ in range(2000)]
    values += [i / n for i in range(-30, 31) for n in (1, 2, 3, 7, 8, 9, 16)] + [999.95, 9999.5, 0.00099995, 1e6, 1e-4]
    stage = open_stage()
    for digits in (2, 3, 4):
        written = stage.page.evaluate(
            "([values, digits]) => values.map(v => window.module.formatNumber(v, digits))", [values, digits]
        )
        assert written == [format_number(value, digits) for value in values]


@pytest.mark.parametrize("name", [name for name in scenes.ALL if name != "large"])
def test_every_cell_says_the_same_in_javascript_and_python(open_stage, name):
    scene = scenes.ALL[name]()
    stage = open_stage()
    said = stage.page.evaluate(
        """scene => {
          const lookup = new window.module.Lookup(scene);
          return lookup.panels.map(panel => Array.from({ length: panel.cells },
            (_, cell) => window.module.textOf(window.module.cellPieces(lookup, panel, cell))));
        }""",
        scene,
    )
    lookup = Lookup(scene)
    for panel, sentences in zip(scene["panels"], said, strict=True):
        expected = [text_of(cell_pieces(lookup, panel, cell)) for cell in range(len(sentences))]
        assert sentences == expected, panel["id"]


def test_typing_a_value_tells_the_server_all_values_of_the_panel(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.dblclick(*stage.point("input", 2))
    editor = stage.page.locator(".editor")
    assert editor.input_value() == "3"
    editor.fill("-2.5")
    editor.press("Enter")
    edits = stage.calls("edit")
    assert [(edit["panel"], edit["values"]) for edit in edits] == [("input", [1, 2, -2.5, 4])]
    assert editor.count() == 0


def test_what_was_typed_is_kept_while_the_page_is_still_drawing_an_earlier_value(open_stage):
    stage = open_stage(scenes.transposed())
    page, editor = stage.page, stage.page.locator(".editor")

    def opened(cell: int) -> None:
        page.mouse.dblclick(*stage.point("input", cell))

    opened(0)
    editor.fill("7")
    editor.press("Enter")
    opened(3)
    editor.fill("8")
    editor.press("Enter")
    assert [edit["values"] for edit in stage.calls("edit")] == [[7, 2, 3, 4], [7, 2, 3, 8]]
    opened(1)
    editor.fill("9")
    scene = scenes.transposed()
    scene["panels"][0]["values"] = [7, 2, 3, 8]
    stage.mount(scene)
    assert editor.input_value() == "9"
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    assert page.evaluate("window.calls.at(-1)[1].values") == [7, 95, 3, 8]
    opened(0)
    stage.mount(scenes.pooled())
    assert editor.count() == 0, "another picture has other cells"


@pytest.mark.parametrize("typed", ["", "3"])
def test_nothing_or_the_same_value_is_no_edit(open_stage, typed):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.dblclick(*stage.point("input", 2))
    stage.page.locator(".editor").fill(typed)
    stage.page.locator(".editor").press("Enter")
    assert stage.calls("edit") == []


def test_a_value_counts_when_the_field_is_left(open_stage):
    """The "done" key of a phone sends no Enter."""
    stage = open_stage(scenes.transposed())
    stage.page.mouse.dblclick(*stage.point("input", 2))
    stage.page.locator(".editor").fill("6")
    stage.page.locator(".editor").blur()
    assert [edit["values"] for edit in stage.calls("edit")] == [[1, 2, 6, 4]]


def test_escape_drops_an_edit(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.dblclick(*stage.point("kernel", 4))
    stage.page.locator(".editor").fill("7")
    stage.page.locator(".editor").press("Escape")
    assert stage.page.locator(".editor").count() == 0
    assert stage.calls("edit") == []


def test_enter_edits_the_focused_cell(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator('.cells[data-panel="kernel"]').focus()
    stage.page.keyboard.press("ArrowRight")
    stage.page.keyboard.press("Enter")
    stage.page.locator(".editor").fill("8")
    stage.page.locator(".editor").press("Enter")
    assert stage.calls("edit")[0]["values"] == [1, 8, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(("panel", "cell"), [("output", 0), ("stretched", 0), ("vector", 1)])
def test_other_panels_cannot_be_edited(open_stage, panel, cell):
    stage = open_stage(scenes.transposed())
    stage.page.mouse.dblclick(*stage.point(panel, cell))
    assert stage.page.locator(".editor").count() == 0


def test_padding_cannot_be_edited(open_stage):
    stage = open_stage(scenes.padded())
    stage.page.mouse.dblclick(*stage.point("input", 0))
    assert stage.page.locator(".editor").count() == 0
    stage.page.mouse.dblclick(*stage.point("input", 7))
    assert stage.page.locator(".editor").input_value() == "1"
