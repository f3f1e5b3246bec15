"""Tidying: what a server that has been used for a while pays for every click."""

from __future__ import annotations

import gc
import os
import platform
import tomllib
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explainer.ui import tidying

APP = Path(__file__).parents[1] / "streamlit_app.py"
PAGES = ("transposed_convolution", "checkerboard", "side_by_side", "learn")


@pytest.fixture
def server() -> Iterator[None]:
    """A server that has seen nobody; afterwards the collector is as before."""
    tidying.freeze()
    yield
    gc.unfreeze()


def watched() -> int:
    """How many objects every collection walks over."""
    gc.collect()
    return len(gc.get_objects())


def test_a_used_server_hardly_collects(server: None) -> None:
    app = AppTest.from_file(APP, default_timeout=120).run()
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    before = watched()
    tidying.freeze(thorough=False)
    assert watched() < 100 < before, "all that pages left is passed over"


def test_what_was_frozen_and_died_is_found_by_the_thorough_look(server: None) -> None:
    class Knot:
        def __init__(self) -> None:
            self.itself = self

    died: list[int] = []
    knot = Knot()
    gc.collect()
    gc.freeze()
    weak = weakref.finalize(knot, died.append, 1)
    del knot
    tidying.freeze(thorough=False)
    assert weak.alive, "a knot in the frozen part is not seen"
    tidying.freeze()
    assert died == [1]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc, and /proc of Linux")
@pytest.mark.parametrize("tidy", [tidying.freeze, tidying.give_back])
def test_memory_goes_back_to_the_system(server: None, tidy: Callable[[], None]) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    full = [bytes(100_000) for _ in range(2_000)]  # each too small for a mapping of its own
    last = full.pop()  # what lies above keeps the C library from giving back what is below by itself
    full.clear()
    held = resident()
    assert held > before + 100e6, "the C library keeps it"
    tidy()
    assert resident() < held - 100e6 and last


def test_a_script_run_is_noticed_without_a_collection_behind_it(server: None) -> None:
    configured = tomllib.loads((APP.parent / ".streamlit/config.toml").read_text())
    assert configured["runner"]["postScriptGC"] is False, "Streamlit collects behind every script"
    before = tidying.collections()
    tidying.freeze(thorough=False)
    assert tidying.collections() == before, "its own work is no visitor's"
    AppTest.from_file(APP, default_timeout=120).run()
    assert tidying.collections() > before


def kept_tidy(monkeypatch: pytest.MonkeyPatch, runs: list[int], quiet: list[bool]) -> list[bool]:
    """Which freezes were thorough; `runs`: how often scripts ran by the start and by the end of each second."""
    told: list[bool] = []
    second = -1

    def rest(_: float) -> None:
        nonlocal second
        second += 1
        if second == len(quiet):
            raise InterruptedError

    monkeypatch.setattr(tidying.time, "sleep", rest)
    monkeypatch.setattr(tidying, "collections", lambda: runs[second + 1])
    monkeypatch.setattr(tidying, "is_quiet", lambda: quiet[second])
    monkeypatch.setattr(tidying, "THOROUGH", 2)
    monkeypatch.setattr(tidying, "AT_LATEST", 4)
    monkeypatch.setattr(tidying, "freeze", lambda *, thorough: told.append(thorough))
    with pytest.raises(InterruptedError):
        tidying.keep_tidy()
    return told


def test_it_freezes_while_scripts_run_and_rests_when_none_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_tidy(monkeypatch, [0, 1, 1, 1, 2], [True] * 4) == [False, False]


def test_everything_is_looked_through_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    busy_then_quiet = kept_tidy(monkeypatch, [0, 1, 2, 3, 3, 3], [False, False, False, True, True])
    assert busy_then_quiet == [False, False, False, True]


def test_a_class_that_never_rests_is_tidied_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    never_quiet = kept_tidy(monkeypatch, list(range(12)), [False] * 11)
    assert never_quiet == [False, False, False, False, True] * 2 + [False]
