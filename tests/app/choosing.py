"""Choosing a setting in the real app's popover, however slowly the page answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def choose(page: Page, label: str, option: str) -> None:
    """Choose in the select box of that name; all but the example are folded into a popover."""
    folded = label != "Example"
    place = page.get_by_test_id("stPopoverBody") if folded else page.get_by_test_id("stMain")
    if folded:
        until(place, True, page.get_by_role("button", name="Settings").click)
    place.get_by_role("combobox", name=label).or_(place.get_by_label(label).locator("input")).first.click()
    page.get_by_role("option", name=option, exact=True).click()
    if folded:
        until(place, False, lambda: page.keyboard.press("Escape"))


def until(place: Locator, visible: bool, act: Callable[[], None]) -> None:
    """Act, and again where nothing came of it: an Escape that a list still closing takes does not close the popover."""
    for patience in (3_000, 3_000, 60_000):
        act()
        with contextlib.suppress(AssertionError):
            return expect(place).to_be_visible(visible=visible, timeout=patience)
    raise AssertionError(f"still {'hidden' if visible else 'shown'}: {place}")
