"""The page *Your photo* in a real browser, as tests drive it."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from explainer.segmentation.samples import sample
from tests.app.conftest import Visitor
from tests.photo_files import encode

QUICK = "your-photo?yp_size=129"


def viewer(page: Page, number: int = 0) -> Locator:
    return page.locator(".viewer").nth(number)


def canvas(page: Page, number: int = 0) -> Locator:
    return viewer(page, number).locator("canvas").first


def ready(visitor: Visitor, number: int = 0) -> None:
    """Wait until a viewer has drawn, and the script rests."""
    visitor.page.locator(".viewer[data-ready]").nth(number).wait_for(timeout=60_000)
    visitor.settle()


def shows(visitor: Visitor, photo: str) -> None:
    """Wait until the photo of that size is the one that is labelled and drawn."""
    expect(visitor.page.get_by_text(f"Photo {photo};")).to_be_visible(timeout=60_000)
    width, height = photo.split(" × ")
    expect(viewer(visitor.page)).to_have_attribute("data-size", f"{width}x{height}")
    visitor.settle()


def colors(page: Page, number: int = 0) -> np.ndarray:
    """The pixels of a viewer's canvas, (H, W, 3)."""
    data = canvas(page, number).evaluate("c => c.toDataURL().split(',')[1]")
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def photo_with_data() -> bytes:
    """A JPEG that is unlike the samples, with a place in it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = "SECRETPLACE"
    with Image.open(sample("two_dogs").path) as photo:
        turned = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return encode(turned, "JPEG", exif=exif.tobytes(), comment=b"SECRETWORD")


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        [{"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in files]
    )
