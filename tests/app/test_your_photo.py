"""Your photo in the real app and a real browser: pixels, classes, divider, swap, files, phone, dark."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.app.photo_page import QUICK, canvas, colors, ready, shows, viewer


def test_hover_click_keys_and_the_probability_map(visitor):
    page = visitor.open(QUICK)
    ready(visitor)
    readout = viewer(page).locator(".readout")
    canvas(page).hover(position={"x": 200, "y": 150})
    expect(readout).to_have_text(re.compile(r"row \d+, column \d+\s*cat\s*before the CRF: cat \d+%, .+, .+%"))
    box = canvas(page).bounding_box()
    canvas(page).click(position={"x": 200, "y": 150})
    page.mouse.move(box["x"] + 5, box["y"] - 40)
    expect(readout).to_contain_text("cat")
    before = readout.text_content()
    canvas(page).press("ArrowRight")
    assert readout.text_content() != before
    canvas(page).press("Escape")
    expect(readout).to_contain_text("Point at the picture")
    plain = colors(page)
    viewer(page).get_by_role("button", name="cat").click()
    expect(readout).to_contain_text("Probability of cat")
    assert (colors(page) != plain).mean() > 0.3
    viewer(page).get_by_role("button", name="cat").click()
    assert (colors(page) == plain).all()


def test_ways_of_looking_opacity_divider_and_the_address(visitor):
    page = visitor.open(QUICK)
    ready(visitor)
    filled = colors(page)
    viewer(page).get_by_label("Opacity").fill("0")
    assert (colors(page) != filled).mean() > 0.1
    viewer(page).get_by_text("Outline", exact=True).click()
    page.wait_for_function("location.search.includes('yp_view=outline')")
    viewer(page).get_by_text("Side by side", exact=True).click()
    expect(viewer(page).locator("canvas").nth(1)).to_be_visible()
    viewer(page).get_by_role("radiogroup", name="View").get_by_text("Divider").click()
    viewer(page).get_by_label("Opacity").fill("100")
    viewer(page).get_by_role("slider", name="Divider").fill("100")
    photo = colors(page)
    viewer(page).get_by_role("slider", name="Divider").fill("0")
    assert (colors(page) != photo).mean() > 0.3
    page.wait_for_function("location.search.includes('yp_view=divide%2C100') || location.search.includes('divide,100')")
    page.goto(page.url)
    ready(visitor)
    expect(viewer(page)).to_have_attribute("data-mode", "divide")


def test_the_receptive_field_is_drawn_around_a_clicked_pixel(visitor):
    page = visitor.open(QUICK)
    ready(visitor)
    canvas(page).click(position={"x": 150, "y": 120})
    marked = colors(page)
    viewer(page).get_by_text("Receptive field").click()
    drawn = colors(page)
    changed = np.nonzero((drawn != marked).any(2))
    assert len(changed[0]) > 500
    yellow = (np.abs(drawn - (253, 224, 71)) < 6).all(2)
    assert yellow.sum() > 50


def test_name_confidence_and_receptive_field_follow_the_cursor_to_the_last_pixel(visitor):
    page = visitor.open(QUICK)
    ready(visitor)
    viewer(page).get_by_text("Receptive field").click()
    tip, box = viewer(page).locator(".tip"), canvas(page).bounding_box()
    width, height = map(int, viewer(page).get_attribute("data-size").split("x"))

    def point(x: float, y: float) -> np.ndarray:
        page.mouse.move(box["x"] + x, box["y"] + y)
        return (np.abs(colors(page) - (253, 224, 71)) < 6).all(2)

    fields = [point(box["width"] * share, box["height"] * 0.5) for share in (0.3, 0.7)]
    centers = [np.nonzero(one)[1].mean() for one in fields]
    assert centers[1] - centers[0] > 0.2 * fields[0].shape[1], "the field of the finest map moves with the cursor"
    expect(tip).to_have_text(re.compile(r"^cat >?\d+%$"))
    place = tip.bounding_box()
    assert abs(place["x"] - box["x"] - box["width"] * 0.7) < 120 and abs(place["y"] - box["y"] - box["height"] / 2) < 60
    # The last pixel is read as itself up to the very edge; one further is no pixel any more.
    point(box["width"] / 2, box["height"] - 0.6)
    expect(viewer(page).locator(".readout")).to_contain_text(f"row {height - 1}, ")
    point(box["width"] - 0.6, box["height"] / 2)
    expect(viewer(page).locator(".readout")).to_contain_text(f", column {width - 1}")
    inside = tip.bounding_box()
    assert inside["x"] + inside["width"] <= box["x"] + box["width"] + 1
    assert inside["y"] + inside["height"] <= box["y"] + box["height"] + 1
    assert not point(box["width"] + 3, box["height"] / 2).any()
    expect(tip).to_be_hidden()
    expect(viewer(page).locator(".readout")).to_contain_text("Point at the picture")


def test_a_sample_is_chosen_by_its_thumbnail_and_stands_in_the_address(visitor):
    page = visitor.open(QUICK)
    ready(visitor)
    viewer(page).get_by_text("Outline", exact=True).click()
    page.locator(".picker label").filter(has_text="Castle").click()
    shows(visitor, "800 × 600")
    expect(page.get_by_text("Château de Chenonceau")).to_be_visible()
    expect(viewer(page)).to_have_attribute("data-mode", "outline")
    page.wait_for_function("location.search.includes('yp_photo=castle')")


def test_swap_play_and_two_networks(visitor):
    page = visitor.open(f"{QUICK}&yp_photo=astronaut&yp_more=Swap+the+upsampling")
    ready(visitor, 1)
    expect(page.get_by_text(re.compile(r"^0% changed\."))).to_be_visible()
    swap = viewer(page, 1)
    swap.get_by_text(re.compile("^Bed of nails")).click()
    expect(swap).to_have_attribute("data-layer", "3")
    page.get_by_role("tab", name="Look inside").click()
    visitor.settle()
    heads = viewer(page, 1)
    heads.get_by_role("button", name="Play").click()
    expect(heads).to_have_attribute("data-layer", "2")
    heads.get_by_role("button", name="Pause").click()
    page.get_by_role("tab", name="Two networks").click()
    visitor.settle()
    expect(viewer(page, 1)).to_have_attribute("data-mode", "divide")
    expect(page.get_by_text(re.compile("of the pixels the same label"))).to_be_visible()


def test_the_files_arrive_without_an_address(visitor, tmp_path):
    page = visitor.open(f"{QUICK}&yp_more=Take+away")
    ready(visitor)
    starts = {
        "Label map": b"\x89PNG",
        "Overlay": b"\x89PNG",
        "Figure": b"\x89PNG",
        "GIF": b"GIF89a",
        "CSV": b"id,class",
    }
    for label, start in starts.items():
        with page.expect_download() as download:
            page.locator(".files button").filter(has_text=label).click()
        assert download.value.url.startswith("blob:")
        target = tmp_path / download.value.suggested_filename
        download.value.save_as(target)
        assert target.read_bytes().startswith(start)
    shares = [float(row["share"]) for row in csv.DictReader(io.StringIO((tmp_path / "classes.csv").read_text()))]
    assert sum(shares) == pytest.approx(1, abs=1e-4)


def test_on_a_phone_everything_fits(visitor):
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    page = visitor.open(QUICK)
    ready(visitor)
    box = canvas(page).bounding_box()
    assert 300 < box["width"] <= 390
    viewer(page).get_by_text("Side by side", exact=True).click()
    first, second = (viewer(page).locator("canvas").nth(n).bounding_box() for n in (0, 1))
    assert second["y"] >= first["y"] + first["height"]
    for tab in ("Swap the upsampling", "Look inside", "Two networks", "Take away"):
        page.get_by_role("tab", name=tab).click()
        visitor.settle()
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        ink = viewer(page).locator(".readout").evaluate("e => getComputedStyle(e).color")
        assert (sum(map(int, re.findall(r"\d+", ink)[:3])) > 384) == (scheme == "dark")


def test_beside_a_tablets_picture_the_switches_names_are_whole(visitor):
    page = visitor.page
    page.set_viewport_size({"width": 820, "height": 1000})
    visitor.open(QUICK)
    ready(visitor)
    names = page.get_by_test_id("stMain").locator(".stCheckbox p")
    assert "Outlines along the photo's edges" in names.all_text_contents()
    cut = """all => all.map(one => [one, one.closest("[data-testid=stMarkdownContainer]")].map(each =>
      each.getBoundingClientRect().right)).map(([name, room]) => name - room)"""
    assert max(names.evaluate_all(cut)) <= 1
