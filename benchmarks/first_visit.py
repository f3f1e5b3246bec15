"""What a browser's first visit costs the server, files and all: python benchmarks/first_visit.py [PAGE]

It starts the app itself, on 127.0.0.1 only, and opens a page in one new browser after the other; the first of them pays
for what is kept for the later ones. Prints a row for each: processor time of the server, requests, bytes.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Response, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load import WARM_UP, cpu, table  # noqa: E402
from tests.app.conftest import Visitor, serving  # noqa: E402
from tests.browser import launch  # noqa: E402

VISITS = 5


def visit(browser: Browser, address: str, page: str, process_id: int) -> list[str]:
    """One new browser; returns its row."""
    window = browser.new_context(viewport={"width": 1280, "height": 720})
    tab = window.new_page()
    answers: list[Response] = []
    tab.on("response", lambda answer: answers.append(answer))
    used, begun = cpu([process_id]), time.perf_counter()
    Visitor(tab, address).open(page)
    used, took = cpu([process_id]) - used, time.perf_counter() - begun
    size = sum(one.request.sizes()["responseBodySize"] for one in answers if not one.url.startswith("blob:"))
    window.close()
    return [f"{1000 * used:.0f} ms", f"{took:.1f} s", str(len(answers)), f"{size / 1e6:.1f} MB"]


def main(page: str) -> None:
    """Visit, and print."""
    with serving() as (address, process_id), sync_playwright() as playwright:
        browser = launch(playwright)
        time.sleep(WARM_UP)
        rows = ([str(n), *visit(browser, address, page, process_id)] for n in range(1, VISITS + 1))
        table(("visit", "processor of the server", "until it rests", "requests", "bytes"), rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What a browser's first visit costs the server.")
    parser.add_argument("page", nargs="?", default="", help="by its address, for example bed-of-nails; none: the first")
    main(**vars(parser.parse_args()))
