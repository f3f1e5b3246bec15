"""The first page in the real browser, enlarged to twice its size."""

from __future__ import annotations

import pytest


def test_the_maps_that_do_not_fit_are_reached_by_keyboard(visitor):
    page = visitor.page
    page.set_viewport_size({"width": 640, "height": 360})  # 1280 x 720 at 200 %
    visitor.open()
    picture = page.get_by_alt_text("Real maps of a photo")
    picture.wait_for()
    visitor.settle()
    strip = picture.locator("..")
    hidden = strip.evaluate("strip => strip.scrollWidth - strip.clientWidth")
    assert hidden > 100
    for _ in range(60):
        page.keyboard.press("Tab")
        if strip.evaluate("strip => strip === document.activeElement"):
            break
    else:
        pytest.fail("the strip takes no focus")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "strip => strip.scrollLeft + strip.clientWidth >= strip.scrollWidth - 1", arg=strip.element_handle()
    )
