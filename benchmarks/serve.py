"""In this process or on a server of networks: `python benchmarks/serve.py [ADDRESS [SECONDS]]`. Prints one table.

1 to 64 visitors ask without a pause, each for a photo of its own, through the app's own line: one at a time in process,
all at once from the server at ADDRESS (`python deploy/serve.py`). A run ends after SECONDS (10) and never lasts longer.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

VISITORS = (1, 4, 16, 64)
SIDE = 513


def run(visitors: int, seconds: float, photos: list[Any]) -> tuple[float, float, float, int]:
    """Photos a second, median and 95th percentile of the waiting in ms, and how many the app had to do itself."""
    from explainer.segmentation import served

    waited: list[float] = []
    notices = 0
    end = time.perf_counter() + seconds
    lock = threading.Lock()

    def visitor(number: int) -> None:
        nonlocal notices
        turn = number
        while time.perf_counter() < end:
            photo, begun = photos[turn % len(photos)], time.perf_counter()
            job = served.line("auto").submit(lambda: served.answer(photo, "fcn8s", SIDE, "auto", "all"))  # noqa: B023
            found = job.result()
            with lock:
                waited.append(1000 * (time.perf_counter() - begun))
                notices += bool(found.notices)
            turn += 1

    threads = [threading.Thread(target=visitor, args=(number,)) for number in range(visitors)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    median, late = np.percentile(waited, (50, 95))
    return len(waited) / spent, float(median), float(late), notices


def main(address: str, seconds: float) -> None:
    """Both ways, side by side."""
    from explainer.photos import read_photo
    from explainer.segmentation import served
    from explainer.segmentation.samples import samples

    photos = [read_photo(one.path.read_bytes()).rgb for one in samples()]
    print(f"{'':12}{'visitors':>9}{'photos/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'fell back':>11}")
    for name, where in (("in process", ""), *((("served", address),) if address else ())):
        os.environ[served.SWITCH] = where
        run(1, min(2.0, seconds), photos)  # loads and warms
        for visitors in VISITORS:
            rate, middle, late, notices = run(visitors, seconds, photos)
            print(f"{name:12}{visitors:9}{rate:10.1f}{middle:9.0f}{late:9.0f}{notices:11}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="In this process or on a server of networks.")
    parser.add_argument("address", nargs="?", default="", help="of the server; none: this process only")
    parser.add_argument("seconds", type=float, nargs="?", default=10.0)
    main(**vars(parser.parse_args()))
