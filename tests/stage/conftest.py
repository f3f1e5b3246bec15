"""A blank page with the stage in it, and a stub that records what the stage tells the server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from explainer.palette import PALETTE
from explainer.stage.export import sources

LOAD = "async js => { window.calls = []; window.module = await import('data:text/javascript;base64,' + js); }"
#: Never asked for on a network: the page is served by the test itself, so that it has an address to write to.
HOME = "http://stage.test/"
MOUNT = """([scene, id, server, more]) => {
  const tell = (name, value) => window.calls.push([name, value]);
  const parentElement = document.getElementById(id);
  const data = { scene, address: server ? 'st' : undefined, ...more };
  window.unmount = window.module.default({ data, parentElement, setStateValue: server ? tell : undefined });
}"""


@dataclass
class Stage:
    """The page object: what a visitor of the stage sees and does."""

    page: Page
    problems: list[str]

    def mount(self, scene: dict[str, Any], id: str = "host", server: bool = True, **more: Any) -> None:
        self.page.evaluate(MOUNT, [scene, id, server, more])

    def theme(self, name: str) -> None:
        palette = PALETTE[name]
        colors = {"background-color": palette["background"], "text-color": palette["ink"]}
        self.page.evaluate(
            "vars => Object.entries(vars).forEach(([k, v]) => "
            "document.documentElement.style.setProperty('--st-' + k, v))",
            colors,
        )

    def press(self, *keys: str) -> None:
        self.page.locator(".stage").focus()
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, name: str) -> None:
        self.page.locator(f".button.{name}").click()

    def wait(self, name: str, value: object) -> None:
        """Wait until the stage's root carries data-<name> = value."""
        self.page.wait_for_selector(f'.stage[data-{name}="{value}"]')

    def step(self) -> int:
        return int(self.page.locator(".stage").get_attribute("data-step") or -1)

    def line(self) -> str:
        """The formula of the step, without its label."""
        parts = self.page.locator(".step-line span:not(.role-label)").all_text_contents()
        return "".join(parts)

    def cell_line(self) -> str:
        return "".join(self.page.locator(".cell-line span:not(.role-label)").all_text_contents())

    def texts(self, panel: str) -> list[str]:
        """The numbers on a panel, cell by cell."""
        return self.page.locator(f'[data-panel="{panel}"] svg .number').all_text_contents()

    def point(self, panel: str, cell: int) -> tuple[float, float]:
        """Where on the page a cell is."""
        box = self.page.locator(f'.cells[data-panel="{panel}"] rect.cell').nth(cell).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def calls(self, name: str) -> list[Any]:
        """The values told to the server under a name."""
        return [value for key, value in self.page.evaluate("window.calls") if key == name]

    def wait_for_address(self, name: str, value: object) -> None:
        """Wait until the address says so (steps count from 1 there)."""
        self.page.wait_for_function(
            "([name, value]) => new URLSearchParams(location.search).get(name) === value",
            arg=[f"st_{name}", str(value)],
        )


@pytest.fixture
def open_stage(browser: Browser) -> Iterator[Any]:
    """Open stages in pages of a chosen width; at the end no page may have complained in its console."""
    opened: list[Stage] = []

    def open_page(
        scene: dict[str, Any] | None = None, width: int = 1100, height: int = 800, query: str = "", **options: Any
    ) -> Stage:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        page.set_default_timeout(30_000)
        stage = Stage(page, [])
        page.on("pageerror", lambda error: stage.problems.append(str(error)))
        page.on("console", lambda m: stage.problems.append(m.text) if m.type in ("error", "warning") else None)
        page.route(f"{HOME}**", lambda route: route.fulfill(content_type="text/html", body=blank_page()))
        page.goto(HOME + query)
        page.evaluate(LOAD, base64.b64encode(sources().js.encode()).decode())
        stage.theme("light")
        if scene:
            stage.mount(scene)
        opened.append(stage)
        return stage

    yield open_page
    for stage in opened:
        stage.page.close()
        assert stage.problems == []


def blank_page() -> str:
    """What Streamlit would have mounted: the html and css beside each other."""
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    body = f'<div id="host">{sources().html}</div><div id="other"></div>'
    style = f"<style>{sources().css} body {{ margin: 16px; }}</style>"
    return f"<!DOCTYPE html><html><head>{viewport}{style}</head><body>{body}</body></html>"
