"""What a visitor keeps: a connection that stands still, a reload, a closed tab, a server that starts again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time

from playwright.sync_api import expect

from tests.app.choosing import choose
from tests.app.conftest import READY, Visitor, free_port, serving
from tests.app.photo_page import QUICK, photo_with_data, ready, shows, upload
from tests.app.test_app import button, count, stage
from tests.app.wire import Wire
from tests.photo_files import encode, quarters


@contextlib.contextmanager
def halted(process_id):
    """The server gives no answer at all, as where the line is dead."""
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)


def two_tabs(window, address):
    """A case with a setting of its own, and a photo of the visitor's."""
    window.set_default_timeout(120_000)
    case, own = (Visitor(window.new_page(), address) for _ in range(2))
    case.open("transposed-convolution?tc_stride=3")
    expect(case.page.get_by_text("s = 3")).to_be_visible()
    own.open(QUICK)
    ready(own)
    upload(own.page, ("a.jpg", photo_with_data()))
    shows(own, "533 × 800")
    return case, own


def loses_its_photo_and_takes_another(own):
    """The first one's loss is said once the next one was sent."""
    own.settle()
    upload(own.page, ("b.png", encode(quarters(60, 40), "PNG")))
    shows(own, "60 × 40")
    expect(own.page.get_by_text("a photo of yours is no longer here")).to_be_visible()
    expect(own.page.get_by_test_id("stException")).to_have_count(0)


def test_a_server_that_halts_and_starts_again_a_reload_two_tabs_and_a_closed_one(browser):
    port, window = free_port(), browser.new_context(viewport={"width": 1280, "height": 800})
    with contextlib.ExitStack() as first:
        address, process_id = first.enter_context(serving(port=port))
        case, own = two_tabs(window, address)
        page, third = case.page, window.new_page()

        with halted(process_id):
            button(page, "Next step").click()
            page.wait_for_function("location.search.includes('tc_stage_step=2')")
        choose(page, "Stride s", "2")
        case.settle()
        expect(page.get_by_text("s = 2")).to_be_visible()

        choose(page, "Stride s", "3")
        page.wait_for_function("location.search.includes('tc_stride=3')")
        page.reload(wait_until="domcontentloaded")  # in the middle of the run
        case.settle()
        expect(page.get_by_text("s = 3")).to_be_visible()
        expect(count(page)).to_have_text(re.compile("^1 /"))  # other settings begin anew

        # Before anything is there; but not in the moment of the commit, when Chromium may lose the wish to close.
        third.goto(f"{address}/checkerboard-artifacts", wait_until="domcontentloaded")
        third.close()
        button(page, "Next step").click()
        expect(count(page)).to_have_text(re.compile("^2 /"))
    page.wait_for_selector(".stApp[data-test-connection-state=PINGING_SERVER]")
    button(page, "Next step").click()
    page.wait_for_function("location.search.includes('tc_stage_step=3')")

    with serving(port=port):
        for tab in (page, own.page):
            tab.wait_for_selector(".stApp[data-test-connection-state=CONNECTED]", timeout=120_000)
            tab.wait_for_selector(READY, timeout=120_000)
        case.settle()
        expect(page.get_by_text("s = 3")).to_be_visible()
        expect(count(page)).to_have_text(re.compile("^3 /"))
        button(page, "Previous step").click()
        page.wait_for_function("location.search.includes('tc_stage_step=2')")
        expect(stage(page).locator(".step-line")).to_contain_text("=")
        loses_its_photo_and_takes_another(own)
    window.close()


def test_a_line_that_is_dead_for_longer_than_the_server_keeps_a_visit(browser):
    """As 45 seconds without a connection, of which the server waits 30; here it waits 2."""
    with (
        serving("--server.disconnectedSessionTTL", "2") as (address, _),
        Wire(address) as wire,
        contextlib.closing(browser.new_context(viewport={"width": 1280, "height": 800})) as window,
    ):
        case, own = two_tabs(window, wire.address)
        page = case.page

        wire.cut()
        page.wait_for_selector(".stApp[data-test-connection-state=PINGING_SERVER]")
        button(page, "Next step").click()
        page.wait_for_function("location.search.includes('tc_stage_step=2')")
        time.sleep(4)
        wire.mend()

        for tab in (page, own.page):
            tab.wait_for_selector(".stApp[data-test-connection-state=CONNECTED]")
            tab.wait_for_selector(READY)
        case.settle()
        choose(page, "Dilation d", "2")
        case.settle()
        expect(page.get_by_text("s = 3 · d = 2")).to_be_visible()
        loses_its_photo_and_takes_another(own)
