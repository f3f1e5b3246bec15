"""The sample point of the bilinear page: moved by mouse, finger and keys, with torch's numbers beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page

from explainer.operators import Bilinear, to_nested
from explainer.stage.bundle import bundle
from explainer.ui import sampling
from explainer.ui.sampling import sampling_data
from tests.browser import load

X = torch.tensor([[1.0, 2], [3, 4]], dtype=torch.float64)
MOUNT = "data => window.module.default({ data, parentElement: document.getElementById('host') })"


@pytest.fixture
def point(browser):
    """A page with the point in it, on a screen that takes fingers too."""
    page = browser.new_page(viewport={"width": 480, "height": 640}, has_touch=True)
    css = (Path(sampling.__file__).parent / "sampling.css").read_text(encoding="utf-8")
    page.set_content(f"<style>{css}</style><div id=host></div>")
    load(page, bundle(Path(sampling.__file__).parent / "sampling.js"))
    page.evaluate(MOUNT, json.loads(sampling_data(Bilinear(2), to_nested(X))))
    yield page
    page.close()


def shown(page: Page) -> tuple[float, float, float]:
    """Row, column and value."""
    root = page.locator(".sampling")
    row, column = map(float, root.get_attribute("data-at").split(","))
    return row, column, float(root.get_attribute("data-value"))


def asked(row: float, column: float) -> float:
    """What torch says at one place, asked by itself."""
    grid = torch.tensor([[[[2 * column - 1, 2 * row - 1]]]], dtype=torch.float64)
    return float(F.grid_sample(X[None, None], grid, align_corners=True, padding_mode="border"))


def place(page: Page, row: float, column: float) -> tuple[float, float]:
    """Where on the screen that is: the drawing is one pixel larger than the map on each axis."""
    box = page.locator(".board svg").bounding_box()
    return box["x"] + (column + 1) * box["width"] / 3, box["y"] + (row + 1) * box["height"] / 3


def test_mouse_and_keys_move_the_point_and_the_numbers_are_torchs(point):
    assert shown(point)[2] == pytest.approx(asked(0.25, 0.25), abs=1e-5)
    assert "out[1,1]" in point.locator(".place").text_content()
    point.mouse.move(*place(point, 0.25, 0.25))
    point.mouse.down()
    for row, column in ((0.5, 0.9), (0.67, 0.42), (-0.4, 1.4)):
        point.mouse.move(*place(point, row, column), steps=3)
        found = shown(point)
        assert abs(found[0] - row) < 0.1 and abs(found[1] - column) < 0.1
        assert found[2] == pytest.approx(asked(*found[:2]), abs=1e-5)
    point.mouse.up()
    before = shown(point)
    point.mouse.move(*place(point, 0.5, 0.5))
    assert shown(point) == before, "let go"
    point.mouse.click(*place(point, 0.5, 0.5))
    weights = point.locator(".board text").filter(has_text="×").all_text_contents()
    assert weights == ["× 0.25"] * 4
    assert point.locator(".sum").text_content() == "0.25 · 1 + 0.25 · 2 + 0.25 · 3 + 0.25 · 4 = 2.5"
    point.locator(".board").focus()
    point.keyboard.press("ArrowRight")
    point.keyboard.press("ArrowUp")
    row, column, value = shown(point)
    assert row < 0.5 < column and value == pytest.approx(asked(row, column), abs=1e-5)
    assert "=" in point.locator("[aria-live]").text_content() and "=" in point.locator(".board").get_attribute(
        "aria-label"
    )


def test_a_finger_drags_the_point_and_a_tap_moves_it(point):
    hand = point.context.new_cdp_session(point)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", *place(point, 0.25, 0.25))
    for share in (0.3, 0.5, 0.8):
        touch("touchMove", *place(point, share, share))
        point.wait_for_timeout(60)  # the browser hands on one movement a frame
    touch("touchEnd")
    row, column, value = shown(point)
    assert abs(row - 0.8) < 0.1 and abs(column - 0.8) < 0.1
    assert value == pytest.approx(asked(row, column), abs=1e-5)
    point.touchscreen.tap(*place(point, 0.0, 1.0))
    assert shown(point) == (0.0, 1.0, 2.0)


def test_an_output_pixel_is_named_by_row_and_column(point):
    point.mouse.click(*place(point, 0.25, 0.75))
    assert shown(point)[:2] == (0.25, 0.75)
    assert "out[1,2]" in point.locator(".place").text_content()


def test_the_pixels_square_and_its_middle_lie_around_the_point(point):
    point.mouse.click(*place(point, 0.5, 0.75))
    assert shown(point)[:2] == pytest.approx((0.5, 0.75), abs=0.05)
    x, y = place(point, *shown(point)[:2])
    side = point.locator(".board svg").bounding_box()["width"] / 3
    for name, wide in ((".square", side), (".board .point", 16)):
        box = point.locator(name).bounding_box()
        assert (box["width"], box["height"]) == pytest.approx((wide, wide), abs=4)
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert middle == pytest.approx((x, y), abs=1.5), name


def test_the_dots_lie_where_the_output_pixels_do(point):
    found = point.locator(".dot").evaluate_all("all => all.map(one => [one.cy.baseVal.value, one.cx.baseVal.value])")
    side = point.locator(".board svg").evaluate("svg => svg.viewBox.baseVal.width") / 3
    places = (0, 0.25, 0.75, 1)  # two pixels enlarged twice: -0.25 and 1.25 are clamped, as torch does
    expected = [((row + 1) * side, (column + 1) * side) for row in places for column in places]
    assert np.allclose(found, expected, atol=0.01 * side)


def test_with_shift_an_arrow_moves_by_half_a_pixel_and_not_over_the_border(point):
    point.mouse.click(*place(point, 0.0, 1.0))
    point.locator(".board").focus()
    for key, there in (
        ("ArrowDown", (0.5, 1.0)), ("ArrowLeft", (0.5, 0.5)), ("ArrowUp", (0.0, 0.5)), ("ArrowRight", (0.0, 1.0)),
        ("ArrowRight", (0.0, 1.5)), ("ArrowRight", (0.0, 1.5)),
    ):  # fmt: skip
        point.keyboard.press(f"Shift+{key}")
        assert shown(point)[:2] == there, key
        assert shown(point)[2] == pytest.approx(asked(*there), abs=1e-5)
