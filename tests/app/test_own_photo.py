"""A visitor's own photo in the real app and a real browser: upload, camera, what is refused, who sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.app.conftest import Visitor
from tests.app.photo_page import QUICK, canvas, photo_with_data, ready, shows, upload, viewer
from tests.browser import arguments, find
from tests.photo_files import encode, quarters


def test_an_upload_is_shown_and_nothing_of_it_has_an_address(visitor, app):
    page, media, data = visitor.page, set(), photo_with_data()
    page.on("response", lambda answer: media.add(answer.url) if answer.url.startswith(f"{app}/media/") else None)
    visitor.open(QUICK)
    ready(visitor)
    before = set(media)
    upload(page, ("<img src=x>.jpg", data))
    shows(visitor, "533 × 800")
    expect(page.locator(".picker input:checked + img + span")).to_have_text("Photo 1")
    for tab in ("Swap the upsampling", "Look inside", "Take away"):
        page.get_by_role("tab", name=tab).click()
        visitor.settle()
    expect(page.locator(".files button")).to_have_count(5)
    assert media == before
    assert page.locator('img[src*="/media/"]').count() == 0
    digest = hashlib.sha256(data).hexdigest()
    for address in media:
        with urlopen(address) as answer:
            assert hashlib.sha256(answer.read()).hexdigest() != digest
    for guess in (digest, hashlib.sha224(data).hexdigest()):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{app}/media/{guess}.jpg")
    html = page.content()
    assert "SECRET" not in html
    assert digest not in page.url


def test_a_bad_file_is_a_sentence_the_picture_stays_and_all_can_be_forgotten(visitor):
    page = visitor.open(QUICK)
    ready(visitor)
    small, wide = encode(quarters(), "BMP"), encode(quarters(80, 40), "PNG")
    files = (("a.bmp", small), ("b.jpg", b"no picture"), ("c.jpg", wide))
    upload(page, *files)
    shows(visitor, "80 × 40")
    alert = page.get_by_test_id("stAlert").filter(has_text="“b.jpg”: This is not a picture")
    expect(alert).to_have_count(1)
    expect(page.locator(".picker label")).to_have_count(12)
    page.locator(".picker label").filter(has_text="Photo 1").click()
    shows(visitor, "64 × 48")
    page.get_by_role("button", name="Forget my photos").click()
    shows(visitor, "451 × 300")
    expect(page.locator(".picker label")).to_have_count(10)
    expect(page.get_by_test_id("stFileUploaderFile")).to_have_count(0)


@pytest.fixture
def with_camera(browser: Browser, app: str) -> Iterator[Visitor]:
    """A browser with a camera that films a test pattern and asks nobody."""
    pretend = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    path = find() or browser.browser_type.executable_path
    own = browser.browser_type.launch(executable_path=path, args=[*arguments(), *pretend])
    found = Visitor(own.new_page(viewport={"width": 1280, "height": 800}), app)
    yield found
    own.close()
    assert found.problems == []


def test_the_camera(with_camera):
    page = with_camera.open(QUICK)
    ready(with_camera)
    page.get_by_text("Use the camera").click()
    expect(page.get_by_text("only over HTTPS or on localhost")).to_be_visible()
    page.wait_for_function("document.querySelector('video')?.videoWidth > 0")
    page.get_by_role("button", name="Take Photo").click()
    expect(page.locator(".picker input:checked + img + span")).to_have_text("Camera", timeout=60_000)
    ready(with_camera)
    expect(viewer(page)).not_to_have_attribute("data-size", "451x300")
    seen = canvas(page).bounding_box()
    assert seen["y"] >= 0 and seen["y"] + seen["height"] <= page.viewport_size["height"], "the answer is in view"


def test_another_visitor_meets_samples_only(visitor, browser, app):
    visitor.open(QUICK)
    ready(visitor)
    upload(visitor.page, ("x.jpg", photo_with_data()))
    shows(visitor, "533 × 800")
    other = Visitor(browser.new_page(), app)
    other.open(QUICK)
    ready(other)
    expect(other.page.locator(".picker label")).to_have_count(10)
    assert other.problems == []
    other.page.close()
