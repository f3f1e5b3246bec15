"""One table of cases for each pair of twins, Python and JavaScript: JSON in, text out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import explainer
from explainer.player.captions import cell_pieces, step_pieces, text_of
from explainer.player.lookup import Lookup
from explainer.player.numerals import format_number
from explainer.player.playback import Playback
from explainer.player.wording import cell_text
from explainer.stage.bundle import bundle
from tests.stage import scenes

HERE = Path(__file__).parent
PLAYER = Path(explainer.__file__).parent / "player"
#: Takes the modules' text in.
LOAD = """async js => {
  window.player = await import(URL.createObjectURL(new Blob([js], { type: 'text/javascript' })));
}"""
PAIRS = ("numerals", "lookup", "playback", "captions")

#: How JavaScript works out a case; `player` is the bundle of captions.js.
IN_JAVASCRIPT = {
    "numerals": "(player, { value, digits }) => "
    "player.formatNumber(typeof value === 'string' ? Number(value) : value, digits)",
    "lookup": """(player, { scene, panel, cell }) => {
      const lookup = new player.Lookup(scene);
      const lit = lookup.lit(lookup.byId.get(panel), cell).cells;
      return [...lit].filter(([, cells]) => cells.length).map(([id, cells]) => [id, ...cells].join(" ")).join(" | ");
    }""",
    "playback": """(player, { scene, order, step }) => {
      const lookup = new player.Lookup(scene);
      const { target } = lookup;
      const found = (cell) => player.shown(lookup, player.orderOf(lookup, order), target, cell, step);
      const texts = Array.from({ length: target.cells }, (_, c) => player.cellText(lookup, target, c, found(c)));
      return texts.map((text) => text || "·").join(" ");
    }""",
    "captions": """(player, { scene, order, step, panel, cell }) => {
      const lookup = new player.Lookup(scene);
      const pieces = panel
        ? player.cellPieces(lookup, lookup.byId.get(panel), cell)
        : player.stepPieces(lookup, order, step);
      return player.textOf(pieces);
    }""",
}


def numerals(case: dict[str, Any]) -> str:
    value = case["value"]
    return format_number(float(value) if isinstance(value, str) else value, case["digits"])


def lookup(case: dict[str, Any]) -> str:
    table = Lookup(scenes.ALL[case["scene"]]())
    lit = table.lit(panel_of(table, case["panel"]), case["cell"])
    return " | ".join(" ".join(map(str, [name, *cells])) for name, cells in lit.items() if cells)


def playback(case: dict[str, Any]) -> str:
    table = Lookup(scenes.ALL[case["scene"]]())
    played, target = Playback(table, case["order"]), table.target
    states = [played.shown(target, cell, case["step"]) for cell in range(len(target["values"]))]
    return " ".join(cell_text(table, target, cell, state) or "·" for cell, state in enumerate(states))


def captions(case: dict[str, Any]) -> str:
    table = Lookup(scenes.ALL[case["scene"]]())
    if "panel" in case:
        return text_of(cell_pieces(table, panel_of(table, case["panel"]), case["cell"]))
    return text_of(step_pieces(table, case["step"], case["order"]))


def panel_of(table: Lookup, name: str) -> dict[str, Any]:
    return next(panel for panel in table.panels if panel["id"] == name)


IN_PYTHON = {"numerals": numerals, "lookup": lookup, "playback": playback, "captions": captions}


def cases(pair: str) -> list[dict[str, Any]]:
    return json.loads((HERE / f"{pair}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """A blank page with the player's modules as `window.player`."""
    opened = browser.new_page()
    opened.evaluate(
        LOAD,
        bundle(PLAYER / "captions.js"),
    )
    yield opened
    opened.close()


@pytest.mark.parametrize("pair", PAIRS)
def test_the_table_holds_in_python(pair):
    for case in cases(pair):
        assert IN_PYTHON[pair](case) == case["text"], case


@pytest.mark.parametrize("pair", PAIRS)
def test_the_table_holds_in_javascript(pair, page):
    for case in cases(pair):
        given = case | ({"scene": scenes.ALL[case["scene"]]()} if "scene" in case else {})
        said = page.evaluate(f"given => ({IN_JAVASCRIPT[pair]})(window.player, given)", given)
        assert said == case["text"], case


@pytest.mark.parametrize("pair", [*PAIRS, "wording"])
def test_twins_lie_beside_each_other(pair):
    assert (PLAYER / f"{pair}.py").exists()
    assert (PLAYER / f"{pair}.js").exists()
