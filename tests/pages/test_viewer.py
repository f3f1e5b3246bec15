"""The photo viewer alone, on made answers: every pixel's color, name and probability stand where they belong."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from explainer.photos import to_data_uri
from explainer.stage.bundle import bundle
from explainer.ui.photo import viewer
from explainer.ui.photo.picture import pack
from tests.browser import load

HERE = Path(viewer.__file__).parent
WIDTH, HEIGHT = 80, 60
GRAY = (120, 120, 120)
CLASSES = [["something else", "#000000"], ["bird", "#ff8800"], ["cat", "#0044ff"], ["dog", "#22cc66"]]
#: From 0 to 1, as `HEAT` of pixels.js.
DARK, BRIGHT = (13, 8, 50), (252, 250, 190)
MOUNT = """data => {
  window.told = [];
  const parentElement = document.getElementById("host");
  window.module.default({ data, parentElement, setStateValue: (...one) => window.told.push(one) });
}"""


def labels_of(left: int, right: int) -> np.ndarray:
    """A map with one class on the left and another on the right, and the background in the upper third."""
    labels = np.full((HEIGHT, WIDTH), right, np.uint8)
    labels[:, : WIDTH // 2] = left
    labels[: HEIGHT // 3] = 0
    return labels


def layer(title: str, labels: np.ndarray, legend: list[list[float]]) -> dict[str, Any]:
    return {"title": title, "labels": pack(labels), "legend": legend, "names": []}


def answer(**more: Any) -> dict[str, Any]:
    """A bird on the left and a cat on the right; the bird's probability grows from left to right, the cat's falls
    from the top to the bottom."""
    photo = to_data_uri(np.full((HEIGHT, WIDTH, 3), GRAY, np.uint8), jpeg=False)
    across = np.tile(np.linspace(0, 255, 8).round().astype(np.uint8), (6, 1))
    down = np.tile(np.linspace(200, 0, 6).round().astype(np.uint8)[:, None], (1, 8))
    shares = np.stack([np.full((6, 8), 2, np.uint8), across, down, np.full((6, 8), 51, np.uint8)])
    first = layer("", labels_of(1, 2), [[1, 0.3333, 0.91], [2, 0.3333, 0.62], [0, 0.3334, 0.5]])
    return {
        "photo": photo, "width": WIDTH, "height": HEIGHT, "classes": CLASSES, "layers": [first],
        "probabilities": {"height": 6, "width": 8, "data": pack(shares)}, "mode": "fill", "opacity": 1, **more,
    }  # fmt: skip


def two_layers(**more: Any) -> dict[str, Any]:
    layers = [layer("one", labels_of(1, 1), [[1, 0.6667, -1]]), layer("two", labels_of(3, 3), [[3, 0.6667, -1]])]
    return {name: value for name, value in answer(layers=layers, **more).items() if name != "probabilities"}


@pytest.fixture
def show(browser):
    """Mounts an answer on a blank page, and waits until it is drawn."""
    page = browser.new_page(viewport={"width": 700, "height": 760})

    def mounted(data: dict[str, Any]) -> Page:
        page.set_content(f"<style>{(HERE / 'viewer.css').read_text(encoding='utf-8')}</style><div id=host></div>")
        load(page, bundle(HERE / "viewer.js"))
        page.evaluate(MOUNT, data)
        page.wait_for_selector(".viewer[data-ready]")
        return page

    yield mounted
    page.close()


def drawn(page: Page) -> np.ndarray:
    """The first canvas's pixels (H, W, 3)."""
    data = page.locator("canvas").first.evaluate("one => one.toDataURL().split(',')[1]")
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def at(page: Page, row: float, column: float) -> tuple[int, ...]:
    """The color at a share of the height and the width."""
    pixels = drawn(page)
    return tuple(pixels[int(row * len(pixels)), int(column * pixels.shape[1])].tolist())


def point(page: Page, row: int, column: int) -> str:
    """Point at a pixel of the photo; what the viewer reads there."""
    box = page.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / WIDTH, box["y"] + (row + 0.5) * box["height"] / HEIGHT)
    return page.locator(".readout").inner_text()


def test_a_link_s_way_of_looking_outlives_an_answer_that_was_replaced_before_it_was_drawn(show):
    page = show(answer())
    page.evaluate("document.getElementById('host').replaceChildren()")
    page.evaluate(f"both => both.forEach({MOUNT})", [answer(mode="outline"), answer(mode="outline", crf=True)])
    page.wait_for_selector(".viewer[data-ready]")
    assert page.locator(".viewer").get_attribute("data-mode") == "outline"


def test_every_class_has_its_own_color_and_the_background_none(show):
    page = show(answer())
    assert at(page, 0.7, 0.2) == (255, 136, 0) and at(page, 0.7, 0.8) == (0, 68, 255)
    assert at(page, 0.1, 0.2) == GRAY, "something else is not painted"
    page.get_by_label("Opacity").fill("0")
    assert at(page, 0.7, 0.2) == at(page, 0.7, 0.8) == GRAY


def test_outlines_stand_at_the_borders_alone(show):
    page = show(answer(mode="outline"))
    assert at(page, 0.7, 0.2) == at(page, 0.7, 0.8) == at(page, 0.1, 0.5) == GRAY
    bright = (drawn(page) > 230).all(2)
    rows, columns = np.flatnonzero(bright[:, 20]), np.flatnonzero(bright[int(len(bright) * 0.7)])
    assert rows.mean() / len(bright) == pytest.approx(1 / 3, abs=0.03)
    assert columns.mean() / bright.shape[1] == pytest.approx(1 / 2, abs=0.03)


def test_a_probability_map_is_the_chosen_classs_from_dark_to_bright(show):
    page = show(answer())
    page.get_by_role("button", name="bird").click()
    near = pytest.approx
    assert at(page, 0.5, 0.01) == near(DARK, abs=12) and at(page, 0.5, 0.985) == near(BRIGHT, abs=12)
    assert at(page, 0.1, 0.5) == near(at(page, 0.9, 0.5), abs=3), "it does not depend on the row"
    page.get_by_role("button", name="cat").click()
    assert sum(at(page, 0.02, 0.5)) > sum(at(page, 0.98, 0.5)) and at(page, 0.98, 0.5) == near(DARK, abs=12)
    assert "Probability of cat" in page.locator(".readout").inner_text()
    page.get_by_role("button", name="cat").click()
    assert at(page, 0.7, 0.2) == (255, 136, 0)


@pytest.mark.parametrize("crf", [True, False])
def test_probabilities_are_said_to_be_the_networks_own_where_a_crf_decided(show, crf: bool) -> None:
    said = point(show(answer(crf=crf)), 0, 3)
    assert ("before the CRF: cat 78%" in said) == crf and "cat 78%" in said


def test_a_pixel_is_read_by_row_and_column_with_its_largest_probabilities(show):
    page = show(answer())
    told = point(page, 50, 10)
    assert told.startswith("row 50, column 10") and re.search(r"\bbird\b", told)
    assert page.locator(".readout .top").inner_text() == "dog 20%, cat 16%, bird 14%"
    assert "something else" in point(page, 5, 70) and "row 5, column 70" in point(page, 5, 70)
    assert re.search(r"cat 78%", point(page, 0, 3)), "the first row of the cat's falling probabilities"
    assert re.search(r"bird 100%", point(page, 30, 79)), "the last column of the bird's growing ones"


@pytest.mark.parametrize(("row", "column"), [(50, 10), (5, 70), (58, 78), (30, 40)])
def test_the_tip_stands_beside_the_pointer_and_inside_the_picture(show, row: int, column: int) -> None:
    page = show(answer())
    point(page, row, column)
    picture, tip = page.locator("canvas").first.bounding_box(), page.locator(".tip").bounding_box()
    x, y = (picture[at] + (n + 0.5) * picture[size] / full for at, n, size, full in
            (("x", column, "width", WIDTH), ("y", row, "height", HEIGHT)))  # fmt: skip
    near = [min(abs(tip[at] - to), abs(tip[at] + tip[size] - to)) for at, to, size in
            (("x", x, "width"), ("y", y, "height"))]  # fmt: skip
    assert near == pytest.approx([16, 16], abs=1.5)
    for at, size in (("x", "width"), ("y", "height")):
        assert picture[at] - 1 <= tip[at] and tip[at] + tip[size] <= picture[at] + picture[size] + 1


def test_arrow_keys_move_the_pixel_that_is_read(show):
    page = show(answer())
    canvas = page.locator("canvas").first
    canvas.focus()

    def place() -> list[int]:
        found = re.match(r"row (\d+), column (\d+)", page.locator(".readout").inner_text())
        assert found
        return [int(one) for one in found.groups()]

    page.keyboard.press("Shift+ArrowRight")
    first = place()
    assert first == [HEIGHT // 2, WIDTH // 2 + 1]
    for key, step in (("ArrowDown", [1, 0]), ("ArrowLeft", [0, -1]), ("ArrowUp", [-1, 0]), ("ArrowRight", [0, 1])):
        before = place()
        page.keyboard.press(f"Shift+{key}")
        assert [after - now for after, now in zip(place(), before, strict=True)] == step
    assert place() == first


def test_the_legend_names_color_share_and_confidence_of_each_class(show):
    page = show(answer())
    entries = page.locator(".legend .entry")
    assert [" ".join(one.split()) for one in entries.all_inner_texts()] == [
        "bird 33% mean confidence 91%", "cat 33% mean confidence 62%", "something else 33% mean confidence 50%",
    ]  # fmt: skip
    colors = entries.locator(".swatch").evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
    assert colors[:2] == ["rgb(255, 136, 0)", "rgb(0, 68, 255)"]


def test_left_of_the_divider_stands_the_photo_or_the_first_answer(show):
    page = show(answer(mode="divide"))
    assert at(page, 0.7, 0.2) == GRAY and at(page, 0.7, 0.8) == (0, 68, 255)
    page.get_by_role("slider", name="Divider").fill("10")
    assert at(page, 0.7, 0.2) == (255, 136, 0)
    page = show(two_layers(mode="divide"))
    assert at(page, 0.7, 0.2) == GRAY and at(page, 0.7, 0.8) == (255, 136, 0)
    page = show(two_layers(mode="divide", layer=1))
    assert at(page, 0.7, 0.2) == (255, 136, 0) and at(page, 0.7, 0.8) == (34, 204, 102)


def test_a_touch_that_the_page_takes_over_lets_go_of_the_divider(show):
    page = show(answer(mode="divide"))
    slider, canvas = page.get_by_role("slider", name="Divider"), page.locator("canvas").first
    box = canvas.bounding_box()

    def touch(kind: str, x: float) -> None:
        place = {"clientX": box["x"] + x * box["width"], "clientY": box["y"] + 20, "pointerId": 1, "bubbles": True}
        canvas.dispatch_event(kind, place)

    page.evaluate("HTMLCanvasElement.prototype.setPointerCapture = () => {}")  # of a finger that is not there
    for kind, x, stands in (("down", 0.5, "50"), ("move", 0.3, "30"), ("cancel", 0.3, "30"), ("move", 0.8, "30")):
        touch(f"pointer{kind}", x)
        assert slider.input_value() == stands, kind


def test_another_answer_brings_its_own_map_and_legend_and_play_goes_on_to_the_next(show):
    page = show(two_layers())
    assert at(page, 0.7, 0.5) == (255, 136, 0) and page.locator(".legend .name").all_inner_texts() == ["bird"]
    page.get_by_text("two", exact=True).click()
    assert at(page, 0.7, 0.5) == (34, 204, 102) and page.locator(".legend .name").all_inner_texts() == ["dog"]
    assert page.locator(".viewer").get_attribute("data-layer") == "1"
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector('.viewer[data-layer="0"]')
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_label("one", exact=True).is_checked()


def test_the_page_hears_of_the_way_of_looking_alone(show):
    page = show(answer())
    page.get_by_text("Outline", exact=True).click()
    page.wait_for_function("window.told.length > 0")
    assert page.evaluate("window.told") == [["view", "outline,100"]]
