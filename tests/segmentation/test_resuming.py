"""Downloads that broke off or were cancelled go on where they were, and nothing strange is joined to them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import torch

from explainer.segmentation.download import fetch
from explainer.segmentation.fetching import Stopped
from explainer.segmentation.weights import WeightsError
from tests.segmentation.test_download import nothing_left, only_file
from tests.segmentation.weights_server import serving


def large() -> bytes:
    """Weights of a size that takes more than one piece."""
    file = io.BytesIO()
    torch.save({"layer.weight": torch.arange(300_000.0)}, file)
    return file.getvalue()


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with serving(large(), "cut", "cut", ranges=True) as server:
        with pytest.raises(WeightsError, match="cut off"):
            fetch(server.source, [tmp_path])
        assert fetch(server.source, [tmp_path], lambda *far: seen.append(far)).read_bytes() == server.data
    half = len(server.data) // 2
    assert server.asked == [None, f"bytes={half}-", f"bytes={half + (len(server.data) - half) // 2}-"]
    assert seen[0][0] > half and seen[-1] == (len(server.data), len(server.data))
    only_file(tmp_path)


def test_a_cancelled_download_goes_on_later(tmp_path: Path) -> None:
    def enough(done: int, total: int) -> None:
        raise Stopped

    with serving(large(), ranges=True) as server:
        with pytest.raises(Stopped):
            fetch(server.source, [tmp_path], enough)
        fetch(server.source, [tmp_path])
        assert server.asked[0] is None and re.match(r"bytes=[1-9]\d*-$", server.asked[1] or "")
    only_file(tmp_path)


@pytest.mark.parametrize("change", ["mark", "no ranges", "wrong part", "weak"])
def test_nothing_of_another_version_is_joined(tmp_path: Path, change: str) -> None:
    with serving(large(), "cut", "cut", ranges=True) as server:
        if change == "weak":
            server.mark = 'W/"1"'
        with pytest.raises(WeightsError, match="cut off"):
            fetch(server.source, [tmp_path])
        if change == "weak":
            assert nothing_left(tmp_path)
        server.ranges = change != "no ranges"
        server.mark = '"2"' if change == "mark" else server.mark
        server.faults[:] = [change] if change == "wrong part" else []
        assert fetch(server.source, [tmp_path]).read_bytes() == server.data
    only_file(tmp_path)


def test_a_planted_half_is_noticed_and_all_is_fetched_again(tmp_path: Path) -> None:
    with serving(large(), ranges=True) as server:
        part = tmp_path / (server.source.file_name + ".part")
        part.write_bytes(b"planted" * 1000)
        part.with_name(part.name + ".etag").write_text(server.mark)
        assert fetch(server.source, [tmp_path]).read_bytes() == server.data
        assert server.asked == ["bytes=7000-", None]
        path = only_file(tmp_path)
        for planted in (server.data + b"more", server.data * 2):
            path.unlink()
            path.with_name(path.name + ".sha256").unlink()
            part.write_bytes(planted)
            part.with_name(part.name + ".etag").write_text(server.mark)
            assert fetch(server.source, [tmp_path]).read_bytes() == server.data
    only_file(tmp_path)
