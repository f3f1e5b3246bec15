"""The app as a visitor meets it: deep links into a cold server, stepping, hovering, editing, links, files, phones."""

from __future__ import annotations

import gzip
import re
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from explainer.lessons import find_lesson
from explainer.ui.navigation import PAGES, entry
from tests.app.choosing import choose
from tests.app.conftest import Visitor, serve

STAMPS = ["5", "14", "10", "12", "14", "36", "24", "30", "15", "34", "20", "24", "24", "55", "32", "36"]


def stage(page: Page, number: int = 0):
    return page.locator(".stage").nth(number)


def shown(page: Page, panel: str, number: int = 0) -> list[str]:
    return stage(page, number).locator(f'figure[data-panel="{panel}"] .number').all_text_contents()


def button(page: Page, name: str):
    return stage(page).get_by_role("button", name=name, exact=True)


def count(page: Page):
    return stage(page).locator(".count")


def test_a_link_into_a_server_that_nobody_has_visited(browser):
    target = entry("your_photo")
    with serve() as address:
        visitor = Visitor(browser.new_page(), address)
        page = visitor.open(target.url_path)
        expect(page.get_by_test_id("stMain").locator("h1").first).to_be_visible()
        assert target.url_path in page.url
        expect(page.get_by_text("In a network", exact=True).first).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert visitor.problems == []
        page.close()


def test_playing_reaches_the_last_step_and_torchs_numbers(visitor):
    page = visitor.open("transposed-convolution")
    stage(page).get_by_role("radio", name="Zeros inserted").click()
    stage(page).locator("select.speed").select_option("8")
    button(page, "Play").click()
    expect(count(page)).to_have_text("4 / 4")
    expect(button(page, "Play")).to_be_visible()
    expect(stage(page).locator('figure[data-panel="direct"] .number')).to_have_text(STAMPS)


def test_keys_slider_and_order(visitor):
    page = visitor.open("transposed-convolution")
    button(page, "Play").focus()
    page.keyboard.press("End")
    expect(count(page)).to_have_text("4 / 4")
    stage(page).get_by_role("radio", name="Gather").click()
    expect(count(page)).to_have_text(re.compile(r"/ 16$"))
    slider = stage(page).get_by_role("slider")
    slider.fill("6")
    expect(count(page)).to_have_text("7 / 16")
    assert "=" in slider.get_attribute("aria-valuetext")


def test_the_formula_and_a_pinned_cell(visitor):
    page = visitor.open("strided-convolution")
    expect(stage(page).locator(".step-line")).to_contain_text("out[0,0] = ")
    expect(stage(page).locator(".step-line")).to_contain_text("= 6")
    button(page, "Last step").click()
    cells = stage(page).locator('figure[data-panel="output"] .cells')
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.8)
    expect(stage(page).locator(".cell-line")).to_contain_text("= 4")
    page.mouse.move(5, 5)
    expect(stage(page).locator(".cell-line")).to_contain_text("= 4")
    page.keyboard.press("Escape")
    expect(stage(page).locator(".cell-line")).not_to_contain_text("= 4")


def test_step_survives_theme_full_screen_and_an_unrelated_rerun(visitor):
    page = visitor.open("strided-convolution")
    button(page, "Next step").click()
    button(page, "Next step").click()
    expect(count(page)).to_have_text("3 / 9")
    page.emulate_media(color_scheme="dark")
    expect(count(page)).to_have_text("3 / 9")
    page.get_by_role("radio", name="numpy loop").click()
    expect(count(page)).to_have_text("3 / 9")
    button(page, "Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    expect(count(page)).to_have_text("3 / 9")
    choose(page, "Padding p", "0")  # the settings are there, and change what fills the screen
    visitor.settle()
    choose(page, "Padding p", "1")
    visitor.settle()
    assert page.evaluate("document.fullscreenElement !== null")
    place = page.locator("[data-full]")
    assert place.evaluate("one => [one.scrollHeight <= one.clientHeight, one.scrollWidth <= one.clientWidth]") == [
        True, True,
    ]  # fmt: skip
    box = stage(page).bounding_box()
    assert box["y"] + box["height"] <= page.evaluate("window.innerHeight")
    sizes = stage(page).locator(".number").evaluate_all("all => all.map(one => Number(one.getAttribute('font-size')))")
    assert min(sizes) >= 18
    button(page, "Last step").click()
    for _ in range(6):
        button(page, "Previous step").click()
    expect(count(page)).to_have_text("3 / 9")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function("document.fullscreenElement === null")
    expect(place).to_have_count(0)
    expect(count(page)).to_have_text("3 / 9")


def test_the_address_carries_the_state(visitor):
    page = visitor.open("transposed-convolution")
    choose(page, "Example", "Ones kernel, stride 2")
    visitor.settle()
    choose(page, "Stride s", "3")
    visitor.settle()
    button(page, "Last step").click()
    page.wait_for_function("location.search.includes('tc_stage_step=4')")
    address = page.url
    assert "tc_example=demystified" in address
    assert "tc_stride=3" in address
    numbers = shown(page, "output")
    page.goto(address)
    visitor.settle()
    expect(count(page)).to_have_text("4 / 4")
    assert shown(page, "output") == numbers


def test_the_link_below_follows_the_address(visitor):
    page = visitor.open("transposed-convolution")
    page.get_by_role("radio", name="Link").click()
    link = page.locator(".address")
    expect(link.locator("code")).to_have_text(page.url)
    button(page, "Last step").click()
    page.wait_for_function("location.search.includes('tc_stage_step=4')")
    expect(link.locator("code")).to_have_text(page.url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link.get_by_role("button").click()
    expect(link.get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => void (navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')))")
    expect(link.get_by_role("button")).to_have_text("Copy")
    link.get_by_role("button").click()
    expect(link.get_by_role("button")).to_have_text("Selected")
    assert page.evaluate("getSelection().toString()") == page.url


def test_back_and_forward_move_the_stage_and_the_settings(visitor):
    page = visitor.open("transposed-convolution")
    expect(count(page)).to_have_text("1 / 4")
    entries = page.evaluate("history.length")

    def added() -> int:
        return int(page.evaluate("history.length")) - entries

    def goes(move, order: str, step: str, view: str) -> None:
        move()
        visitor.settle()
        expect(stage(page)).to_have_attribute("data-order", order)
        expect(count(page)).to_have_text(re.compile(rf"^{step} /"))
        expect(stage(page).locator(".views [aria-checked=true]")).to_have_text(view)

    button(page, "Next step").click()
    button(page, "Next step").click()
    page.wait_for_function("location.search.includes('tc_stage_step=3')")
    assert added() == 0, "steps make no entries"
    stage(page).get_by_role("radio", name="Gather").click()
    stage(page).get_by_role("radio", name="Zeros inserted").click()
    assert added() == 2
    choose(page, "Stride s", "3")
    visitor.settle()
    page.wait_for_function("location.search.includes('tc_stride=3')")
    page.wait_for_timeout(600)
    choose(page, "Example", "Ones kernel, stride 2")
    visitor.settle()
    page.wait_for_function("location.search.includes('tc_example=demystified')")
    page.wait_for_timeout(600)
    assert added() == 4
    goes(page.go_back, "gather", "1", "Zeros inserted")
    assert "tc_stride=3" in page.url and "tc_example" not in page.url
    expect(page.get_by_text("s = 3")).to_be_visible()
    goes(page.go_back, "gather", "1", "Zeros inserted")
    expect(page.get_by_text("s = 2")).to_be_visible()
    goes(page.go_back, "gather", "1", "Stamp")
    goes(page.go_back, "scatter", "3", "Stamp")
    goes(page.go_forward, "gather", "1", "Stamp")
    assert added() == 4


def test_a_bad_link_says_so_and_falls_back(visitor):
    page = visitor.open(f"transposed-convolution?tc_example=nope&tc_stride=77&tc_input={quote('1 ?')}")
    expect(page.get_by_test_id("stAlert").filter(has_text="The link asks for example 'nope'")).to_be_visible()
    expect(page.get_by_test_id("stAlert").filter(has_text="The link asks for Stride s '77'")).to_be_visible()
    expect(page.get_by_test_id("stAlert").filter(has_text="'?' is not a number")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize(("path", "said"), [("nearest-neighbor", "nn_input=9"), ("max-unpooling", "mu_values=9")])
def test_typing_into_a_cell_recomputes(visitor, path, said):
    page = visitor.open(path)
    panels = page.locator('.stage figure[data-panel="input"]')
    cells = panels.first.locator(".cells")
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    editor = page.locator(".stage input.editor")
    editor.fill("9")
    editor.press("Enter")
    page.wait_for_function(f"location.search.includes('{said}')")
    visitor.settle()
    expect(panels.first.locator(".number").first).to_have_text("9")


@pytest.mark.parametrize(("label", "magic"), [("GIF", b"GIF8"), ("PNG", b"\x89PNG"), ("HTML", b"<!DOCTYPE html")])
def test_files_to_take_away(visitor, label, magic, tmp_path):
    page = visitor.open("bilinear-upsampling")
    page.get_by_role("radio", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    target = tmp_path / download.value.suggested_filename
    download.value.save_as(target)
    assert target.read_bytes().startswith(magic)


def test_a_lesson_asks_first_and_shows_both_pictures(visitor):
    page = visitor.open("transposed-convolution")
    lesson = find_lesson("padding-crops")
    assert lesson
    page.get_by_role("button", name=lesson.claim.strip("“”")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".stage")).to_be_visible()
    assert dialog.bounding_box()["y"] < 200
    expect(dialog.get_by_text("5 × 5 without padding")).to_have_count(0)
    dialog.get_by_role("radio", name="larger").click()
    expect(dialog.get_by_text("5 × 5 without padding, 3 × 3 with padding 1.")).to_be_visible()
    expect(dialog.locator('figure[data-panel="output"] .number')).not_to_have_count(0)
    dialog.get_by_role("radio", name="padding 0").click()
    expect(dialog.locator(".stage")).to_be_visible()
    page.wait_for_function("location.search.includes('lesson=padding-crops')")


def test_a_link_opens_a_lesson(visitor):
    page = visitor.open("bilinear-upsampling?lesson=align-corners")
    expect(page.get_by_role("dialog")).to_contain_text("align_corners is a detail.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page = visitor.open("bilinear-upsampling?lesson=no-such")
    expect(page.get_by_test_id("stAlert")).to_contain_text("a lesson that does not exist")


def test_the_menu_leads_to_a_page_of_every_section(visitor):
    page = visitor.open()
    for coming in {one.section: one for one in PAGES[1:]}.values():
        page.get_by_test_id("stTopNavSection").filter(has_text=coming.section).click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=re.compile(f"{re.escape(coming.title)}$")).click()
        expect(page.get_by_test_id("stMain").locator("h1").first).to_contain_text(coming.title.split(",")[0])
    visitor.settle()


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("your-photo", ".stCheckbox label > div:first-of-type"),
        ("checkerboard-artifacts", ".stSlider [role=group] > div > div:first-child"),
        ("", ".stProgress [role=progressbar] > div > div"),
    ],
)
def test_what_is_a_background_alone_is_seen_in_high_contrast(visitor, path, part):
    visitor.page.emulate_media(forced_colors="active")
    drawn = visitor.open(path).locator(part).first
    look = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).backgroundImage]"
    color, image = drawn.evaluate(look)
    assert image != "none" or not color.startswith(("rgb(255, 255, 255", "rgba(255, 255, 255")), (color, image)


def test_the_frontends_files_travel_compressed_and_for_ever(app):
    page = urlopen(f"{app}/").read().decode()
    found = re.search(r'src="\./(static/js/[\w.]+\.js)"', page)
    assert found
    asked = Request(f"{app}/{found[1]}", headers={"Accept-Encoding": "gzip"})
    for _ in range(2):
        with urlopen(asked) as answer, urlopen(f"{app}/{found[1]}") as plain:
            assert answer.headers["Content-Encoding"] == "gzip" and "immutable" in answer.headers["Cache-Control"]
            assert "Set-Cookie" not in answer.headers
            assert gzip.decompress(answer.read()) == plain.read()
