"""The files below a stage: made on the server, of what stands on the visitor's screen."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.app.conftest import Visitor


def test_the_picture_to_download_is_of_the_step_and_order_on_the_screen(visitor: Visitor) -> None:
    """Though the link brought parameters, after which Streamlit by itself no longer looks into the address."""
    page = visitor.open("nearest-neighbor?nn_stage_view=matrix")
    stage = page.locator(".stage").first
    stage.focus()
    for key in ("o", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_function("location.search.includes('nn_stage_step=3')")
    page.get_by_text("Download", exact=True).last.click()
    picture = page.get_by_role("button", name="(PNG)")
    expect(picture).to_contain_text("Picture of step 3 (PNG)")
    stage.focus()
    page.keyboard.press("End")
    expect(picture).to_contain_text("Picture of step 16 (PNG)")
    visitor.settle()
