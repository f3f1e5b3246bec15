"""Folders that weights are looked for and put in: closed, read-only, with files that may not be read."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from explainer.segmentation import download
from explainer.segmentation.download import Source, fetch
from explainer.segmentation.weights import WeightsError
from tests.segmentation.weights_server import serving, small_weights


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_read_only_cache_makes_way_for_the_next_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    refuse_writing(monkeypatch, first, code)
    with serving(small_weights()) as server:
        assert fetch(server.source, [first, second]).parent == second
        refuse_writing(monkeypatch, tmp_path, code)
        with pytest.raises(WeightsError, match="read-only"):
            fetch(Source(server.source.url + "x", server.digits), [first, tmp_path / "third"])


def test_a_closed_cache_counts_as_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's home: not even whether a file is there can be asked."""
    closed, second = tmp_path / "closed", tmp_path / "second"
    real = Path.stat

    def refusing(path: Path, **more: Any) -> os.stat_result:
        if closed in path.parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, **more)

    monkeypatch.setattr(Path, "stat", refusing)
    refuse_writing(monkeypatch, closed, errno.EACCES)
    with serving(small_weights()) as server:
        monkeypatch.setattr(download, "torchvision_source", lambda name: server.source)
        monkeypatch.setattr(download, "cache_folders", lambda: (closed, second))
        assert not download.is_cached("fcn_resnet50")
        assert download.fetch_torchvision("fcn_resnet50").parent == second
        assert download.is_cached("fcn_resnet50")


def test_a_file_that_may_not_be_read_is_fetched_again_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    real = download.sha256_of

    def refusing(path: Path) -> str:
        if path.parent == first:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path)

    with serving(small_weights()) as server:
        fetch(server.source, [first])
        monkeypatch.setattr(download, "sha256_of", refusing)
        refuse_writing(monkeypatch, first, errno.EACCES)
        assert fetch(server.source, [first, second]).parent == second


def refuse_writing(monkeypatch: pytest.MonkeyPatch, folder: Path, code: int) -> None:
    """Let the system refuse to create files below a folder, whoever runs the tests."""
    real = os.open

    def refusing(path: Any, *rest: Any, **more: Any) -> int:
        if str(path).startswith(str(folder)):
            raise OSError(code, os.strerror(code))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refusing)
