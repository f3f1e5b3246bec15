"""The garbage collector is kept short: it walks only over what the last second brought.

Streamlit collects garbage after every script run, over all objects there are. With torch's objects alive that takes
130 to 220 ms of every visitor's every click; with what thirty visitors' sessions hold, 17 ms. What is frozen is passed
over, so everything is frozen after the imports, and again every second while anybody uses the app. What sessions left
behind is not kept for ever: every minute everything is looked through.
"""

from __future__ import annotations

import gc
import threading
import time

#: Seconds between two freezes while the app is used.
EVERY = 1.0
#: So many freezes are only over what is new; then one is over everything, which holds all visitors up for 0.2 to 0.3 s.
THOROUGH = 60


def freeze(*, thorough: bool = True) -> None:
    """Collect what is garbage, among all objects or the new ones; take those alive out of the collector's sight."""
    if thorough:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def start() -> None:
    """Freeze now, and from now on every second."""
    freeze()
    threading.Thread(target=keep_tidy, name="tidying", daemon=True).start()


def keep_tidy() -> None:
    """Freeze again and again while scripts run: each has the collector run once."""
    seen, times = collections(), 0
    while True:
        time.sleep(EVERY)
        if collections() != seen:
            times += 1
            freeze(thorough=times % THOROUGH == 0)
            seen = collections()


def collections() -> int:
    """How often everything was collected so far."""
    return int(gc.get_stats()[2]["collections"])
