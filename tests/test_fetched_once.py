"""Scripts and pictures: fetched by an address that names their content, instead of sent with every change."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.routing import Match

from explainer.stage.export import sources
from explainer.ui import fetched_once, stage, start
from explainer.ui.photo import picking

ADDRESS = re.compile(r'new URL\("(once/[\w.]+\.js)", document\.baseURI\)')


def fetched(path: str) -> tuple[int, str, str, str]:
    """Status, body (of a JPEG its kind alone), caching and type of what the app's routes answer."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    for route in fetched_once.ROUTES:
        match, more = route.matches(scope)
        if match is Match.FULL:
            asked = fetched_once.answer(Request(scope | more))
            with ThreadPoolExecutor(1) as beside:  # a browser's tests may run a loop in this thread
                answer = beside.submit(asyncio.run, asked).result()
            headers = answer.headers
            body = bytes(answer.body)
            return (
                answer.status_code,
                body[6:10].decode() if body[:2] == b"\xff\xd8" else body.decode(),
                headers.get("cache-control", ""),
                headers["content-type"],
            )
    raise LookupError(path)


def test_what_is_sent_names_the_script_and_the_script_is_whole() -> None:
    assert stage  # registers the stage's script
    sent = fetched_once.imported("upsampling_stage", sources().js)
    assert len(sent) < 250
    address = ADDRESS.search(sent)
    assert address
    for base in ("/", "/class/room/"):
        status, script, caching, kind = fetched(base + address[1])
        assert (status, script) == (200, sources().js)
        assert "immutable" in caching and kind.startswith("text/javascript")


def test_another_content_has_another_address() -> None:
    one, other = (
        ADDRESS.search(fetched_once.imported("one", text)) for text in ("export default 1", "export default 2")
    )
    assert one and other and one[1] != other[1]


def test_what_nobody_registered_is_not_there() -> None:
    assert fetched("/once/stage.0000000000000000.js")[0] == 404
    assert fetched("/once/..%2Fstreamlit_app.py")[0] == 404


def test_the_samples_thumbnails_are_pictures_with_addresses() -> None:
    for one in picking._sample_thumbnails():
        status, start, caching, kind = fetched("/" + one["uri"])
        assert (status, kind, start) == (200, "image/jpeg", "JFIF") and "immutable" in caching


def test_the_hourglass_is_a_picture_with_an_address_and_not_in_the_page() -> None:
    address = start.moving_picture("light")
    status, picture, caching, kind = fetched("/" + address)
    assert (status, kind) == (200, "image/svg+xml") and "immutable" in caching
    assert picture.startswith("<svg ") and len(picture) < 600_000
    assert start.moving_picture("dark") != address
