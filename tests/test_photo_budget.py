"""Small files must not eat the machine: what decoding takes, measured in a process of its own, at the limit."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from explainer.photos import MAX_DECODED, MAX_SCANS, PhotoError, read_photo
from explainer.photos.budget import coefficients, count_scans
from tests.photo_files import encode, png_header, quarters

PROGRAM = """
import resource, sys, time
from explainer.photos import read_photo
data = sys.stdin.buffer.read()
read_photo(open(sys.argv[1], "rb").read())
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
read_photo(data)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, time.process_time() - start)
"""


def cost(data: bytes, tmp_path) -> tuple[float, float]:
    """MB of peak memory and seconds of CPU that reading takes, after everything was imported and used once."""
    small = tmp_path / "small.png"
    small.write_bytes(encode(quarters(), "PNG"))
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(small)], input=data, capture_output=True, check=True)
    grown, spent = done.stdout.split()
    return float(grown), float(spent)


def flat(mode: str, bytes_a_pixel: float, kind: str, **options: object) -> bytes:
    """A picture of one color that just fits the budget."""
    side = int((MAX_DECODED / bytes_a_pixel) ** 0.5)
    return encode(Image.new(mode, (side, side)), kind, **options)


@pytest.mark.parametrize(
    ("mode", "each", "kind", "options"),
    [
        ("1", 1, "PNG", {}),
        ("L", 1, "PNG", {}),
        ("P", 1, "PNG", {"transparency": 0}),
        ("P", 1, "GIF", {"transparency": 0}),
        ("I;16", 2, "PNG", {}),
        ("LA", 4, "PNG", {}),
        ("RGB", 4, "PNG", {}),
        ("RGBA", 4, "PNG", {}),
        ("L", 3.5, "BMP", {}),
        ("F", 4, "TIFF", {"compression": "tiff_deflate"}),
        ("CMYK", 4, "TIFF", {"compression": "tiff_deflate"}),
        ("RGBA", 12, "WEBP", {"lossless": True, "method": 0}),
        ("RGB", 12, "WEBP", {"method": 0}),
        ("RGB", 8, "AVIF", {"speed": 10}),
        ("RGB", 10, "JPEG", {"progressive": True, "subsampling": 0}),
        ("RGB", 7, "JPEG", {"progressive": True, "subsampling": 2}),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_picture_at_the_limit_stays_within_memory(mode, each, kind, options, tmp_path):
    grown, spent = cost(flat(mode, each, kind, **options), tmp_path)
    assert grown < 200, (mode, kind, grown)
    assert spent < 4


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGBA", "PNG"), ("RGBA", "WEBP"), ("RGB", "TIFF"), ("L", "PNG"), ("RGB", "JPEG")]
)
def test_beyond_the_limit_is_refused_before_decoding(mode, kind):
    side = 9500 if mode == "L" else 5000
    options = {"progressive": True} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    if kind == "TIFF":
        options = {"compression": "tiff_deflate"}
    data = encode(Image.new(mode, (side, side)), kind, **options)
    started = time.process_time()
    with pytest.raises(PhotoError, match=r"megapixels; of this kind \(about \d+ bytes a pixel"):
        read_photo(data)
    assert time.process_time() - started < 0.3


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_more_pixels_than_pillow_opens_are_told_with_both_numbers(kind):
    """A header that claims 200 megapixels, as phones make them; nothing is decoded."""
    wide, high = (16320).to_bytes(4, "big"), (12240).to_bytes(4, "big")
    jpeg, size = encode(quarters(), "JPEG"), (48).to_bytes(2, "big") + (64).to_bytes(2, "big")
    assert jpeg.count(size) == 1
    claimed = png_header(16320, 12240) if kind == "PNG" else jpeg.replace(size, high[2:] + wide[2:])
    with pytest.raises(PhotoError) as refused:
        read_photo(claimed)
    assert str(refused.value).startswith("This picture has 200 megapixels; at most 179 are accepted.")


def test_scans_are_counted_and_capped():
    data = encode(quarters(), "JPEG", progressive=True, quality=90)
    usual = count_scans(data)
    assert 5 < usual <= 10
    assert count_scans(encode(quarters(), "JPEG")) == 1
    scan = data.rindex(b"\xff\xda")
    many = data[:-2] + data[scan:-2] * MAX_SCANS + data[-2:]
    assert count_scans(many) == usual + MAX_SCANS
    with pytest.raises(PhotoError, match="scans"):
        read_photo(many)


def test_a_thumbnail_inside_does_not_count_as_scans():
    inner = encode(quarters(), "JPEG", progressive=True)
    exif = b"Exif\0\0" + inner[:4000]
    assert count_scans(encode(quarters(), "JPEG", exif=exif)) == 1


def test_coefficients_follow_the_sampling():
    for subsampling, each in ((0, 6), (1, 4), (2, 3)):
        assert coefficients(encode(quarters(), "JPEG", progressive=True, subsampling=subsampling)) == each
    assert coefficients(encode(quarters().convert("L"), "JPEG", progressive=True)) == 2


def test_reducing_strip_by_strip_changes_nothing():
    """Blocks of pixels are averaged in strips; the whole picture, averaged at once, is the reference."""
    across = np.linspace(0, 255, 2100)[None, :, None] * np.ones((3000, 1, 4))
    across[..., 3] = np.linspace(0, 255, 3000)[:, None]
    picture = Image.fromarray(across.astype(np.uint8), "RGBA")
    white = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    white.thumbnail((100, 100), Image.Resampling.BOX)
    found = read_photo(encode(picture, "PNG"), long_side=100).rgb
    assert np.abs(found.astype(int) - np.asarray(white)).max() <= 3
