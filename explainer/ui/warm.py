"""Warming up: import torch beside the first page, then spare the garbage collector.

Streamlit collects garbage after every script run, and with torch's objects alive that takes 130-220 ms for every
visitor's every click. Freezing them once, after the imports, brings it back to a few milliseconds.
"""

from __future__ import annotations

import gc
import threading

import streamlit as st


@st.cache_resource(max_entries=1)
def warm_up() -> threading.Thread:
    """Start the imports in the background, once per process."""
    thread = threading.Thread(target=import_and_freeze, name="warm-up", daemon=True)
    thread.start()
    return thread


def import_and_freeze() -> None:
    """Import what pages will need, then take everything alive out of the collector's sight."""
    import torch
    import torchvision.models.segmentation  # noqa: F401

    import explainer.stage.scenes  # noqa: F401

    torch.zeros(1)
    gc.collect()
    gc.freeze()
