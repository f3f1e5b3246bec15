"""The queue: in turn, bounded, newest request of an owner only, errors to whom they belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from explainer.segmentation.worker import Busy, Worker

WAIT = 20


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """An event that lets a blocked worker go on, at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def blocked(worker: Worker, gate: threading.Event) -> None:
    """Occupy the worker until the gate opens."""
    begun = threading.Event()

    def hold() -> None:
        begun.set()
        gate.wait(WAIT)

    worker.submit(hold)
    assert begun.wait(WAIT)


def test_jobs_run_in_order_in_one_thread(gate: threading.Event) -> None:
    worker, seen = Worker(), list[tuple[int, int]]()
    blocked(worker, gate)
    jobs = [worker.submit(lambda n=n: seen.append((n, threading.get_ident()))) for n in range(20)]
    assert [job.position() for job in jobs] == list(range(1, 21))
    gate.set()
    for job in jobs:
        job.result(WAIT)
    assert [n for n, _ in seen] == list(range(20))
    assert len({ident for _, ident in seen}) == 1
    assert jobs[3].position() == 0


def test_a_newer_wish_takes_the_place_of_the_older(gate: threading.Event) -> None:
    worker = Worker()
    blocked(worker, gate)
    old = worker.submit(lambda: "old", owner="a")
    other = worker.submit(lambda: "other", owner="b")
    new = worker.submit(lambda: "new", owner="a")
    assert old.dropped() and (new.position(), other.position()) == (1, 2)
    gate.set()
    assert (new.result(WAIT), other.result(WAIT)) == ("new", "other")
    with pytest.raises(CancelledError):
        old.result(WAIT)


def test_forty_wishes_of_one_visitor_run_at_most_twice(gate: threading.Event) -> None:
    worker, ran = Worker(), list[int]()
    blocked(worker, gate)
    jobs = [worker.submit(lambda n=n: ran.append(n), owner="visitor") for n in range(40)]
    gate.set()
    jobs[-1].result(WAIT)
    assert ran == [39]


def test_a_full_queue_says_so_but_keeps_serving(gate: threading.Event) -> None:
    worker = Worker(capacity=2)
    blocked(worker, gate)
    first = worker.submit(lambda: 1, owner="a")
    worker.submit(lambda: 2, owner="b")
    with pytest.raises(Busy, match="2 photos"):
        worker.submit(lambda: 3, owner="c")
    again = worker.submit(lambda: 4, owner="b")
    assert first.cancel()
    third = worker.submit(lambda: 3, owner="c")
    gate.set()
    assert (again.result(WAIT), third.result(WAIT)) == (4, 3)


def test_an_error_goes_to_its_owner_and_the_worker_lives_on() -> None:
    worker = Worker()

    def fail() -> None:
        raise ZeroDivisionError("mine")

    bad, good = worker.submit(fail), worker.submit(lambda: "fine")
    with pytest.raises(ZeroDivisionError, match="mine"):
        bad.result(WAIT)
    assert good.result(WAIT) == "fine"


def test_answers_belong_to_those_who_asked() -> None:
    worker = Worker(capacity=1000)
    jobs = [(n, worker.submit(lambda n=n: n * n)) for n in range(400)]
    assert all(job.result(WAIT) == n * n for n, job in jobs)
