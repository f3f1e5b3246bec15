"""Whose turn it is: one script draws at a time, and nobody who waits for somebody else keeps the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from explainer.ui import crowd
from explainer.ui.part import taking_turns

ROOT = Path(__file__).parents[1]
SOON = 5.0
"""Seconds within which something must happen; a wrong program hangs."""


@contextmanager
def another(inside: Callable[[], None]) -> Iterator[threading.Event]:
    """Another visitor's script that draws; the event says that its turn has come."""
    came = threading.Event()

    def draw() -> None:
        with crowd.turn():
            came.set()
            inside()

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    yield came
    thread.join(SOON)
    assert not thread.is_alive()


def nothing() -> None:
    """A short page."""


def test_a_script_waits_for_the_one_before() -> None:
    with ExitStack() as waiting:
        with crowd.turn():
            came = waiting.enter_context(another(nothing))
            assert not came.wait(0.1)
        assert came.wait(SOON)


def test_who_leaves_lets_the_next_one_in_and_goes_on_beside_it() -> None:
    gone = threading.Event()
    with crowd.turn():
        crowd.leave()
        with another(lambda: gone.wait(SOON) and None) as came:
            assert came.wait(SOON)
            gone.set()
        with crowd.turn(), another(nothing) as came:
            assert not came.wait(0.1), "a part drawn afterwards has a turn of its own"
            crowd.leave()


@pytest.mark.parametrize("ends", [crowd.leave, nothing])
def test_the_turn_is_given_back_once(ends: Callable[[], None]) -> None:
    with crowd.turn():
        ends()
    with crowd.turn(), another(nothing) as came:
        assert not came.wait(0.1), "two at a time"
        crowd.leave()


def test_a_part_inside_a_page_is_of_its_turn() -> None:
    with crowd.turn():
        with crowd.turn():
            pass
        with another(nothing) as came:
            assert not came.wait(0.1), "the page still has its turn"
            crowd.leave()


def test_a_script_that_breaks_off_gives_its_turn_back() -> None:
    with pytest.raises(RuntimeError), crowd.turn():
        raise RuntimeError
    with another(nothing) as came:
        assert came.wait(SOON)


def test_a_part_and_a_dialog_that_are_drawn_again_wait_for_their_turn() -> None:
    drawn = threading.Event()
    thread = threading.Thread(target=taking_turns(drawn.set), daemon=True)
    with crowd.turn():
        thread.start()
        assert not drawn.wait(0.1)
    assert drawn.wait(SOON)


def test_pages_have_no_dialog_that_waits_for_nobody() -> None:
    sources = [path for place in ("explainer", "pages") for path in (ROOT / place).rglob("*.py")]
    assert [path.name for path in sources if "st.dialog(" in path.read_text()] == ["part.py"]
