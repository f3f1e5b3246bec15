"""Work outside a visitor's script: Streamlit warns there, at everything that could show something."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

LOGGER = "streamlit.runtime.scriptrunner_utils.script_run_context"


@contextmanager
def outside_a_script() -> Iterator[None]:
    """Keep Streamlit's warnings back that there is no script to show anything in."""
    logger = logging.getLogger(LOGGER)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
