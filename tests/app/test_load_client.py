"""The visitor without a browser that benchmarks/load.py sends: what it does arrives; two do not meet."""

from __future__ import annotations

import asyncio
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.client import Trouble, Visitor
from benchmarks.load import photo


def drawn(visitor: Visitor) -> list[str]:
    """What the page's components got."""
    return [json.loads(one.json) for kind, one, _ in visitor.widgets.values() if kind == "bidi_component"]


def scene(visitor: Visitor) -> dict:
    """What the page's stage got."""
    return next(found["scene"] for text in drawn(visitor) if "scene" in (found := json.loads(text)))


async def two_change_settings(address: str) -> None:
    async with Visitor(address, 1) as one, Visitor(address, 2) as other:
        await asyncio.gather(one.open("transposed-convolution", "tc_stride=3"), other.open("transposed-convolution"))
        before = scene(one)
        assert before != scene(other), "the address counts"
        (stride,) = [box for box in other.of_kind("selectbox") if box.query_param_key == "tc_stride"]
        for _ in range(4):
            other.choose(stride)
            await other.rerun()
        assert other.query["tc_stride"] != "3" or scene(other) == before
        await one.rerun()
        assert scene(one) == before
        await other.open("matrix-1d")
        with pytest.raises(Trouble, match="no page 'nowhere'"):
            await one.open("nowhere")


async def one_answers_and_uploads(address: str) -> None:
    async with Visitor(address) as one:
        await one.open("exercises")
        await one.answer()
        labels = [box.label for box in one.of_kind("button")]
        assert "Next question" in labels
        await one.answer()
        assert "Next question" not in [box.label for box in one.of_kind("button")]
        await one.open("your-photo")
        await one.upload(photo(1))
        key = hashlib.sha256(photo(1)).hexdigest()
        assert any(key in text for text in drawn(one)), "the photo stands among the thumbnails"


def test_two_visitors_without_a_browser(app):
    for visits in (two_change_settings, one_answers_and_uploads):
        with ThreadPoolExecutor(1) as own_thread:  # in the tests' own, Playwright's loop may be running
            own_thread.submit(asyncio.run, visits(app)).result()
