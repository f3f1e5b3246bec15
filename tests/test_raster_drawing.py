"""What a picture draws and where: places of panels and channels, rulers, hatching, frames, outlines, margins, words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from explainer.operators import Convolution
from explainer.palette import PALETTE, channels
from explainer.raster import sheet
from explainer.raster.layout import CHANNEL_GAP, CHANNEL_TITLE, Place, legends, plan, readable_width
from explainer.raster.painter import Painter, mixed
from explainer.raster.sheet import Sheet, windows
from explainer.raster.text import fitting, length, wrapped
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from tests.stage import scenes

INK = {name: channels(color) for name, color in PALETTE["light"].items() if isinstance(color, str)}


def painted(scene: dict[str, Any]) -> Painter:
    return Painter(scene, None, "light", 1000)


def place_of(painter: Painter, name: str) -> Place:
    return next(one for one in painter.places.places if one.panel["id"] == name)


def region(painter: Painter, place: Place, cell: int) -> np.ndarray:
    """A cell's pixels on the painter's own sheet."""
    left, top, right, bottom = (round(one) for one in painter.sheet.rect(place, cell))
    return np.asarray(painter.sheet.image)[top:bottom, left:right]


def has(pixels: np.ndarray, color: str) -> bool:
    return bool((pixels == INK[color]).all(-1).any())


def test_channels_stand_four_in_a_row_and_then_below():
    place = Place({"id": "x", "role": "input", "shape": [6, 2, 3]}, 10, 20, 30)
    one, row = 3 * 30 + CHANNEL_GAP, 2 * 30 + CHANNEL_TITLE
    assert [place.box(6 * channel)[:2] for channel in range(6)] == [
        (10, 20), (10 + one, 20), (10 + 2 * one, 20), (10 + 3 * one, 20), (10, 20 + row), (10 + one, 20 + row),
    ]  # fmt: skip
    assert place.box(6 + 5) == (10 + one + 60, 50, 10 + one + 90, 80)


def test_lanes_and_matrices_beside_each_other_are_centered_and_inside_the_picture():
    scene = scenes.stamped()
    found = plan(scene, 1240)
    grids = [one for one in found.places if "matrix" not in one.panel and one.panel["lane"] == 0]
    (matrix,) = (one for one in found.places if "matrix" in one.panel)
    assert matrix.x > max(one.x for one in grids), "the matrix stands beside"

    def span(places: list[Place]) -> tuple[float, float]:
        return min(one.y for one in places), max(one.y + one.size[1] for one in places)

    (top, bottom), (high, low) = span(grids), span([matrix])
    assert found.height >= max(bottom, low) and low - high > bottom - top
    assert (top + bottom) / 2 == pytest.approx((high + low) / 2, abs=1.5)
    middles = [one.y + one.size[1] / 2 for one in grids]
    assert len({round(one.size[1]) for one in grids}) > 1 and max(middles) - min(middles) < 1


def test_hatching_is_explained_once():
    scene = scenes.padded()
    output = {**scene["panels"][2], "ghost": [0], "ghost_title": "padding"}
    other = {**output, "id": "again", "ghost_title": "cropped by padding"}
    scene = {**scene, "panels": [*scene["panels"][:2], output, other]}
    assert legends(scene) == {"input": "padding", "again": "cropped by padding"}


@pytest.mark.parametrize("name", ["transposed", "padded", "shuffled"])
def test_a_picture_of_a_given_shape_is_laid_out_for_the_largest_cells(name):
    scene, width, aspect, more = scenes.ALL[name](), 1280, 16 / 9, 100

    def smallest(candidate: int) -> float:
        found = plan(scene, candidate)
        return min(one.cell for one in found.places) * width / max(candidate, (found.height + more) * aspect)

    chosen = readable_width(scene, width, aspect, more)
    others = [smallest(round(width * share)) for share in (0.6, 0.75, 0.9, 1, 1.15, 1.35, 1.6, 2)]
    assert smallest(chosen) == max(others) > min(others)


def test_outlines_glide_from_the_step_before_to_the_next():
    painter = painted(scenes.padded())
    before, after = painter._rings(0), painter._rings(1)
    assert before != after
    shots = []
    painter._shot = lambda rings, step: shots.append(rings)  # type: ignore[assignment,method-assign]
    for share in (0.0, 0.5, 1.0):
        painter.between(1, share)
    assert shots[0] == before and shots[2] == after
    moved = next((a, b, c) for (_, a), (_, b), (_, c) in zip(*shots, strict=True) if a != c)
    assert moved[1][0] == mixed(moved[0][0], moved[2][0], 1 - 0.5**3), "most of the way lies behind at half time"


def test_colors_are_scaled_by_the_largest_value_without_its_sign():
    assert painted(scenes.padded()).vmax["input"] == 15
    scene = scenes.padded()
    scene["panels"][0]["values"][7] = -40.0
    assert painted(scene).vmax["input"] == 40


def test_steps_are_counted_from_one():
    painter = painted(scenes.padded())
    assert painter._sentence(0)[0].startswith("Step 1 of 4: out[0,0]")
    assert painter._sentence(3)[0].startswith("Step 4 of 4: out[1,1]")


def test_rulers_count_from_the_border(monkeypatch):
    written = []
    monkeypatch.setattr(sheet, "write", lambda draw, at, text, *rest: written.append((at, text)))
    kernel = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    x = torch.arange(1.0, 13, dtype=torch.float64).view(1, 3, 4)
    painter = painted(scene_of(Convolution(kernel, padding=(2, 1)), x, View(matrix=False)))
    place = place_of(painter, "input")
    left, top, _, _ = painter.sheet.rect(place, 0)
    across = [text for at, text in sorted(written) if abs(at[1] - (top - sheet.RULER)) < 1]
    assert across[:6] == ["−1", "0", "1", "2", "3", "4"]
    down = [text for at, text in sorted(written, key=lambda one: one[0][1]) if abs(at[0] - (left - sheet.RULER)) < 1]
    assert down[:7] == ["−2", "−1", "0", "1", "2", "3", "4"]


def test_padding_is_hatched_and_the_pixels_are_framed():
    painter = painted(scenes.padded())
    place = place_of(painter, "input")
    assert has(region(painter, place, 0), "hatch") and not has(region(painter, place, 14), "hatch")
    image = np.asarray(painter.sheet.image)
    left, top, right, bottom = (round(one) for one in painter.sheet.span(place, 7, 28))
    for edge in (image[top, left:right], image[bottom, left:right], image[top:bottom, left], image[top:bottom, right]):
        assert (edge == INK["frame"]).all(), "around the 4 x 4 real pixels"


def test_scattered_cells_are_outlined_one_by_one():
    place = Place({"id": "x", "role": "input", "shape": [2, 3, 3]}, 0, 0, 30)
    assert windows(place, [0, 1, 3, 4]) == [(0, 4)]
    assert windows(place, [0, 1, 3]) == [(0, 0), (1, 1), (3, 3)]
    assert windows(place, [0, 1, 9, 13]) == [(0, 1), (9, 9), (13, 13)]


@pytest.mark.parametrize("size", [(120, 300), (500, 100)])
def test_a_picture_stands_in_the_middle_of_its_shape(size):
    drawn = Sheet(size, PALETTE["light"])
    drawn.draw.rectangle((0, 0, *drawn.image.size), fill=PALETTE["light"]["accent"])
    image = np.asarray(drawn.finished(1280, 16 / 9))
    assert image.shape == (720, 1280, 3)
    there = (np.abs(image.astype(int) - INK["accent"]) < 8).all(-1)
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    assert rows[0] == pytest.approx(719 - rows[-1], abs=2) and columns[0] == pytest.approx(1279 - columns[-1], abs=2)
    assert max(rows[0], columns[0]) > 100, "on one of the axes there is room"


def test_a_title_shrinks_to_its_room_and_never_grows():
    text = "transposed convolution"
    assert fitting(text, 15, 10_000) == 15
    size = fitting(text, 15, 60)
    assert length(text, 100) * size / 100 == pytest.approx(60) and size < 15


def test_what_is_too_long_ends_in_an_ellipsis():
    text = " ".join(["word"] * 60)
    assert wrapped(text, 15, 200, 40)[-1].endswith("word") and len(wrapped(text, 15, 200, 40)) > 3
    cut = wrapped(text, 15, 200, 3)
    assert len(cut) == 3 and cut[-1].endswith("word …") and not cut[0].endswith("…")
