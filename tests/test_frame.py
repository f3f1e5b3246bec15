"""The frame: what a server that has been used for a while pays for every click."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explainer.ui import frame

APP = Path(__file__).parents[1] / "streamlit_app.py"
PAGES = ("transposed_convolution", "checkerboard", "side_by_side", "learn")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that is warm and has seen nobody; afterwards the collector is as before."""
    monkeypatch.setattr(frame, "_settled", set())
    monkeypatch.setattr(frame, "SETTLES_AFTER", 0.0)
    frame.WARM.set()
    frame.freeze()
    yield
    frame.WARM.clear()
    gc.unfreeze()


def watched() -> int:
    """How many objects every collection walks over."""
    gc.collect()
    return len(gc.get_objects())


def visit(app: AppTest, page: str) -> int:
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    time.sleep(0.1)
    return watched()


def test_a_used_server_hardly_collects(server: None) -> None:
    app = AppTest.from_file(APP, default_timeout=120).run()
    for page in PAGES:
        visit(app, page)
    assert visit(app, PAGES[0]) < 8000, (
        "what pages load is frozen after their first visit; else it is many times as much"
    )


def test_a_page_is_settled_once(server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(frame, "freeze", lambda: frozen.append(1))
    for page in ("a", "b", "a", "a"):
        frame.settle(page)
    time.sleep(0.2)
    assert len(frozen) == 2


def test_a_cold_server_is_not_settled(server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(frame, "freeze", lambda: frozen.append(1))
    frame.WARM.clear()
    frame.settle("a")
    time.sleep(0.1)
    assert frozen == []
