"""Mounting: what survives when Streamlit calls the stage again, and how it looks where."""

from __future__ import annotations

import base64
from array import array
from itertools import pairwise

import pytest

from explainer.palette import PALETTE, cell_color
from tests.stage import scenes


def fill(stage, panel: str, cell: int) -> str:
    return stage.page.locator(f'.cells[data-panel="{panel}"] rect.cell').nth(cell).get_attribute("fill")


def test_equal_data_keeps_everything(open_stage):
    stage = open_stage(scenes.transposed())
    stage.press("o", "ArrowRight")
    stage.page.locator(".speed").select_option("4")
    stage.page.mouse.click(*stage.point("output", 3))
    stage.page.evaluate("document.querySelector('.cells svg').id = 'mark'")
    stage.mount(scenes.transposed())
    stage.wait("order", "scatter")
    stage.wait("pinned", "output:3")
    assert stage.step() == 1
    assert stage.page.locator(".speed").input_value() == "4"
    assert stage.page.locator("#mark").count() == 1, "nothing was drawn anew"


def test_equal_data_does_not_stop_a_playing_stage(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator(".speed").select_option("8")
    stage.click("play")
    stage.mount(scenes.transposed())
    stage.wait("playing", "true")
    stage.wait("step", 24)


def test_other_values_keep_the_place(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator(".slider").fill("12")
    stage.mount(scenes.transposed(values=[10, 20, 30, 40]))
    assert stage.step() == 12
    assert stage.line() == "out[2,2] = 9·10 + 7·20 + 3·30 + 1·40 = 360"
    assert stage.texts("output")[12] == "360"


def test_another_shape_starts_where_its_scene_says(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator(".slider").fill("12")
    stage.page.mouse.click(*stage.point("output", 3))
    stage.mount(scenes.transposed(3) | {"step": 5, "order": "scatter", "name": "another example"})
    stage.wait("order", "scatter")
    assert stage.step() == 5
    stage.wait("pinned", "")


def test_another_shape_forgets_the_step_of_the_link_and_says_so(open_stage):
    stage = open_stage(scenes.transposed() | {"step": 7})
    stage.mount(scenes.transposed(3) | {"step": 7})
    assert stage.step() == 0
    stage.wait_for_address("step", 1)


def test_the_start_may_come_from_the_scene(open_stage):
    stage = open_stage(scenes.transposed() | {"step": 7})
    assert stage.step() == 7
    assert stage.texts("output")[7] == "14"


def test_two_stages_on_a_page_do_not_disturb_each_other(open_stage):
    stage = open_stage(scenes.transposed())
    stage.mount(scenes.pooled(), id="other")
    stage.page.locator("#other .button.next").click()
    assert stage.page.locator("#host .stage").get_attribute("data-step") == "0"
    assert stage.page.locator("#other .stage").get_attribute("data-step") == "1"


def test_a_shadow_root_will_do(open_stage):
    stage = open_stage()
    stage.page.evaluate(
        """scene => {
          const shadow = document.getElementById("host").attachShadow({ mode: "open" });
          window.module.default({ data: { scene }, parentElement: shadow, setStateValue: () => {} });
        }""",
        scenes.pooled(),
    )
    stage.page.locator("#host .button.next").click()
    stage.wait("step", 1)


def test_unmounting_stops_the_clock(open_stage):
    stage = open_stage(scenes.transposed())
    stage.click("play")
    stage.page.evaluate("window.unmount()")
    stage.wait("playing", "false")


def test_packed_columns_are_read(open_stage):
    scene = scenes.transposed()
    packed = {
        name: f"i2:{base64.b64encode(array('h', column).tobytes()).decode()}" for name, column in scene["ties"].items()
    }
    stage = open_stage(scene | {"ties": packed})
    stage.page.locator(".slider").fill("12")
    assert stage.line() == "out[2,2] = 9·1 + 7·2 + 3·3 + 1·4 = 36"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_page_and_colors_agree_with_python(open_stage, theme):
    stage = open_stage(scenes.padded())
    stage.press("ArrowRight")
    stage.theme(theme)
    stage.mount(scenes.padded())
    stage.wait("theme", theme)
    assert stage.step() == 1
    kernel, output = (scenes.padded()["panels"][i]["values"] for i in (1, 2))
    for cell, value in enumerate(kernel):
        assert fill(stage, "kernel", cell) == cell_color("weight", value, 2.0, theme)
    vmax = max(abs(value) for value in output)
    assert fill(stage, "output", 1) == cell_color("output", output[1], vmax, theme)
    assert fill(stage, "output", 2) == PALETTE[theme]["blank"]


@pytest.mark.parametrize("name", scenes.ALL)
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_page_scrolls_sideways(open_stage, name, width):
    stage = open_stage(scenes.ALL[name](), width=width, height=844)
    assert stage.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    overlaps = stage.page.evaluate("""() => {
      const boxes = [...document.querySelectorAll(".panel")].map(p => p.getBoundingClientRect());
      return boxes.some((a, i) => boxes.some((b, j) => i < j
        && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
    }""")
    assert not overlaps


def test_a_large_matrix_is_seen_through_a_window_that_follows_the_step(open_stage):
    scene = scenes.large()
    names = [("maps", [0]), ("matrix", [2])]
    stage = open_stage(scene | {"views": [{"id": name, "label": name, "lanes": lanes} for name, lanes in names]})
    stage.page.locator('[data-view="matrix"]').click()
    rows = '.cells[data-panel="matrix"] .ruler'
    assert "0" in stage.page.locator(rows).all_text_contents()
    stage.press("End")
    assert "288" in stage.page.locator(rows).all_text_contents()
    assert stage.page.locator('.cells[data-panel="matrix"] .window').count() >= 1
    box = stage.page.locator('.cells[data-panel="matrix"]').bounding_box()
    stage.page.mouse.move(box["x"] + box["width"] - 12, box["y"] + box["height"] - 12)
    stage.wait("focus", f"matrix:{289 * 64 - 1}")
    assert stage.cell_line().startswith("Cᵀ[288,63] = 9")


def test_the_small_map_of_a_large_matrix_follows_the_step_and_moves_the_window(open_stage):
    stage = open_stage(scenes.large_matrix())
    page = stage.page
    area, glass = page.locator(".overview .map"), page.locator(".overview .glass")
    rulers = page.locator('.cells[data-panel="matrix"] .ruler')

    def share() -> tuple[float, float]:
        """How far down the map the frame begins, and how much of the map it covers."""
        whole, part = area.bounding_box(), glass.bounding_box()
        return (part["y"] - whole["y"]) / whole["height"], part["height"] / whole["height"]

    start, covered = share()
    seen = int(page.locator('.cells[data-panel="matrix"]').bounding_box()["height"] // 20)
    assert start == 0 and covered < 0.2 and abs(covered - seen / 289) < 0.05
    assert page.locator(".overview canvas").evaluate(
        "one => new Set(one.getContext('2d').getImageData(0, 0, one.width, one.height).data).size > 3"
    )
    stage.press("End")
    assert share()[0] + share()[1] > 0.97
    box = area.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    assert 0.3 < share()[0] < 0.6 and "288" not in rulers.all_text_contents()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 40, steps=4)
    page.mouse.up()
    assert share()[0] == 0 and "0" in rulers.all_text_contents()
    step = stage.step()
    area.focus()
    page.keyboard.press("ArrowDown")
    assert share()[0] > 0 and stage.step() == step, "the arrow keys move the window, not the player"
    assert "columns" in area.get_attribute("aria-label")


def test_eighty_one_squared_stays_usable(open_stage):
    scene = scenes.huge()
    stage = open_stage(scene)
    assert stage.page.locator("canvas").count() == 2
    stage.page.locator(".slider").fill("6560")
    stage.wait("step", 6560)
    stage.press("o", "End")
    stage.wait("step", 1599)
    painted = stage.page.evaluate("""() => {
      const canvas = document.querySelector('[data-panel="output"] canvas');
      const data = canvas.getContext("2d").getImageData(canvas.width - 20, canvas.height - 20, 1, 1).data;
      return [...data];
    }""")
    assert painted[3] == 255


def test_full_screen_and_back(open_stage):
    stage = open_stage(scenes.transposed())
    stage.press("ArrowRight", "f")
    stage.page.wait_for_function("document.fullscreenElement || document.querySelector('.stage.filling')")
    stage.mount(scenes.transposed())
    assert stage.page.evaluate("Boolean(document.fullscreenElement || document.querySelector('.stage.filling'))")
    assert stage.step() == 1
    stage.press("f")
    stage.page.wait_for_function("!document.fullscreenElement && !document.querySelector('.stage.filling')")
    assert stage.step() == 1


def test_printing_is_light_and_without_controls(open_stage):
    stage = open_stage(scenes.transposed())
    stage.theme("dark")
    stage.mount(scenes.transposed())
    stage.wait("theme", "dark")
    stage.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    stage.wait("theme", "light")
    stage.mount(scenes.padded())
    stage.wait("theme", "light")
    stage.page.emulate_media(media="print")
    assert not stage.page.locator(".toolbar").is_visible()
    assert stage.page.locator(".step-line").is_visible()
    stage.page.emulate_media(media="screen")
    stage.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    stage.wait("theme", "dark")


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_can_be_taken_away(open_stage, kind):
    stage = open_stage(scenes.transposed())
    stage.theme("dark")
    stage.mount(scenes.transposed())
    stage.page.locator("summary").click()
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name=f"Download this picture as {kind.upper()}").click()
    assert download.value.suggested_filename == f"transposed-convolution-step-1.{kind}"
    data = download.value.path().read_bytes()
    assert data.startswith(b"<svg" if kind == "svg" else b"\x89PNG")
    stage.wait("theme", "dark")


def test_a_pictures_name_figure_and_sentence_stand_below_each_other_and_inside(open_stage):
    stage = open_stage(scenes.transposed())
    stage.page.locator("summary").click()
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name="Download this picture as SVG").click()
    shown = stage.page
    shown.set_content(download.value.path().read_text(encoding="utf-8"))
    title, *sentence = (one.bounding_box() for one in shown.locator("svg > text").all())
    figure, sheet = shown.locator("svg > g").bounding_box(), shown.locator("svg").bounding_box()
    column = [title, figure, *sentence]
    assert len(column) >= 3 and shown.locator("svg > g rect").count() >= 4 + 9 + 25
    assert all(above["y"] + above["height"] <= below["y"] + 2 for above, below in pairwise(column))
    for box in column:
        for at, size in (("x", "width"), ("y", "height")):
            assert sheet[at] <= box[at] and box[at] + box[size] <= sheet[at] + sheet[size]


def test_names_for_those_who_listen(open_stage):
    stage = open_stage(scenes.transposed())
    root = stage.page.locator(".stage").first
    assert root.get_attribute("role") == "group"
    assert root.get_attribute("aria-label") == "Transposed convolution, step by step"
    nameless = stage.page.locator("#host button").evaluate_all(
        "all => all.filter(b => !(b.getAttribute('aria-label') || b.textContent).trim()).length"
    )
    assert nameless == 0
