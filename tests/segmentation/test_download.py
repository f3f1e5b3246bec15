"""Each fault of the network and the disk, with small files from a server of our own."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from explainer.segmentation import download, transfer
from explainer.segmentation.download import fetch, is_cached, read_state, torchvision_source
from explainer.segmentation.transfer import Source
from explainer.segmentation.weights import WeightsError, available_models
from tests.segmentation.weights_server import serving, small_weights


def only_file(folder: Path) -> Path:
    """The one weights file of a folder that holds it and its record, and nothing else."""
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2 and names[1] == names[0] + ".sha256", names
    return folder / names[0]


def nothing_left(folder: Path) -> bool:
    return not list(folder.iterdir())


def test_a_good_download_is_stored_recorded_and_read(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with serving(small_weights()) as server:
        path = fetch(server.source, [tmp_path], lambda done, total: seen.append((done, total)))
        assert path == only_file(tmp_path)
        assert path.read_bytes() == server.data
        assert seen[-1] == (len(server.data), len(server.data))
    recorded = path.with_name(path.name + ".sha256").read_text()
    assert recorded == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_state(path)["layer.weight"].shape == (20, 30)


def test_a_cached_file_needs_no_network(tmp_path: Path) -> None:
    with serving(small_weights()) as server:
        path = fetch(server.source, [tmp_path])
        source = server.source
    assert fetch(source, [tmp_path]) == path
    assert server.requests == 1


@pytest.mark.parametrize("fault", ["cut", "cut, no length", "flipped", "portal"])
def test_a_damaged_download_is_fetched_once_more(tmp_path: Path, fault: str) -> None:
    with serving(small_weights(), fault) as server:
        assert fetch(server.source, [tmp_path]).read_bytes() == server.data
        assert server.requests == 2
    only_file(tmp_path)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("cut", "cut off"),
        ("cut, no length", "damaged"),
        ("flipped", "checksum"),
        ("portal", "page of its own"),
        ("404", "404"),
    ],
)
def test_a_fault_that_stays_is_one_sentence_and_leaves_nothing(tmp_path: Path, fault: str, words: str) -> None:
    with serving(small_weights(), fault, fault) as server, pytest.raises(WeightsError, match=words) as caught:
        fetch(server.source, [tmp_path])
    assert str(caught.value).endswith("works without it.")
    assert nothing_left(tmp_path)


def test_a_silent_server_is_given_up(tmp_path: Path) -> None:
    with (
        serving(small_weights(), "stall") as server,
        pytest.raises(WeightsError, match="did not answer within"),
    ):
        fetch(server.source, [tmp_path], timeout=0.2)
    assert nothing_left(tmp_path)


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        source = Source(f"http://127.0.0.1:{unused.getsockname()[1]}/net-12345678.pth", "12345678")
        with pytest.raises(WeightsError, match=r"no connection to 127\.0\.0\.1"):
            fetch(source, [tmp_path])
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("damage", ["flip", "truncate"])
def test_a_cached_file_that_changed_is_deleted_and_fetched_again(tmp_path: Path, damage: str) -> None:
    with serving(small_weights()) as server:
        path = fetch(server.source, [tmp_path])
        data = bytearray(path.read_bytes())
        if damage == "flip":
            data[len(data) // 2] ^= 1
        else:
            del data[-10:]
        path.write_bytes(data)
        assert fetch(server.source, [tmp_path]).read_bytes() == server.data
        assert server.requests == 2


def test_a_file_with_the_right_digits_but_another_record_is_refused(tmp_path: Path) -> None:
    with serving(small_weights()) as server:
        path = fetch(server.source, [tmp_path])
        path.with_name(path.name + ".sha256").write_text(server.digits + "0" * 56)
        fetch(server.source, [tmp_path])
        assert server.requests == 2


def test_six_who_ask_at_once_share_one_download(tmp_path: Path) -> None:
    with serving(small_weights(), "stall") as server, ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(fetch, server.source, [tmp_path]) for _ in range(6)]
        server.release.set()
        assert {answer.result(20) for answer in answers} == {only_file(tmp_path)}
        assert server.requests == 1


def test_another_process_is_waited_for(tmp_path: Path) -> None:
    with serving(small_weights()) as server, ThreadPoolExecutor(1) as pool:
        lock = tmp_path / (server.source.file_name + ".lock")
        lock.touch()
        answer = pool.submit(fetch, server.source, [tmp_path])
        threading.Event().wait(0.2)
        assert not answer.done() and server.requests == 0
        (tmp_path / server.source.file_name).write_bytes(server.data)
        lock.unlink()
        assert answer.result(20).read_bytes() == server.data
        assert server.requests == 0


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    with serving(small_weights()) as server:
        lock = tmp_path / (server.source.file_name + ".lock")
        lock.touch()
        long_ago = time.time() - 10 * download.STALE_LOCK
        os.utime(lock, (long_ago, long_ago))
        fetch(server.source, [tmp_path])
    only_file(tmp_path)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "receive", full)
    with pytest.raises(WeightsError, match="disk is full"):
        fetch(Source("http://127.0.0.1:9/net-12345678.pth", "12345678"), [tmp_path])
    assert nothing_left(tmp_path)


class Planted:
    """Runs a command when it is unpickled without care."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("way", ["torch", "pickle"])
def test_a_planted_pickle_does_not_run(tmp_path: Path, way: str) -> None:
    trace, path = tmp_path / "ran", tmp_path / "net.pth"
    if way == "torch":
        torch.save({"layer.weight": Planted(trace)}, path)
    else:
        path.write_bytes(pickle.dumps(Planted(trace)))
    with pytest.raises(WeightsError, match="not read"):
        read_state(path)
    assert not trace.exists()


def test_torchvisions_names_carry_their_digits() -> None:
    names = [info.name for info in available_models() if not info.bundled]
    assert names == ["fcn_resnet50", "fcn_resnet101", "lraspp_mobilenet_v3_large", "deeplabv3_resnet50"]
    for name in names:
        source = torchvision_source(name)
        assert source.url.startswith("https://") and source.file_name.endswith(f"-{source.digits}.pth")


def test_is_cached_looks_into_torchs_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "cache_folders", lambda: (tmp_path,))
    assert not is_cached("fcn_resnet50")
    (tmp_path / torchvision_source("fcn_resnet50").file_name).touch()
    assert is_cached("fcn_resnet50")


@pytest.mark.parametrize("length", ["-1", "many", "1e3", "²"])
def test_a_bad_length_is_harmless(tmp_path: Path, length: str) -> None:
    with serving(small_weights(), f"length {length}") as server:
        assert fetch(server.source, [tmp_path]).read_bytes() == server.data


def test_a_download_that_crawls_or_never_ends_is_given_up() -> None:
    source = Source("http://weights.test/net-00000000.pth", "00000000")
    transfer.require_pace(source, 0, transfer.SPEED_AFTER)
    transfer.require_pace(source, 100 * transfer.LEAST_SPEED, transfer.SPEED_AFTER + 1)
    with pytest.raises(WeightsError, match=r"weights\.test sends only 0\.0 kB a second"):
        transfer.require_pace(source, 10, transfer.SPEED_AFTER + 1)
    with pytest.raises(WeightsError, match="longer than 30 minutes"):
        transfer.require_pace(source, 10**12, transfer.MOST_SECONDS + 1)


@pytest.mark.parametrize(
    ("setting", "refused"),
    [("", False), ("all", False), ("none", True), ("fcn_resnet101", True), ("fcn_resnet101, fcn_resnet50", False)],
)
def test_a_deployment_may_switch_downloads_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, refused: bool
) -> None:
    monkeypatch.setenv(download.SWITCH, setting)
    with serving(small_weights()) as server:
        monkeypatch.setattr(download, "torchvision_source", lambda name: server.source)
        monkeypatch.setattr(download, "cache_folders", lambda: (tmp_path,))
        if refused:
            with pytest.raises(WeightsError, match="This server fetches no weights of fcn_resnet50; the bundled"):
                download.fetch_torchvision("fcn_resnet50")
            assert server.requests == 0
        monkeypatch.setenv(download.SWITCH, "all")
        path = download.fetch_torchvision("fcn_resnet50")
        monkeypatch.setenv(download.SWITCH, "none")
        assert download.fetch_torchvision("fcn_resnet50") == path, "what is there stays usable"


def test_a_planted_file_with_the_right_digits_is_discarded_at_loading(tmp_path: Path) -> None:
    """Eight digits can be forged; what was recorded when it came cannot, and what holds code is not read."""
    with serving(small_weights()) as server:
        path = fetch(server.source, [tmp_path])
        recorded = path.with_name(path.name + ".sha256")
        planted = small_weights(2.0)
        path.write_bytes(planted)
        forged = Source(server.source.url, hashlib.sha256(planted).hexdigest()[:8])
        with pytest.raises(WeightsError, match="checksum"):
            fetch(forged, [tmp_path])
        assert recorded.read_text() != hashlib.sha256(planted).hexdigest()
        assert not path.exists() and server.requests == 3
