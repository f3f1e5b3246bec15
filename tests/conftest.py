"""Shared by all tests: the references are importable, and one browser serves every test that needs one."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from streamlit.components.v2 import manifest_scanner

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes of one thread each do more than two of two

import explainer  # noqa: F401  (before torch: it says how torch's threads wait)
from tests.browser import launch

sys.path.insert(0, str(Path(__file__).parent))
#: Every AppTest looks for components in all installed packages, which takes up to half a second; once is enough.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)
#: A busy machine is no failure: what is waited for comes at once, or never.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Playwright runs once a thread, so there is one browser; without one the tests fail and say how to get it."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()
