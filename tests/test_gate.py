"""What stands before Streamlit's server: uploads are counted, statistics closed; log lines tell nothing personal."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from explainer.ui import events, gate
from explainer.ui.gate import PER_MINUTE, PER_VISIT, Gate
from explainer.ui.shelf import Shelf


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(gate, "_allowances", Shelf(8))
    return Clock()


def ask(door, path, method="GET"):
    """The status that a request gets; 200 comes from behind the gate."""
    return answered(door, path, method)["status"]


def answered(door, path, method="GET"):
    """The head of the response that a request gets."""
    sent = []

    async def send(message):
        sent.append(message)

    asked = door({"type": "http", "path": path, "method": method}, None, send)
    with ThreadPoolExecutor(1) as own_thread:  # in this one a loop may run already, Playwright's
        own_thread.submit(asyncio.run, asked).result()
    return sent[0]


def door(clock):
    async def behind(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})

    return Gate(behind, clock)


def test_a_visit_may_send_so_many_files_a_minute_and_so_many_in_all(clock):
    one = door(clock)

    def sends(visit):
        return ask(one, f"/_stcore/upload_file/{visit}/file", "PUT")

    assert [sends("anna") for _ in range(PER_MINUTE)] == [200] * PER_MINUTE
    assert sends("anna") == 429
    turned_away = answered(one, "/_stcore/upload_file/anna/file", "PUT")
    assert (b"retry-after", b"60") in turned_away["headers"], "the minute that has to pass"
    assert "please send the others a little later" in gate.refusal("anna")
    assert sends("ben") == 200, "each visit has its own allowance"
    assert gate.refusal("ben") == gate.refusal("nobody") == ""
    clock.now = 59.9
    assert sends("anna") == 429
    clock.now = 60.0
    assert sends("anna") == 200
    assert gate.refusal("anna") == ""
    taken = PER_MINUTE + 1
    while taken < PER_VISIT:
        clock.now += 60
        taken += [sends("anna") for _ in range(PER_MINUTE)].count(200)
    clock.now += 60
    assert taken == PER_VISIT and sends("anna") == 429
    assert f"{PER_VISIT} photos have been sent" in gate.refusal("anna")
    assert ask(one, "/_stcore/upload_file/anna/file", "DELETE") == 200, "taking a file back is always possible"


def test_statistics_are_closed_unless_opened(clock, monkeypatch):
    one = door(clock)
    assert [ask(one, path) for path in ("/_stcore/metrics", "/class/_stcore/metrics/")] == [404, 404]
    assert b"retry-after" not in dict(answered(one, "/_stcore/metrics")["headers"]), "no wait opens it"
    assert ask(one, "/_stcore/health") == 200
    monkeypatch.setenv("UPSAMPLING_METRICS", "open")
    assert ask(one, "/_stcore/metrics") == 200


def test_lines_hold_numbers_and_own_words_only(monkeypatch, capsys):
    events.tell("photo", outcome="read")
    assert capsys.readouterr().err == "", "nothing is told unless it is asked for"
    monkeypatch.setenv("UPSAMPLING_LOG", "json")
    events.tell(
        "photo", outcome="read", kilobytes=3.14159, name="Anna at home.jpg", address="192.168.1.7", big="x" * 41
    )
    line = json.loads(capsys.readouterr().err)
    del line["at"]
    assert line == {"event": "photo", "outcome": "read", "kilobytes": 3.1, "name": "other", "address": "other",
                    "big": "other"}  # fmt: skip
