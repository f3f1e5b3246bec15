"""The other end of the wire: answers, faults, a second try, the way back to this machine; with a server of ours."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explainer.photos import read_photo
from explainer.segmentation import inference, served, wire, worker
from explainer.segmentation.answer import Answer, slim
from explainer.segmentation.inference import predict
from explainer.segmentation.samples import sample
from explainer.segmentation.wire import BadMessage, packed, read_ask, read_reply, reply_of
from explainer.ui.photo import asking
from explainer.ui.photo.labelled import Request, ShownPhoto, label
from explainer.ui.shelf import Shelf
from tests.pages.photo_page import open_page, view

SIDE = 129


def photo() -> Any:
    return read_photo(sample("chelsea").path.read_bytes()).rgb


class FakeServer:
    """Answers as the real one does, with faults on demand, one a request (then none)."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.bodies = list(faults), list[bytes]()
        self.release = threading.Event()
        self.together, self.most = 0, 0
        self.lock = threading.Lock()

    def reply(self, body: bytes) -> bytes:
        ask = read_ask(body)
        pixels = wire.array_of(ask.photo, np.uint8, 3)
        found = predict(pixels, ask.model, ask.side, "cpu", label_size=ask.size, classes=ask.classes, crf=ask.crf)
        return packed(reply_of(slim(found)))


def handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with server.lock:
                server.bodies.append(body)
                fault = server.faults.pop(0) if server.faults else ""
                server.together += 1
                server.most = max(server.most, server.together)
            with contextlib.suppress(ConnectionError):
                self.answer(body, fault)
            with server.lock:
                server.together -= 1

        def answer(self, body: bytes, fault: str) -> None:
            if fault == "silent":
                server.release.wait(30)
                return
            if fault == "drops":
                self.connection.close()
                return
            if fault.isdigit():
                self.send_error(int(fault))
                return
            if fault == "slow":
                time.sleep(0.3)
            data = {"nonsense": b"\x93\x01", "html": b"<html>", "huge": b"x" * 5000}.get(fault) or server.reply(body)
            if fault == "cut":
                data = data[: len(data) // 2]
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            for start in range(0, len(data), 1 << 16):
                self.wfile.write(data[start : start + (1 << 16)])
                if fault == "drips":
                    time.sleep(0.2)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextlib.contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, *faults: str) -> Iterator[FakeServer]:
    """Run a server, and let the app ask it."""
    server = FakeServer(*faults)
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler(server))
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv(served.SWITCH, f"http://127.0.0.1:{http.server_address[1]}/")
    monkeypatch.setattr(served, "_rests_until", {})
    try:
        yield server
    finally:
        server.release.set()
        http.shutdown()
        http.server_close()


def ask(rgb: Any, model: str = "fcn8s", classes: Any = "all") -> Answer:
    return served.answer(rgb, model, SIDE, "auto", classes)


@pytest.fixture(scope="module")
def own() -> Answer:
    """What this machine says."""
    return slim(predict(photo(), "fcn8s", SIDE, "cpu"))


@pytest.mark.parametrize(("model", "classes"), [("fcn8s", "all"), ("fcn16s", "voc21")])
def test_the_server_says_what_this_machine_says(monkeypatch: pytest.MonkeyPatch, model: str, classes: Any) -> None:
    expected = slim(predict(photo(), model, SIDE, "cpu", classes=classes))
    with serving(monkeypatch) as server:
        found = ask(photo(), model, classes)
    assert len(server.bodies) == 1 and found.notices == ()
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.probabilities, expected.probabilities)
    assert found.maps is not None and expected.maps is not None
    np.testing.assert_array_equal(found.maps.fused8, expected.maps.fused8)
    assert found.confidence == pytest.approx(expected.confidence)
    assert (found.model, found.classes, found.working_size) == (model, classes, expected.working_size)


def test_only_small_pixels_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch) as server:
        ask(photo())
    sent = read_ask(server.bodies[0])
    assert sent.photo.shape == (97, 129, 3) and sent.size == (300, 451)
    assert len(server.bodies[0]) < 97 * 129 * 3 + 100


@pytest.mark.parametrize("fault", ["drops", "500", "503", "cut", "nonsense", "html"])
def test_a_fault_is_tried_once_more(monkeypatch: pytest.MonkeyPatch, own: Answer, fault: str) -> None:
    with serving(monkeypatch, fault) as server:
        found = ask(photo())
    assert len(server.bodies) == 2 and found.notices == ()
    np.testing.assert_array_equal(found.labels, own.labels)


@pytest.mark.parametrize("fault", ["drops", "503", "nonsense", "silent", "drips", "huge"])
def test_a_fault_that_stays_leads_back_to_this_machine(
    monkeypatch: pytest.MonkeyPatch, own: Answer, fault: str
) -> None:
    monkeypatch.setattr(served, "SECONDS", 0.3)
    monkeypatch.setattr(served, "MOST_BYTES", 4000 if fault == "huge" else 2**26)
    with serving(monkeypatch, fault, fault) as server:
        found = ask(photo())
        assert found.notices == (served.NOTICE,)
        np.testing.assert_array_equal(found.labels, own.labels)
        assert ask(photo()).notices == (served.NOTICE,), "for a while it is not asked again"
        assert len(server.bodies) == 2
        monkeypatch.setattr(served, "_rests_until", {})
        monkeypatch.setattr(served, "SECONDS", 30)
        monkeypatch.setattr(served, "MOST_BYTES", 2**26)
        assert ask(photo()).notices == ()


def test_a_refusal_is_not_repeated_and_no_reason_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, "400") as server:
        assert ask(photo()).notices == (served.NOTICE,)
        assert ask(photo()).notices == ()
        assert len(server.bodies) == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "myhost", "myhost:8000/label", "http://[half"])
def test_nobody_there(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(served.SWITCH, address)
    monkeypatch.setattr(served, "_rests_until", {})
    assert worker.LOCAL.run(lambda: ask(photo())).notices == (served.NOTICE,), "not even from the worker's own thread"


def test_a_chosen_device_or_no_address_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch) as server:
        assert served.line("auto") is worker.REMOTE and served.line("cpu") is worker.LOCAL
        served.answer(photo(), "fcn8s", SIDE, "cpu", "all")
        monkeypatch.setenv(served.SWITCH, "")
        assert served.line("auto") is worker.LOCAL
        ask(photo())
        assert server.bodies == []


def test_many_visitors_wait_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other a server of networks would never have two photos to put into one batch."""
    small = photo()[:64, :64]
    with serving(monkeypatch, *["slow"] * 8) as server:
        jobs = [served.line("auto").submit(lambda: ask(small)) for _ in range(8)]
        assert all(job.result(60).notices == () for job in jobs)
    assert server.most > 2


@pytest.mark.parametrize("line", [worker.REMOTE, worker.LOCAL], ids=["remote", "local"])
def test_torch_stays_in_its_one_thread_wherever_the_network_ran(
    monkeypatch: pytest.MonkeyPatch, line: worker.Worker
) -> None:
    ran = list[threading.Thread]()
    monkeypatch.setattr(inference, "left_out", lambda *_: ran.append(threading.current_thread()) or ())
    shown = ShownPhoto("sample:chelsea", "Chelsea", photo(), 451, 300, 0.0)
    with serving(monkeypatch) as server:
        found = line.submit(lambda: label(shown, Request("fcn8s", SIDE, "auto"))).result(60)
    assert found.notices == () and len(server.bodies) == 1
    assert ran == [worker.LOCAL.run(threading.current_thread)]


@pytest.mark.parametrize(
    "change",
    [
        {"labels": wire.Grid((300, 451), b"\0")},
        {"labels": wire.Grid((2, 2), b"\0" * 4)},
        {"labels": wire.Grid((300, 451), b"\x63" * 300 * 451)},
        {"labels": wire.Grid((-300, -451), b"\0" * 300 * 451)},
        {"probabilities": wire.Grid((200, 2, 2), b"\0" * 800)},
        {"confidence": {300: 0.5}},
        {"maps": ()},
    ],
)
def test_a_wrong_answer_is_not_believed(own: Answer, change: dict[str, Any]) -> None:
    from msgspec.structs import replace

    question = served.request_for(photo(), "fcn8s", SIDE, "all")
    good = reply_of(own)
    assert read_reply(packed(good), question).labels.shape == (300, 451)
    with pytest.raises(BadMessage):
        read_reply(packed(replace(good, **change)), question)


@pytest.mark.parametrize(
    "change", [{"size": (0, 5)}, {"size": (5000, 5)}, {"photo": wire.Grid((2, 2, 3), b"")}, {"classes": "coco"}]
)
def test_a_wrong_question_is_refused(change: dict[str, Any]) -> None:
    from msgspec.structs import replace

    question = served.request_for(photo(), "fcn8s", SIDE, "all")
    with pytest.raises(BadMessage):
        read_ask(packed(replace(question, **change)))


@pytest.mark.parametrize("crf", [True, False])
@pytest.mark.parametrize("faults", [(), ("503", "503")])
def test_a_crf_is_there_or_not_as_asked_wherever_the_answer_comes_from(
    monkeypatch: pytest.MonkeyPatch, faults: tuple[str, ...], crf: bool
) -> None:
    with serving(monkeypatch, *faults):
        found = served.answer(photo(), "fcn8s", SIDE, "auto", "all", crf)
    own = predict(photo(), "fcn8s", SIDE, "cpu", crf=crf)
    assert found.crf == crf and (found.labels == own.labels).mean() > 0.999
    assert (served.NOTICE in found.notices) == bool(faults)


def test_the_page_says_so_once_and_only_to_whom_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(at: AppTest) -> list[str]:
        return [one.value for one in at.info if one.value == served.NOTICE]

    monkeypatch.setattr(asking, "SAMPLES", Shelf(24))
    with serving(monkeypatch, "503", "503"):
        at = open_page()
        assert not at.exception and told(at) == [served.NOTICE] and view(at)["layers"][0]["legend"]
        monkeypatch.setattr(served, "_rests_until", {})
        assert told(open_page()) == [], "the next visitor gets the server's answer"
