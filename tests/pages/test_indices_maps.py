"""The maps of What the indices carry, unpacked and drawn in the browser: which pixel gets which number and color."""

from __future__ import annotations

from pathlib import Path

import pytest

from explainer.ui import indices
from tests.browser import load


@pytest.fixture
def page(browser):
    """A page that knows maps.js."""
    opened = browser.new_page()
    load(opened, (Path(indices.__file__).parent / "maps.js").read_text(encoding="utf-8"))
    yield opened
    opened.close()


def test_the_four_numbers_of_a_window_are_read_row_by_row(page):
    found = page.evaluate("() => window.module.windowAt([...Array(24).keys()], 6, 1, 2)")
    assert found == [16, 17, 22, 23]


def test_a_value_is_put_into_its_corner_or_into_all_four(page):
    found = page.evaluate("() => [...window.module.unpool([5, 7, 9], [2, 4, 1], 2, 6)]")
    assert found == [0, 0, 7, 7, 0, 9, 5, 0, 7, 7, 0, 0]


def test_the_lowest_value_is_the_page_and_the_highest_the_color(page):
    drawn = """() => {
      const canvas = document.createElement("canvas");
      window.module.paint(canvas, [-1, 3, 0, -1], 2, 2, "#ffffff", "#ff2000");
      return [...canvas.getContext("2d").getImageData(0, 0, 2, 2).data];
    }"""
    pixels = page.evaluate(drawn)
    assert pixels[:8] == [255, 255, 255, 255, 255, 32, 0, 255]
    assert pixels[8:12] == [255, 144, 128, 255]  # a quarter of the way, its square root in color
    assert pixels[12:] == pixels[:4]
