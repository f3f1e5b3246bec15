"""The decoder against a corpus of good and bad files, and against mutants of good ones."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from explainer.photos import Photo, PhotoError, read_photo, to_data_uri, to_jpeg_bytes, to_png_bytes
from tests.photo_corpus import corpus, mutants
from tests.photo_files import Case, encode, quarters

CORPUS = corpus()


def test_the_corpus_is_large_and_has_both_outcomes() -> None:
    assert len(CORPUS) >= 120
    assert len({case.name for case in CORPUS}) == len(CORPUS)
    assert sum(case.error is None for case in CORPUS) >= 40
    assert sum(case.error is not None for case in CORPUS) >= 40


@pytest.mark.parametrize("case", [case for case in CORPUS if case.error is None], ids=lambda case: case.name)
def test_good_files_are_read(case: Case) -> None:
    photo = read_photo(case.data, long_side=None)
    assert photo.rgb.dtype == np.uint8 and photo.rgb.shape == (photo.height, photo.width, 3)
    if case.size is not None:
        assert (photo.width, photo.height) == case.size
    if case.pixel is not None:
        corner = photo.rgb[photo.height // 4, photo.width // 4].astype(int)
        assert np.abs(corner - case.pixel).max() <= case.tolerance
    assert bool(photo.notices) == (case.notice is not None), photo.notices
    if case.notice is not None:
        assert case.notice in photo.notices[0]


@pytest.mark.parametrize("case", [case for case in CORPUS if case.error is not None], ids=lambda case: case.name)
def test_bad_files_are_refused_with_one_sentence(case: Case) -> None:
    with pytest.raises(PhotoError) as caught:
        read_photo(case.data)
    sentence = str(caught.value)
    assert re.search(case.error or "", sentence), sentence
    assert sentence.endswith(".") and "\n" not in sentence and "Error" not in sentence


@pytest.mark.parametrize("long_side", [None, 24])
def test_all_four_quarters_stand_where_they_belong(long_side: int | None) -> None:
    for case in CORPUS:
        if case.name.startswith("orientation"):
            photo = read_photo(case.data, long_side=long_side)
            height, width, _ = photo.rgb.shape
            expected = np.asarray(quarters(width, height)).astype(int)
            for y in (height // 4, 3 * height // 4):
                for x in (width // 4, 3 * width // 4):
                    assert np.abs(photo.rgb[y, x] - expected[y, x]).max() < 40, case.name
            assert (photo.width, photo.height) == (64, 48)


def test_ten_thousand_mutants_give_a_picture_or_a_refusal() -> None:
    read = refused = 0
    for data in mutants(10_000):
        try:
            photo = read_photo(data)
        except PhotoError:
            refused += 1
        else:
            read += 1
            assert photo.rgb.ndim == 3 and photo.rgb.dtype == np.uint8
    assert read > 500 and refused > 500


def test_large_photos_are_reduced_and_remember_their_size() -> None:
    photo = read_photo(encode(quarters(1600, 1200), "JPEG"), long_side=400)
    assert photo.rgb.shape == (300, 400, 3)
    assert (photo.width, photo.height) == (1600, 1200)


def test_a_hundred_megapixel_jpeg_is_read_at_reduced_scale() -> None:
    flat = encode(Image.new("L", (11_600, 8_700), 90), "JPEG", quality=30)
    photo = read_photo(flat, long_side=512)
    assert photo.rgb.shape == (384, 512, 3)
    assert (photo.width, photo.height) == (11_600, 8_700)
    with pytest.raises(PhotoError, match="megapixels"):
        read_photo(flat, long_side=None)


def test_the_byte_limit_is_the_callers() -> None:
    data = encode(quarters(), "BMP")
    with pytest.raises(PhotoError, match="MB"):
        read_photo(data, max_bytes=len(data) - 1)
    assert isinstance(read_photo(data, max_bytes=len(data)), Photo)


def test_pixels_cannot_be_written() -> None:
    photo = read_photo(encode(quarters(), "PNG"))
    with pytest.raises(ValueError, match="read-only"):
        photo.rgb[0, 0] = 0


def test_heic_gets_its_own_sentence() -> None:
    with pytest.raises(PhotoError, match="JPEG") as caught:
        read_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200))
    assert "HEIC" in str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_goes_out_carries_nothing_but_pixels(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET place"
    exif.get_ifd(0x8825)[1] = "N"
    options: dict[str, object] = {"exif": exif.tobytes(), "icc_profile": b"SECRET profile"}
    data = encode(quarters(), kind, **options, **({"comment": b"SECRET words"} if kind == "JPEG" else {}))
    assert b"SECRET" in data
    photo = read_photo(data)
    for out in (to_png_bytes(photo.rgb), to_jpeg_bytes(photo.rgb)):
        assert b"SECRET" not in out and b"Exif" not in out
        with Image.open(io.BytesIO(out)) as image:
            assert not image.getexif() and "icc_profile" not in image.info and "comment" not in image.info


def test_png_bytes_are_the_pixels() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (5, 7, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(to_png_bytes(rgb))) as image:
        assert (np.asarray(image) == rgb).all()
    assert to_data_uri(rgb).startswith("data:image/png;base64,iVBOR")
    assert to_data_uri(rgb, jpeg=True).startswith("data:image/jpeg;base64,/9j/")


def test_light_modules_do_not_import_torch() -> None:
    program = (
        "import sys, explainer.photos, explainer.segmentation.samples, explainer.segmentation.classes, "
        "explainer.segmentation.prediction, explainer.segmentation.weights, explainer.segmentation.worker, "
        "explainer.segmentation.commands; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_damaged_tiffs_leave_no_trace_on_standard_error(capfd):
    """libtiff writes past Python, so the process's own standard error is looked at."""
    chance = np.random.default_rng(0)
    for compression in ("tiff_lzw", "tiff_deflate"):
        data = encode(quarters(), "TIFF", compression=compression)
        for _ in range(12):
            damaged = bytearray(data)
            damaged[chance.integers(8, len(data))] ^= 0x55
            with contextlib.suppress(PhotoError):
                read_photo(bytes(damaged))
    assert capfd.readouterr().err == ""
