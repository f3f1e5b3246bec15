"""Choosing a setting in the real app's popover, however slowly the page answers."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def choose(page: Page, label: str, option: str) -> None:
    """Choose in the select box of that name; all but the example are folded into a popover."""
    if label == "Example":
        pick(page.get_by_test_id("stMain"), label, option)
        return
    page.get_by_role("button", name="Settings").click()
    popover = page.get_by_test_id("stPopoverBody")
    pick(popover, label, option)
    page.keyboard.press("Escape")
    try:
        expect(popover).to_be_hidden()
    except AssertionError:  # the list was still closing, and took the key for itself
        page.keyboard.press("Escape")
        expect(popover).to_be_hidden(timeout=30_000)


def pick(place: Locator, label: str, option: str) -> None:
    """Open the select box and take an option."""
    place.get_by_role("combobox", name=label).or_(place.get_by_label(label).locator("input")).first.click()
    place.page.get_by_role("option", name=option, exact=True).click()
