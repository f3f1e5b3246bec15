"""Photos wait in one line: what a visitor is told there, and what is never done for nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.testing.v1 import AppTest

from explainer.experiments.learning.course import Recipe
from explainer.segmentation.worker import Worker
from explainer.ui.learning import course
from explainer.ui.photo import asking
from explainer.ui.shelf import Shelf
from tests.components import components_of, sent_to
from tests.photo_files import encode, quarters
from tests.threads import one_thread

FRAME = "from explainer.ui.frame import show_frame\nshow_frame('your_photo')"


MARK = b"SECRETMARK"
quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


def open_page(**url: str) -> AppTest:
    at = AppTest.from_string(FRAME, default_timeout=120)
    for name, value in {"yp_size": "129", **url}.items():
        at.query_params[name] = value
    return at.run()


def components(at: AppTest) -> list[dict[str, Any]]:
    return [sent_to(one) for one in components_of(at)]


def legend(at: AppTest) -> list[list[float]]:
    view = next(one for one in components(at) if "photo" in one)
    return [[id_, share] for id_, share, _ in view["layers"][0]["legend"]]


def upload(at: AppTest, data: bytes, name: str = "x.jpg") -> AppTest:
    at.file_uploader[0].set_value([(name, data, "image/jpeg")])
    return at.run()


def hasty() -> None:
    """A script that asks twice in no time."""
    from explainer.ui.photo import asking

    asking.time.begun += 1
    if asking.time.begun == 1:
        asking._settle("work")
        asking._settle("work")
        asking.time.worked += 1  # nothing of Streamlit's, which would end the script here


def test_the_next_change_ends_a_hasty_script_before_it_asks_for_work(monkeypatch):
    def next_change(_: float) -> None:
        get_script_run_ctx().script_requests.request_rerun(RerunData())

    clock = SimpleNamespace(monotonic=time.monotonic, sleep=next_change, begun=0, worked=0)
    monkeypatch.setattr(asking, "time", clock)
    AppTest.from_function(hasty, default_timeout=20).run()
    assert (clock.begun, clock.worked) == (2, 0)


def test_forty_wishes_of_one_visitor_run_at_most_three_times():
    worker, gate, begun = Worker(), threading.Event(), threading.Event()
    ran: list[int] = []

    def work(number: int) -> None:
        ran.append(number)
        begun.set()
        gate.wait(20)

    jobs = [worker.submit(lambda: work(0), "me")]
    assert begun.wait(20)
    jobs += [worker.submit(lambda n=n: work(n), "me") for n in range(1, 40)]
    gate.set()
    jobs[-1].result(20)
    assert ran == [0, 39]
    assert sum(job.dropped() for job in jobs) == 38


def test_a_line_that_is_full_before_decoding_is_a_sentence(monkeypatch):
    def refuse(work: Any, owner: str = "") -> Any:
        raise asking.worker.Busy("64 photos are waiting already; please try again in a moment.")

    at = open_page()
    monkeypatch.setattr(asking.worker.LOCAL, "submit", refuse)
    upload(at, encode(quarters(), "PNG"))
    assert not at.exception
    assert any("try again in a moment" in one.value for one in (*at.error, *at.warning))


def test_a_full_queue_is_a_sentence(monkeypatch):
    submit = asking.worker.LOCAL.submit

    def refuse(work: Any, owner: str = "") -> Any:
        if not owner:  # the decoding, which still found a place
            return submit(work)
        raise asking.worker.Busy("64 photos are waiting already; please try again in a moment.")

    at = open_page()
    monkeypatch.setattr(asking.worker.LOCAL, "submit", refuse)
    upload(at, encode(quarters(), "PNG"))
    assert not at.exception
    assert any("try again in a moment" in one.value for one in at.warning)
    monkeypatch.undo()
    at.run()
    assert legend(at)


def test_the_place_in_the_line_is_shown_while_waiting(monkeypatch):
    """A job that is third in the line at first and answers at the third look."""

    class Waiting:
        looks = 0

        def __init__(self, work: Any) -> None:
            self.work = work

        def result(self, timeout: float) -> Any:
            type(self).looks += 1
            if type(self).looks < 3:
                raise TimeoutError
            return self.work()

        def position(self) -> int:
            return 4 - type(self).looks

        def cancel(self) -> bool:
            return True

    told: list[str] = []

    class Place:
        def markdown(self, text: str) -> None:
            told.append(text)

        def empty(self) -> None:
            told.append("")

    monkeypatch.setattr(asking.st, "empty", Place)
    line = SimpleNamespace(submit=lambda work, owner: Waiting(work))
    monkeypatch.setattr(asking, "owner", lambda: "somebody")
    monkeypatch.setattr(asking, "_settle", lambda what: None)
    assert asking.ask(lambda: 7, "Working", line) == 7
    waited = ["number 3 in the line …", "number 2 in the line …", ""]
    assert [one.partition("Waiting: ")[2] for one in told] == waited, "and the line is taken away"
    told.clear()
    assert asking.ask(lambda: 8, "Working", line) == 8 and told == [], "nothing is sent where nobody waits"


def test_the_place_is_shown_while_others_learn_and_their_course_is_taken(monkeypatch):
    told: list[str] = []

    class Place:
        def markdown(self, text: str) -> None:
            told.append(text.partition("Waiting: ")[2])

        def empty(self) -> None:
            told.append("")

    class Line:
        @contextmanager
        def taken(self, tell: Callable[[int], None]) -> Iterator[None]:
            tell(2)
            tell(1)
            yield

    others: Any = object()
    monkeypatch.setattr(course, "_turns", Line())
    monkeypatch.setattr(course, "_kept", Shelf(1))
    monkeypatch.setattr(course.st, "empty", Place)
    course._kept.put(Recipe(), others)
    assert course.in_turn(Recipe()) is others
    assert told == ["number 2 in the line …", "number 1 in the line …", ""]


def test_a_failing_network_is_a_sentence_without_details(monkeypatch):
    def fail(photo: Any, request: Any) -> Any:
        raise RuntimeError(f"tensor at 0x7f of {MARK.decode()}")

    at = open_page()
    monkeypatch.setattr(asking, "label", fail)
    upload(at, encode(quarters(50, 70), "PNG"))
    assert not at.exception
    (sentence,) = [one.value for one in at.error]
    assert "try again" in sentence and MARK.decode() not in sentence
