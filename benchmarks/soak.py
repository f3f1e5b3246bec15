"""Visitors come, upload and leave: `python benchmarks/soak.py [ROUNDS [TABS]]` prints the memory after each round.

Each round opens TABS tabs of the last page, uploads a photo of its own in every one, waits for the answer, and closes
them. Memory has to come to rest: the last rounds may not grow. Linux only (it reads /proc).
"""

from __future__ import annotations

import io
import re
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


def photo(number: int) -> bytes:
    """A JPEG of about 1.5 MB that no other visitor has."""
    noise = np.random.default_rng(number).integers(0, 255, (900, 1200, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=80)
    return file.getvalue()


def memory(process_id: int) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def main(rounds: int = 5, tabs: int = 8) -> None:
    """Run the rounds."""
    from playwright.sync_api import sync_playwright

    from tests.app.conftest import serving
    from tests.browser import launch

    with sync_playwright() as playwright, serving() as (address, process_id):
        browser = launch(playwright)
        print(f"start                      {memory(process_id):7.0f} MB")
        for number in range(rounds):
            begun = time.perf_counter()
            pages = [browser.new_context().new_page() for _ in range(tabs)]
            for seat, page in enumerate(pages):
                page.goto(f"{address}/your-photo", wait_until="domcontentloaded")
                file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo(number * tabs + seat)}
                page.locator("input[type=file]").first.set_input_files(file, timeout=120_000)
            for page in pages:
                page.get_by_text("in milliseconds").first.wait_for(timeout=180_000)
            seconds = time.perf_counter() - begun
            for page in pages:
                page.context.close()
            time.sleep(35)  # longer than server.disconnectedSessionTTL
            print(f"round {number + 1}: {tabs} tabs, {seconds:4.0f} s   {memory(process_id):7.0f} MB", flush=True)
        browser.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
