"""The app inside a page of another site, as courses embed it: uploads need the setting that the README names."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading

import pytest
from playwright.sync_api import expect

from tests.app.conftest import serving
from tests.app.photo_page import QUICK
from tests.photo_files import encode, quarters

FRAME = '<!doctype html><title>A course</title><iframe src="{app}/{page}" width="1000" height="700"></iframe>'


@contextlib.contextmanager
def elsewhere(folder, text):
    """A page of another site than the app's: `localhost` where the app is 127.0.0.1."""
    (folder / "index.html").write_text(text, encoding="utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("cookie", "status"), [("lax", 403), ("none", 204)])
def test_an_upload_in_a_frame_of_another_site(browser, tmp_path, cookie, status):
    with (
        serving("--server.xsrfCookieSameSite", cookie) as (address, _),
        elsewhere(tmp_path, FRAME.format(app=address, page=QUICK)) as course,
        # A browser of its own each: the ports of one host share their cookies.
        contextlib.closing(browser.new_context(viewport={"width": 1280, "height": 800})) as visit,
    ):
        page = visit.new_page()
        page.set_default_timeout(120_000)
        page.goto(course, wait_until="domcontentloaded")
        app = page.frame_locator("iframe")
        app.locator(".viewer[data-ready]").first.wait_for()
        photo = {"name": "a.png", "mimeType": "image/png", "buffer": encode(quarters(40, 60), "PNG")}
        with page.expect_response(lambda answer: "upload_file" in answer.url) as sent:
            app.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([photo])
        assert sent.value.status == status
        if status == 204:
            expect(app.get_by_text("Photo 40 × 60;")).to_be_visible()
