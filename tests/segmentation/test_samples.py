"""The photographs that come with the app."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from explainer.photos import read_photo
from explainer.segmentation.samples import FOLDER, all_photos, sample, samples


def test_there_are_ten_and_each_file_has_its_row() -> None:
    assert len(samples()) == 10
    assert {one.path for one in all_photos()} == set(FOLDER.glob("*.jpg"))
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    for one in all_photos():
        assert one.path.name in sources
        assert one.license in ("CC0", "Public domain", "CC BY 4.0") and one.credit and one.title


def test_they_are_small_upright_and_without_metadata() -> None:
    for one in samples():
        assert one.path.stat().st_size < 200_000
        with Image.open(one.path) as image:
            assert max(image.size) <= 800 and image.mode == "RGB" and image.format == "JPEG"
            assert not image.getexif()
            pixels = np.asarray(image).astype(int)
        assert (np.abs(pixels - pixels.mean(2, keepdims=True)) > 8).mean() > 0.2, "in color"
        assert read_photo(one.path.read_bytes()).notices == ()


def test_an_unknown_name_is_refused() -> None:
    assert sample("coffee").title == "Coffee cup on a table"
    with pytest.raises(ValueError, match="lena"):
        sample("lena")
