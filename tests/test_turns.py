"""The line for long work: one at a time, in order, and whoever leaves is not waited for."""

from __future__ import annotations

import threading

import pytest

from explainer.ui.turns import Turns

PATIENCE = 30


class Gone(BaseException):
    """What ends a script whose visitor has left."""


def ignored(place: int) -> None:
    """For those who do not look."""


def test_one_works_at_a_time_in_the_order_of_coming_and_who_leaves_is_passed_over():
    turns, order, places = Turns(), [], {"second": [], "third": []}
    leave, waiting, let_go = threading.Event(), threading.Barrier(3), threading.Event()

    def come(name: str, stays: bool) -> None:
        first = [True]

        def told(place: int) -> None:
            places[name].append(place)
            if first.pop() if first else False:
                waiting.wait(PATIENCE)
            if not stays and leave.is_set():
                raise Gone

        try:
            with turns.taken(told):
                order.append(name)
        except Gone:
            order.append(f"{name} left")

    with turns.taken(ignored):
        threads = []
        for name, stays in (("second", False), ("third", True)):
            threads.append(threading.Thread(target=come, args=(name, stays)))
            threads[-1].start()
            while len(turns._line) < 1 + len(threads):
                let_go.wait(0.01)
        waiting.wait(PATIENCE)
        assert order == []
        leave.set()
        threads[0].join(PATIENCE)
        while places["third"][-1] != 1:
            let_go.wait(0.01)
        assert order == ["second left"]
    threads[1].join(PATIENCE)
    assert order == ["second left", "third"]
    assert places["second"][0] == 1 and places["third"][0] == 2
    assert not turns._line


def test_work_that_fails_hands_the_turn_on():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.taken(ignored):
        raise ZeroDivisionError
    with turns.taken(pytest.fail):
        pass
