"""What is computed ahead: each thing once, while nobody draws, and one that fails does not keep the others."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest

from explainer.ui import ahead, crowd, window
from explainer.ui.aside import aside

SOON = 5.0
"""Seconds within which something must happen."""


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch) -> None:
    monkeypatch.setattr(ahead, "_todo", SimpleQueue())
    monkeypatch.setattr(ahead, "_asked", set())


def test_each_thing_is_done_once_and_in_order() -> None:
    done: list[str] = []
    last = threading.Event()
    for key in ("a", "b", "a"):
        ahead.ahead(key, lambda key=key: done.append(key))
    ahead.ahead("last", last.set)
    ahead.start()
    assert last.wait(SOON) and done == ["a", "b"]


def test_it_waits_while_somebody_draws() -> None:
    done = threading.Event()
    with crowd.turn():
        ahead.ahead("work", done.set)
        ahead.start()
        crowd.leave()
        assert not done.wait(3 * crowd.LOOK_EVERY), "the script computes something"
    assert not done.wait(crowd.QUIET - 2 * crowd.LOOK_EVERY), "it was there a moment ago"
    assert done.wait(SOON)


def test_the_next_piece_waits_for_a_visitor_who_came_meanwhile() -> None:
    pieces: list[int] = []
    began, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        began.set()
        go_on.wait(SOON)
        pieces.append(1)

    def work() -> None:
        aside(first)
        aside(lambda: pieces.append(2))
        done.set()

    ahead.ahead("work", work)
    ahead.start()
    assert began.wait(SOON)
    with crowd.turn():
        go_on.set()
        assert not done.wait(crowd.LOOK_EVERY) and pieces == [1]
    assert done.wait(SOON) and pieces == [1, 2]


def test_a_visitor_who_wants_what_is_half_computed_gets_it() -> None:
    """Streamlit's caches keep a value locked while it is computed: who waits for it must not be waited for."""
    value = threading.Lock()
    began, go_on = threading.Event(), threading.Event()

    def work() -> None:
        with value:
            aside(lambda: began.set() or go_on.wait(SOON))
            aside(lambda: None)

    ahead.ahead("work", work)
    ahead.start()
    assert began.wait(SOON)
    with crowd.turn():
        go_on.set()
        assert value.acquire(timeout=SOON), "each waits for the other"
        value.release()


def test_what_fails_is_told_and_the_rest_is_done(caplog) -> None:
    done = threading.Event()

    def fails() -> None:
        raise ValueError("no such photo")

    ahead.ahead("fails", fails)
    ahead.ahead("works", done.set)
    with caplog.at_level(logging.ERROR, logger=ahead.__name__):
        ahead.start()
        assert done.wait(SOON)
    assert "no such photo" in caplog.text


def test_a_server_that_ends_meanwhile_says_nothing(caplog) -> None:
    with ThreadPoolExecutor(1) as pool:
        pass
    before = threading.active_count()
    ahead.ahead("late", lambda: pool.submit(print))
    with caplog.at_level(logging.ERROR, logger=ahead.__name__):
        ahead.start()
        until = time.monotonic() + SOON
        while threading.active_count() > before and time.monotonic() < until:
            time.sleep(0.05)
    assert threading.active_count() == before and "failed" not in caplog.text


def test_whoever_chooses_another_photo_or_setting_finds_it_computed(monkeypatch, caplog) -> None:
    for name in ("slid", "compared", "swept"):
        getattr(window, name).clear()
    asked: list[str] = []
    for name in ("window_data", "compare_ways", "difference_by_side"):
        monkeypatch.setattr(window, name, lambda *_, name=name: asked.append(name) or {})
    monkeypatch.setattr(window, "prepared", lambda name: (name, None, None))
    done = threading.Event()
    window.look_ahead("horses")
    ahead.ahead("last", done.set)
    ahead.start()
    assert done.wait(SOON)
    before = len(asked)
    for one in window.samples():
        if one.name != "horses":
            window.find_all(one.name)
    for side in window.PATCH_SIDES:
        for step in window.STEPS:
            window.compared(window.Choice("horses", side, step))
    assert before == len(asked) == 3 * 9 + 15
    assert "ScriptRunContext" not in caplog.text
    for name in ("slid", "compared", "swept"):
        getattr(window, name).clear()
