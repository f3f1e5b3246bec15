"""Shared by all tests: the references are importable, and one browser serves every test that needs one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

import explainer  # noqa: F401  (before torch: it says how torch's threads wait)
from tests.browser import launch

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Playwright runs once a thread, so there is one browser; without one the tests fail and say how to get it."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()
