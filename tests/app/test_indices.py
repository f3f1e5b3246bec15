"""What the indices carry, in the browser: choosing an answer, following a pixel, the address, Back from a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


def test_an_answer_is_chosen_and_a_pixel_followed_through_all_poolings(visitor):
    page = visitor.open("what-the-indices-carry?dn_photo=Street")
    figure = page.locator(".indices")
    says = figure.locator(".ix-says")
    expect(says).to_contain_text("This photo's indices.", timeout=180_000)
    expect(says).to_contain_text("kept and put back")
    assert figure.locator(".ix-column").count() == 5
    lit = figure.locator(".ix-column").first.locator(".ix-four .lit")
    expect(lit).to_have_count(2)  # one was kept, and one was put back
    before = figure.locator(".ix-column canvas").nth(13).evaluate("canvas => canvas.toDataURL()")

    figure.get_by_role("radio", name=re.compile("Nearest neighbor")).check(force=True)
    expect(says).to_contain_text("put back to all four everywhere")
    expect(lit).to_have_count(5)
    assert figure.locator(".ix-column canvas").nth(13).evaluate("canvas => canvas.toDataURL()") != before
    page.wait_for_url(re.compile("dn_way=nearest"))

    tile = figure.locator(".ix-column canvas").first
    box = tile.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    row = (figure.locator(".ix-says").text_content() or "").split("Row ")[1].split(":")[0]
    counted = re.fullmatch(r"(\d+), column (\d+), finest pooling first", row)
    assert counted
    page.wait_for_url(re.compile(f"dn_at={counted[1]}-{counted[2]}$|dn_at={counted[1]}-{counted[2]}&"))  # both from 0
    mark = figure.locator(".ix-mark").evaluate("mark => [mark.style.left, mark.style.top].map(parseFloat)")
    assert mark == pytest.approx([25, 50], abs=2), "the same place of the photo, in percent"
    figure.focus()
    first = int(row.partition(",")[0])
    page.keyboard.press("ArrowDown")
    expect(says).to_contain_text(f"Row {first + 2},")
    page.keyboard.press("Shift+ArrowUp")
    expect(says).to_contain_text(f"Row {first + 2 - 16},")
    visitor.settle()
    row = (says.text_content() or "").split("Row ")[1].split(":")[0]
    page.wait_for_timeout(800)
    page.reload()
    expect(figure.locator(".ix-says")).to_contain_text(f"Row {row}:", timeout=60_000)
    expect(figure.locator(".ix-says")).to_contain_text("Nearest neighbor.")
