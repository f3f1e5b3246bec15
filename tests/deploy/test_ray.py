"""The server of networks on one machine, with a real Ray: the app's labels, batches, and a replica that is killed."""

from __future__ import annotations

import collections
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explainer.photos import read_photo
from explainer.segmentation import served, wire
from explainer.segmentation.answer import Answer, slim
from explainer.segmentation.batch import answers
from explainer.segmentation.inference import predict
from explainer.segmentation.samples import samples
from tests.app.conftest import free_port

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install -r requirements-serve.txt)"
)
ROOT = Path(__file__).parents[2]
SIDE, VISITORS = 129, 16


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Two replicas; yields the address."""
    command = [sys.executable, str(ROOT / "deploy" / "serve.py"), "--port", str(free_port())]
    command += ["--replicas", "2", "--cpus", "0.5", "--wait", "50"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = next((line for line in process.stdout if line.startswith("UPSAMPLING_SERVE=")), "")
        assert line, "it ended"
        yield line.strip().partition("=")[2]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)


@pytest.fixture(scope="module")
def photos() -> list[Any]:
    return [read_photo(one.path.read_bytes(), long_side=400).rgb for one in samples()]


@pytest.fixture(autouse=True)
def asked(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(served.SWITCH, server)
    monkeypatch.setattr(served, "SECONDS", 120.0)
    monkeypatch.setattr(served, "_rests_until", {})


def ask(photo: Any) -> Answer:
    return served.answer(photo, "fcn8s", SIDE, "auto", "all")


def right(found: Answer, photo: Any) -> bool:
    """Whether the labels are this process's; a replica may have found bfloat16 to be faster where this one did not."""
    own = slim(predict(photo, "fcn8s", SIDE, "cpu"))
    return found.notices == () and (found.labels == own.labels).mean() > 0.98


def replicas() -> dict[str, int]:
    """The processes of the replicas, as the system names them."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0]: int(line.split()[0]) for line in listed.splitlines() if "ray::ServeReplica" in line}


def test_the_labels_are_this_machines(photos: list[Any]) -> None:
    for photo in photos[:3]:
        assert right(ask(photo), photo)


def test_many_visitors_are_batched(photos: list[Any]) -> None:
    """Photos of one shape that come together are answered together: their times are those of one run."""
    photo = photos[0]
    with ThreadPoolExecutor(VISITORS) as pool:
        found = list(pool.map(lambda _: ask(photo), range(VISITORS)))
    assert all(right(one, photo) for one in found)
    runs = collections.Counter(one.milliseconds["network"] for one in found)
    assert max(runs.values()) > 1 and len(runs) < VISITORS


def test_a_replica_is_killed_while_it_works_and_nothing_is_lost(photos: list[Any]) -> None:
    before = replicas()
    assert len(before) == 2
    with ThreadPoolExecutor(VISITORS) as pool:
        jobs = [(photo, pool.submit(ask, photo)) for _ in range(4) for photo in photos]
        threading.Event().wait(0.2)
        os.kill(next(iter(before.values())), signal.SIGKILL)
        for photo, job in jobs:
            assert right(job.result(240), photo)
    until = time.monotonic() + 120
    while time.monotonic() < until and len(set(replicas()) - set(before)) < 1:
        time.sleep(1)
    assert len(replicas()) == 2, "another took its place"


def test_a_mixed_batch_is_answered_in_order_and_a_bad_one_spoils_nobody(photos: list[Any]) -> None:
    """Photos of several shapes and networks, with one that does not exist between them."""
    from msgspec.structs import replace

    asks = [served.request_for(photo, "fcn8s", SIDE, "all") for photo in photos[:4]]
    asks.insert(2, replace(asks[0], model="nothing"))
    asks.append(replace(asks[0], model="lraspp_mobilenet_v3_large"))
    asks.append(replace(asks[0], crf=False))
    found = answers(asks)
    assert [one.status for one in found] == [200, 200, 400, 200, 200, 400, 200]
    assert b"got model 'nothing'" in found[2].body and b"not on this server" in found[5].body
    plain = predict(photos[0], "fcn8s", SIDE, "cpu", crf=False)
    assert (wire.read_reply(found[6].body, asks[6]).labels == plain.labels).mean() > 0.999
    for number, photo in ((0, photos[0]), (1, photos[1]), (3, photos[2]), (4, photos[3])):
        assert right(wire.read_reply(found[number].body, asks[number]), photo)


def test_a_wrong_question_is_refused_and_the_next_one_answered(server: str, photos: list[Any]) -> None:
    question = served.request_for(photos[0], "fcn8s", SIDE, "all")
    from msgspec.structs import replace

    for wrong in (replace(question, model="nothing"), replace(question, side=5000)):
        with pytest.raises(served.Unanswered, match="status 400"):
            served.ask_server(server, wrong)
    np.testing.assert_array_equal(ask(photos[0]).labels.shape, photos[0].shape[:2])
