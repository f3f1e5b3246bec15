"""How fast the app answers: `python benchmarks/app.py`. Prints one table; asserts nothing.

- start: from `streamlit run` to the health check, and to the first page's heading in a browser
- change: from choosing another value to the changed number on screen, in a browser (median of several)
- rerun: one script run of a page on the server, torch loaded, with and without the freeze at start-up
- wire: bytes of a 64-step picture as it travels
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

PAGES = ("start", "transposed_convolution", "matrix_2d", "checkerboard", "side_by_side", "your_photo")


def start_and_change(repeats: int = 9) -> dict[str, float]:
    """Times in milliseconds, seen from a browser."""
    from playwright.sync_api import sync_playwright

    from tests.app.conftest import READY, serve
    from tests.browser import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        begun = time.perf_counter()
        with serve() as address:
            healthy = time.perf_counter()
            page = browser.new_page()
            page.goto(address, wait_until="domcontentloaded")
            page.get_by_role("heading", level=1).first.wait_for()
            first = time.perf_counter()
            page.goto(f"{address}/strided-convolution", wait_until="domcontentloaded")
            page.wait_for_selector(READY)
            page.wait_for_timeout(8000)  # torch's import beside the page has to be over
            page.get_by_role("button", name="Settings").click()
            changes = [change(page, "Dilation d", str(1 + n % 2)) for n in range(1, repeats + 1)]
        browser.close()
    return {
        "start: server answers": 1000 * (healthy - begun),
        "start: first page shown": 1000 * (first - begun),
        "change: median": statistics.median(changes),
        "change: slowest": max(changes),
    }


FIND_NOTE = """() => { const find = (root) => { for (const one of root.querySelectorAll('*')) {
    if (one.matches('figure[data-panel="output"] .note')) return one;
    const inside = one.shadowRoot && find(one.shadowRoot); if (inside) return inside; } return null; };
  return find(document); }"""


def change(page, label: str, option: str) -> float:
    """Choose in the open popover; milliseconds from the click to the new output on stage, by the browser's clock."""
    from tests.app.choosing import pick

    before = page.locator('figure[data-panel="output"] .note').first.text_content()
    page.evaluate("addEventListener('click', () => { window.clicked = performance.now(); }, { capture: true })")
    pick(page.get_by_test_id("stPopoverBody"), label, option)
    changed = (
        f"old => {{ const note = ({FIND_NOTE})(); return note && note.textContent !== old && performance.now(); }}"
    )
    shown = page.wait_for_function(changed, arg=before).json_value()
    return float(shown) - float(page.evaluate("window.clicked"))


def rerun(page: str, repeats: int = 15) -> dict[str, float]:
    """Median milliseconds of a page's script and a garbage collection behind it."""
    from streamlit.navigation.page import Page
    from streamlit.testing.v1 import AppTest

    from explainer.ui.frame import share_cores

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page(f"pages/{page}.py").run()
    spent: list[float] = []
    run_page = Page.run

    def timed(self: Page) -> None:
        begun = time.perf_counter()
        run_page(self)
        gc.collect(2)  # as explainer/ui/tidying.py does once a second
        spent.append(1000 * (time.perf_counter() - begun))

    Page.run = timed

    def once() -> float:
        app.run()  # what AppTest itself does with the result is not counted
        return spent[-1]

    share_cores()
    gc.unfreeze()
    loose = statistics.median(once() for _ in range(repeats))
    gc.collect()
    gc.freeze()
    frozen = statistics.median(once() for _ in range(repeats))
    Page.run = run_page
    return {f"rerun: {page}, not frozen": loose, f"rerun: {page}": frozen}


def wire() -> dict[str, float]:
    """KiB of a 64-step picture: three readings of an 8 x 8 input."""
    import torch

    from explainer.operators import TransposedConvolution
    from explainer.operators.kernels import counting
    from explainer.scene.scenes import scene_of
    from explainer.scene.transport import pack
    from explainer.scene.view import View

    op = TransposedConvolution(counting(3), stride=2, padding=1, output_padding=1)
    scene = scene_of(op, torch.arange(64.0).view(1, 8, 8).double(), View(readings=True, order="scatter"))
    return {"wire: 64 steps, KiB": len(json.dumps(pack(scene))) / 1024}


if __name__ == "__main__":
    argparse.ArgumentParser(description="How fast the app answers.").parse_args()
    found = start_and_change()
    for stem in PAGES:
        found |= rerun(stem)
    for name, value in {**found, **wire()}.items():
        print(f"{name:44} {value:8.1f}" + ("" if "KiB" in name else " ms"))
