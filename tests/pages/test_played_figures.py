"""The figures that play in the browser alone, by hand: the sliding window, the lens, a course of learning."""

from __future__ import annotations

import base64
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explainer.experiments.learning.course import Recipe
from explainer.stage.bundle import bundle
from explainer.threads import one_thread
from explainer.ui import sliding
from explainer.ui.learning.course import learned, player_data
from tests.browser import load

UI = Path(sliding.__file__).parent
NOON = datetime(2026, 1, 1, 12)
MOUNT = """data => window.module.default(
  { data, parentElement: document.getElementById('host'), setStateValue() {}, setTriggerValue() {} })"""


def mounted(browser, script: str, data: dict[str, Any]):
    """A page with the component in it, whose clock the test moves."""
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.clock.install(time=NOON)
    page.clock.pause_at(NOON + timedelta(seconds=1))  # else it goes on by itself, too
    page.set_content("<div id=host></div>")
    load(page, bundle(UI / script))
    page.evaluate(MOUNT, data)
    return page


def png(width: int, height: int) -> tuple[str, np.ndarray]:
    """A picture in which every pixel has a color of its own, as an address and as pixels."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(width) * 3, np.arange(height)[:, None] * 3
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode(), pixels


def pixel(page, canvas: str, x: int, y: int) -> list[int]:
    """The color of one pixel of a canvas."""
    read = "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)"
    return page.locator(canvas).first.evaluate(read, [x, y])


@pytest.fixture
def window(browser):
    """A photo of 40 x 30 with a place at every 10 pixels, 4 x 3 of them; each place has a class of its own."""
    places = list(range(12))
    sides = [{"side": 5, "labels": places, "agree": 0.5}, {"side": 9, "labels": [0] * 12, "agree": 0.97}]
    sides.append({"side": 13, "labels": [0] * 12, "agree": 0.997})
    whole = [(place + 1) % 12 for place in places]
    names, colors = [f"class {place}" for place in places], ["#00ff00"] * 12
    photo = png(40, 30)[0]
    data = {"photo": photo, "width": 40, "height": 30, "step": 10, "rows": 3, "columns": 4, "sides": sides}
    page = mounted(
        browser, "sliding.js", data | {"whole": whole, "names": names, "colors": colors, "accent": "#0000ff"}
    )
    page.locator(".says b").wait_for()
    yield page
    page.close()


def says(page) -> str:
    return page.locator(".says").text_content()


def test_the_window_names_the_pixel_in_its_middle_and_what_the_whole_photo_says(window):
    assert says(window) == "class 6 The whole photo says: class 7."
    for key, place in (("ArrowDown", 10), ("ArrowUp", 6), ("ArrowUp", 2), ("ArrowLeft", 1), ("ArrowRight", 2)):
        window.locator("canvas.photo").press(key)
        assert says(window) == f"class {place} The whole photo says: class {place + 1}.", key
    window.locator("input[type=range]").fill("1")
    assert says(window).startswith("class 0 ")
    assert "With 9 × 9 pixels, 97% of the places" in window.locator(".alone").text_content()
    window.locator("input[type=range]").fill("2")
    assert "With 13 × 13 pixels, >99% of the places" in window.locator(".alone").text_content(), "not all of them"


def test_the_patch_is_cut_out_around_the_place(window):
    seen = png(40, 30)[1]
    assert pixel(window, "canvas.patch", 2, 2) == [0, 0, 255]  # the middle is marked
    for x, y in ((3, 2), (0, 0), (4, 4), (1, 3)):
        assert pixel(window, "canvas.patch", x, y) == seen[10 + y - 2, 20 + x - 2].tolist()


def test_places_that_were_seen_take_their_class_color_and_the_middle_is_marked(window):
    for key in ("ArrowDown", "ArrowUp"):  # down to (20, 20), and back to (20, 10)
        window.locator("canvas.photo").press(key)
    green, blue = [[pixel(window, "canvas.photo", x, y)[part] for x, y in places] for part, places in (
        (1, ((17, 20), (22, 20), (20, 17), (20, 22), (15, 20), (25, 20), (20, 25), (10, 20))),
        (2, ((18, 8), (21, 11), (20, 10), (10, 10), (20, 15))),
    )]  # fmt: skip
    assert min(green[:4]) > 180 and max(green[4:]) < 120, "the last place is in its class's color, no other is"
    assert blue[:3] == [255] * 3 and max(blue[3:]) < 200


def test_sliding_goes_to_the_next_place_and_stops_when_asked(window):
    window.get_by_role("button", name="Slide").click()
    window.clock.run_for(150)
    assert says(window).startswith("class 7 ")
    window.clock.run_for(140)
    assert says(window).startswith("class 8 ")
    window.get_by_role("button", name="Pause").click()
    window.clock.run_for(1000)
    assert says(window).startswith("class 8 ")


@pytest.mark.parametrize("finer", [1, 2])
def test_the_lens_shows_the_same_window_of_every_picture(browser, finer):
    address, seen = png(40 * finer, 40 * finer)
    pictures = [{"uri": address, "title": name, "note": "", "alt": name} for name in "ab"]
    page = mounted(browser, "lens.js", {"pictures": pictures, "side": 40, "accent": "#0000ff", "start": [3, 5]})
    page.wait_for_function("() => [...document.querySelectorAll('canvas.close')].every(one => "
                           "one.getContext('2d').getImageData(9, 9, 1, 1).data[3])")  # fmt: skip
    corners = [pixel(page, "canvas.close", *place) for place in ((0, 0), (17, 17))]
    expected = [seen[5 * finer, 3 * finer], seen[(5 + 17) * finer, (3 + 17) * finer]]
    assert np.abs(np.array(corners) - np.array(expected)).max() <= 3 * finer  # the glass shows one of `finer` pixels
    page.locator(".lens").press("ArrowDown")
    page.locator(".lens").press("ArrowRight")
    assert np.abs(np.array(pixel(page, "canvas.close", 0, 0)) - seen[9 * finer, 7 * finer]).max() <= 3 * finer
    for _ in range(12):
        page.locator(".lens").press("ArrowRight")
    assert np.abs(np.array(pixel(page, "canvas.close", 0, 0)) - seen[9 * finer, 22 * finer]).max() <= 3 * finer
    page.close()


def test_the_lens_goes_to_the_next_photos_own_place_until_it_was_moved(browser):
    def place() -> list[int]:
        return page.locator(".lens").evaluate("lens => [lens.at.x, lens.at.y]")

    def photo(x: int, y: int) -> dict[str, Any]:
        pictures = [{"uri": png(40, 40)[0], "title": "a", "note": "", "alt": f"{x}"}]
        return {"pictures": pictures, "side": 40, "accent": "#0000ff", "start": [x, y]}

    page = mounted(browser, "lens.js", photo(3, 5))
    page.evaluate(MOUNT, photo(7, 2))
    assert place() == [7, 2]
    page.locator(".lens").press("ArrowRight")
    page.evaluate(MOUNT, photo(3, 5))
    assert place() == [11, 2]
    page.close()


def test_almost_all_is_not_all(browser):
    page = browser.new_page()
    load(page, bundle(UI / "photo" / "viewer" / "words.js"))
    given, written = [0.994, 0.997, 1, 0.0004, 0.05], ["99%", ">99%", "100%", "<0.1%", "5.0%"]
    assert page.evaluate("given => given.map(window.module.percent)", given) == written
    page.close()


@pytest.fixture(scope="module")
def course() -> dict[str, Any]:
    with one_thread():
        return player_data(learned(Recipe(kernel=4, steps=50)))


def test_a_course_is_stepped_by_keys_and_tells_each_look(browser, course):
    page = mounted(browser, "learning/learning.js", course)
    root, count = page.locator(".learning"), page.locator(".learn-count")
    last, dot = len(course["looks"]) - 1, page.locator(".learn-dot")
    curve = (page.locator(".learn-curve").get_attribute("points") or "").split(" ")
    for key, place in (("Home", 0), ("ArrowRight", 1), ("ArrowLeft", 0), ("End", last), ("ArrowRight", last)):
        root.press(key)
        assert count.text_content() == f"step {course['looks'][place]['step']} of {course['steps']}", key
        assert page.locator(".learn-says").text_content() == course["looks"][place]["says"]
        assert f"{dot.get_attribute('cx')},{dot.get_attribute('cy')}" == curve[course["looks"][place]["step"]]
    look = course["looks"][last]
    title = page.locator("figure:has(img) figcaption").first
    for psnr, told in ((look["psnr"], f"{look['psnr']:.1f} dB"), (145.8, "over 60 dB")):
        page.evaluate(MOUNT, {**course, "id": told, "looks": [{**look, "psnr": psnr}]})
        assert title.text_content() == f"answer · {told}"
    page.evaluate(MOUNT, course)
    root.press("End")
    rivals = [["learned", min(look["psnr"], course["cap"])], *course["rivals"]]
    widths = [
        float(one.removesuffix("px"))
        for one in page.locator(".learn-rival i").evaluate_all("all => all.map(one => one.style.width)")
    ]
    ahead = [max(0, min(value, course["cap"]) - course["floor"]) for _, value in rivals]
    assert widths == pytest.approx([90 * one / course["most_ahead"] for one in ahead], abs=0.1)
    page.close()


def test_a_course_plays_to_its_end(browser, course):
    page = mounted(browser, "learning/learning.js", course)
    page.add_style_tag(path=UI / "learning" / "learning.css")
    page.locator(".learning").press("Home")
    page.get_by_role("button", name="Play").click()
    colors = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    under_the_pointer = page.get_by_role("button", name="Pause")
    assert under_the_pointer.evaluate(colors) == ["rgb(255, 255, 255)", "rgb(19, 23, 34)"]
    page.clock.run_for(115)
    assert page.locator(".learn-count").text_content().startswith(f"step {course['looks'][1]['step']} ")
    page.clock.run_for(110 * (len(course["looks"]) + 2))
    assert page.locator(".learn-count").text_content().startswith(f"step {course['looks'][-1]['step']} ")
    assert page.get_by_role("button", name="Play").count() == 1
    page.get_by_role("button", name="Play").click()
    assert page.locator(".learn-count").text_content().startswith(f"step {course['looks'][0]['step']} "), "anew"
    page.close()


def test_a_weight_of_the_kernel_has_two_decimals_and_no_zero_has_a_sign(browser):
    page = browser.new_page()
    load(page, bundle(UI / "learning" / "kernels.js"))
    given, written = [0, -0.0045, -0.006, 0.5, -0.5, -1.234], ["0", "0", "−.01", ".50", "−.50", "−1.23"]
    given, written = [*given, 9.996, -51.69, 211.09], [*written, "10.0", "−51.7", "211"]  # diverged
    assert page.evaluate("given => given.map(window.module.short)", given) == written
