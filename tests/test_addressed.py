"""Figures' data by address: what is answered, for how long, and what the browser's side makes of it."""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from explainer.stage.bundle import bundle
from explainer.ui import addressed
from explainer.ui.addressed import addressed as public

SCRIPT = Path(addressed.__file__).with_name("by_address.js")
HOME = "http://figure.test/room/page"


def fetched(path: str, accept: str = "gzip, br") -> Response:
    headers = [(b"accept-encoding", accept.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""}
    for route in addressed.ROUTES:
        match, more = route.matches(scope)
        if match is Match.FULL:
            with ThreadPoolExecutor(1) as beside:  # a browser's tests may run a loop in this thread
                return beside.submit(asyncio.run, addressed.answer(Request(scope | more))).result()
    raise LookupError(path)


def test_the_data_is_answered_compressed_and_plain_wherever_the_app_is_served() -> None:
    data = {"pictures": ["a" * 900], "side": 3}
    kept = public(data)
    assert list(kept.message) == ["source"] and len(json.dumps(kept.message)) < 60
    for base in ("/", "/class/room/"):
        small, plain = fetched(base + kept.message["source"]), fetched(base + kept.message["source"], "identity")
        assert json.loads(gzip.decompress(small.body)) == json.loads(plain.body) == data
        assert small.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
        assert len(small.body) < len(plain.body) / 4
        for one in (small, plain):
            assert one.status_code == 200 and one.headers["content-type"] == "application/json"
            assert "immutable" in one.headers["cache-control"] and one.headers["vary"] == "Accept-Encoding"


def test_the_same_data_is_the_same_object_and_another_has_another_address() -> None:
    one, again, other = public({"a": 1}), public({"a": 1}), public({"a": 2})
    assert one is again and one.message != other.message


def test_what_nobody_keeps_is_gone() -> None:
    kept = public({"only": "for a moment"})
    source = "/" + kept.message["source"]
    assert fetched(source).status_code == 200
    del kept
    gc.collect()
    assert fetched(source).status_code == 404
    assert fetched("/shared/..%2Fstreamlit_app.py").status_code == 404


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.route(HOME, lambda route: route.fulfill(body="<div id=root><b>kept</b></div>", content_type="text/html"))
    page.goto(HOME)
    script = base64.b64encode(bundle(SCRIPT).encode()).decode()
    page.evaluate(
        "async js => { window.m = await import('data:text/javascript;base64,' + js); window.shown = []; "
        "window.draw = data => m.byAddress(root, data, (_, whole) => window.shown.push(whole)); }",
        script,
    )
    yield page
    context.close()


def serve(page: Page, name: str, *answers: object) -> list[str]:
    """Answer an address with these one after the other, the last one again and again: a status, or the data."""
    left, asked = list(answers), []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, int):
            route.fulfill(status=one)
        else:
            route.fulfill(json=one)

    page.route(f"http://figure.test/room/shared/{name}.json", answer)
    return asked


def draw(page: Page, name: str, **more: object) -> bool:
    """Draw what stands at an address; whether nothing could be pressed at that moment, before any answer."""
    read = "data => { draw(data); return root.inert; }"
    return bool(page.evaluate(read, {"source": f"shared/{name}.json", **more}))


def test_it_is_fetched_once_below_the_apps_own_address_and_the_same_object_again(page: Page) -> None:
    asked = serve(page, "a", {"photo": 1})
    assert draw(page, "a", prefix="x")
    page.wait_for_function("shown.length == 1")
    assert not draw(page, "a", prefix="x")
    assert page.evaluate("shown") == [{"photo": 1, "prefix": "x"}] * 2
    assert page.evaluate("shown[0] === shown[1]") and len(asked) == 1


def test_what_came_whole_is_shown_at_once(page: Page) -> None:
    page.evaluate("draw({photo: 2}); draw({photo: 2})")
    assert page.evaluate("shown") == [{"photo": 2}] * 2 and page.evaluate("shown[0] === shown[1]")


def test_what_is_asked_for_meanwhile_is_shown_instead(page: Page) -> None:
    serve(page, "slow", 503, {"photo": "slow"})
    serve(page, "b", {"photo": "b"})
    draw(page, "slow")
    draw(page, "b")
    page.wait_for_timeout(1600)
    assert page.evaluate("shown") == [{"photo": "b"}]


def test_a_failure_is_tried_again_and_then_said_and_the_next_drawing_asks_anew(page: Page) -> None:
    asked = serve(page, "late", 503, 404, 404, {"photo": 3})
    draw(page, "late")
    page.wait_for_selector("[role=alert]")
    assert len(asked) == 3 and "could not be fetched" in page.inner_text("#root") and "kept" in page.inner_text("#root")
    draw(page, "late")
    page.wait_for_function("shown.length == 1")
    assert not page.locator("[role=alert]").count()
