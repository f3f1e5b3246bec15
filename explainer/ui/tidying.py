"""The garbage collector is kept short, and runs once a second for all visitors instead of behind every script.

Streamlit would collect garbage after every script run, over all objects there are (`runner.postScriptGC`, which the
configuration here turns off). With torch's objects alive that takes 130 to 220 ms of every visitor's every click; with
what thirty visitors' sessions hold, 17 ms. What is frozen is passed over, so everything is frozen after the imports,
and again every second while anybody uses the app. What sessions left behind is not kept for ever: after a minute of
use everything is looked through, as soon as nobody waits, and memory goes back to the system: what networks and
thirty threads freed the C library keeps by itself, some 100 to 300 MB a process.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time

from explainer.ui.crowd import is_quiet

#: Seconds between two freezes while the app is used.
EVERY = 1.0
#: So many freezes are only over what is new; then one is over everything, which holds all visitors up for 0.2 to 0.3 s:
#: in the first quiet second, or, where there is none, after so many freezes.
THOROUGH, AT_LATEST = 60, 180


def freeze(*, thorough: bool = True) -> None:
    """Collect what is garbage, among all objects or the new ones; take those alive out of the collector's sight."""
    if thorough:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
    if thorough:
        give_back()


def give_back() -> None:
    """Give what is free back to the system: glibc's `malloc_trim`; another C library is left to itself."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def start() -> None:
    """Freeze now, and from now on every second."""
    freeze()
    threading.Thread(target=keep_tidy, name="tidying", daemon=True).start()


def keep_tidy() -> None:
    """Freeze again and again while scripts run: what they make has Python collect the youngest objects."""
    seen, times = collections(), 0
    while True:
        time.sleep(EVERY)
        thorough = times >= AT_LATEST or (times >= THOROUGH and is_quiet())
        if thorough or collections() != seen:
            times = 0 if thorough else times + 1
            freeze(thorough=thorough)
            seen = collections()


def collections() -> int:
    """How often the youngest objects were collected so far; it grows as soon as some hundred objects are made."""
    return int(gc.get_stats()[0]["collections"])
