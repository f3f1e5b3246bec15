"""One text per cell: the Python player, the picture's sheet and the browser's stage write the same, at every step."""

from __future__ import annotations

from typing import Any

import pytest

from explainer.examples.drawn import example_scene
from explainer.examples.table import examples
from explainer.player.lookup import Lookup
from explainer.player.playback import Playback
from explainer.player.wording import cell_text
from explainer.raster import painter
from explainer.raster.sheet import Sheet
from explainer.scene.letters import output_labels
from explainer.scene.panels import count_steps
from explainer.scene.transport import pack

DRAWN = [one for one in examples() if one.op != "shape" and not one.is_refused]
LETTERED = [one for one in DRAWN if one.is_single and one.problem().symbols]
#: One example of every operator and dimension, with numbers and, where there is one, with letters.
SOME = list({(one.op, one.has_letters): one for one in DRAWN}.values())
#: Wide enough that every number of every example is written.
ROOMY = 2600

PLAY = """([order, steps]) => {
  document.querySelector('[data-view="all"]')?.click();
  document.querySelector(`[data-order="${order}"].button`)?.click();
  const slider = document.querySelector(".slider");
  const holders = [...document.querySelectorAll(".cells")].filter(one => one.querySelector("text.number"));
  const read = one => [...one.querySelectorAll("text.number")].map(text => text.textContent);
  const frames = steps.map(step => {
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
    return Object.fromEntries(holders.map(one => [one.dataset.panel, read(one)]));
  });
  return { digits: Object.fromEntries(holders.map(one => [one.dataset.panel, Number(one.dataset.digits)])), frames };
}"""


class Recorder(Sheet):
    """A sheet that remembers what is written into the cells, and saves the time to draw it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.texts: dict[tuple[str, int], str] = {}

    def cell(self, place, cell, fill, text, muted=False):
        self.texts[place.panel["id"], cell] = text

    def copy(self):
        return Sheet((1, 1), self.palette)


def maps(scene):
    return [panel for panel in scene["panels"] if "matrix" not in panel]


def expected(lookup, playback, panel, step, digits):
    states = (playback.shown(panel, cell, step) if panel.get("progress") else None for cell in cells(panel))
    return [cell_text(lookup, panel, cell, state, digits) for cell, state in enumerate(states)]


def cells(panel):
    channels, rows, cols = panel["shape"]
    return range(channels * rows * cols)


def orders(scene):
    return [order["id"] for order in scene["orders"]]


def test_the_browser_writes_what_the_python_player_says(open_stage):
    stage = open_stage(width=ROOMY, height=1600)
    for example in SOME:
        scene = example_scene(example)
        lookup = Lookup(scene)
        stage.mount(pack(scene))
        compared = sum(frames_agree(stage, lookup, Playback(lookup, order)) for order in orders(scene))
        assert compared >= 2 * sum(count_steps(scene, order) for order in orders(scene)), example.slug


def frames_agree(stage, lookup, playback):
    """How many panels were compared, over all steps of a reading order."""
    played = stage.page.evaluate(PLAY, [playback.order["id"], list(range(len(playback)))])
    compared = 0
    for step, frame in enumerate(played["frames"]):
        for panel in maps(lookup.scene):
            if len(frame.get(panel["id"], ())) == len(cells(panel)):  # not those seen through a window
                meant = expected(lookup, playback, panel, step, played["digits"][panel["id"]])
                assert frame[panel["id"]] == meant, (lookup.scene["name"], playback.order["id"], step, panel["id"])
                compared += 1
    return compared


@pytest.mark.parametrize("example", SOME, ids=lambda one: one.slug)
def test_the_picture_writes_what_the_python_player_says(monkeypatch, example):
    monkeypatch.setattr(painter, "Sheet", Recorder)
    scene = example_scene(example)
    lookup = Lookup(scene)
    for order in orders(scene):
        playback = Playback(lookup, order)
        picture = painter.Painter(scene, order, "light", 840)
        for step in range(len(playback)):
            picture.at(step)
            for panel in maps(scene):
                meant = expected(lookup, playback, panel, step, picture.digits[panel["id"]])
                drawn = [picture.sheet.texts[panel["id"], cell] for cell in cells(panel)]
                assert drawn == meant, (order, step, panel["id"])


@pytest.mark.parametrize("example", LETTERED, ids=lambda one: one.slug)
def test_the_last_texts_are_torchs_letters(example):
    problem, scene = example.problem(), example_scene(example)
    lookup = Lookup(scene)
    labels = lookup.target["labels"]
    ghost = set(lookup.target.get("ghost", ()))
    real = [label for cell, label in enumerate(labels) if cell not in ghost]
    assert real == output_labels(problem.op, tuple(problem.input.shape), problem.symbols.inputs, problem.symbols.taps)
    for order in orders(scene):
        playback = Playback(lookup, order)
        last = expected(lookup, playback, lookup.target, len(playback) - 1, 4)
        assert [text for cell, text in enumerate(last) if cell not in ghost] == real


def test_padding_has_no_term():
    """The first step of the lecture's padded convolution, by input pixel: `ay`, not `0x + ay` and not `ay + bz`."""
    scene = example_scene(next(one for one in LETTERED if one.slug == "lecture-matrix-conv"))
    lookup = Lookup(scene)
    assert expected(lookup, Playback(lookup, "scatter"), lookup.target, 0, 4)[0] == "ay"
