"""Pictures: every step a frame, the right numbers' colors in the right cells, and small files."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from explainer import raster
from explainer.palette import PALETTE, cell_color, channels, color_at, contrast
from explainer.raster.layout import plan
from explainer.raster.painter import seen
from explainer.raster.sheet import MARGIN, TITLE
from explainer.raster.text import drawable, has_glyph
from tests.stage import scenes


def pixel(image: Image.Image, scene, panel: str, cell: int, width: int) -> tuple[int, ...]:
    """The color near a corner of a cell, where no digit stands."""
    place = next(p for p in plan(scene, width - 2 * MARGIN).places if p.panel["id"] == panel)
    left, top, _, _ = place.box(cell)
    found = image.convert("RGB").getpixel((round(left + MARGIN + 6), round(top + MARGIN + TITLE + 6)))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("name", scenes.ALL)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_scene_can_be_drawn(name, theme):
    scene = scenes.ALL[name]()
    image = raster.frame(scene, 0, theme=theme)
    assert image.width == 1000
    assert image.getpixel((2, 2)) == channels(PALETTE[theme]["background"])


@pytest.mark.parametrize("width", [320, 640, 1600])
def test_no_panel_leaves_the_picture_or_meets_another(width):
    for scene in (scene() for scene in scenes.ALL.values()):
        boxes = []
        for place in plan(scene, width - 2 * MARGIN).places:
            wide, high = place.size
            assert place.x >= 0
            assert place.x + wide <= width - 2 * MARGIN + 1
            boxes.append((place.x, place.y, place.x + wide, place.y + high))
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_cells_carry_the_palettes_colors():
    scene = scenes.stamped()
    image = raster.frame(scene, 3, "scatter")
    output = next(p for p in scene["panels"] if p["id"] == "output")
    for cell in (0, 12, 24):
        expected = channels(cell_color("output", output["values"][cell], max(output["values"])))
        assert pixel(image, scene, "output", cell, 1000) == expected


def test_cells_not_reached_yet_are_blank():
    scene = scenes.stamped()
    image = raster.frame(scene, 0, "scatter")
    assert pixel(image, scene, "output", 24, 1000) == channels(PALETTE["light"]["blank"])


def test_a_gif_has_a_frame_for_every_step_and_loops():
    scene = scenes.padded()
    data = raster.to_gif(scene, width=840, shape="free")
    with Image.open(BytesIO(data)) as gif:
        assert gif.n_frames == 4 + 3 * 3, "three on the way to each step"
        assert gif.info["loop"] == 0
        pauses = []
        for step in (0, 2, 3):
            gif.seek(4 * step)
            pauses.append(gif.info["duration"])
            drawn = raster.frame(scene, step, width=840)
            for cell in range(4):
                seen, meant = (pixel(image, scene, "output", cell, 840) for image in (gif, drawn))
                assert max(abs(a - b) for a, b in zip(seen, meant, strict=True)) <= 8
        assert pauses[2] > pauses[1]


def test_sixty_four_steps_stay_below_a_megabyte():
    assert len(raster.to_gif(scenes.large(), "scatter")) < 1_000_000


def test_very_long_scenes_are_shown_in_128_frames():
    steps = raster.frame_steps(6561)
    assert len(steps) == 128
    assert (steps[0], steps[-1]) == (0, 6560)
    assert raster.frame_steps(5) == [0, 1, 2, 3, 4]


def test_a_png_is_a_png():
    data = raster.to_png(scenes.pooled(), 2)
    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.size) == ("PNG", (1280, 720))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step": 4}, "step is 4, allowed are 0 to 3"),
        ({"step": -1}, "step is -1, allowed are 0 to 3"),
        ({"step": 0, "order": "sideways"}, "order is 'sideways', allowed are gather"),
        ({"step": 0, "theme": "sepia"}, "theme is 'sepia', allowed are light, dark"),
        ({"step": 0, "width": 10}, "width is 10, allowed are 320 to 4000"),
        ({"step": 0, "shape": "round"}, "shape is 'round', allowed are wide, square, free"),
        ({"step": 0, "view": "side"}, "view is 'side', allowed are none"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        raster.frame(scenes.pooled(), **arguments)


@pytest.mark.parametrize("text", ["−3.5", "−∞", "Cᵀ", "4 × 4", "Fülle", "→", "漢"])
def test_everything_drawn_has_a_glyph(text):
    assert all(has_glyph(letter) for letter in drawable(text))


@pytest.mark.parametrize("theme", PALETTE)
def test_digits_are_readable_on_every_color(theme):
    palette = PALETTE[theme]
    for role, stops in palette["scales"].items():
        for i in range(-50, 51):
            assert contrast(palette["ink"], color_at(stops, i / 50)) >= 4.5, (role, i)
        assert contrast(palette["text"][role], palette["background"]) >= 4.5
        assert contrast(palette["muted"], color_at(stops, 0)) >= 4.5
    assert contrast(palette["accent"], palette["background"]) >= 3


@pytest.mark.parametrize(("shape", "size"), [("wide", (960, 540)), ("square", (960, 960))])
def test_pictures_come_in_the_slides_format(shape, size):
    for name in ("transposed", "pooled", "symbolic"):
        assert raster.frame(scenes.ALL[name](), 1, width=960, shape=shape).size == size


def test_a_picture_shows_the_reading_that_was_asked_for():
    """All panels where none is named; the first reading alone where a picture of all would be too small to read."""
    views = [{"id": "first", "label": "first", "lanes": [0]}, {"id": "last", "label": "last", "lanes": [2]}]
    small, large = scenes.copied() | {"views": views}, scenes.large() | {"views": views}
    small["panels"][1]["lane"] = 2

    def lanes(*given: Any) -> set[int]:
        return {panel["lane"] for panel in seen(*given)["panels"]}

    assert lanes(small, None, 1280, 16 / 9) == {0, 2}
    assert lanes(large, None, 1280, None) == {0, 1, 2} and lanes(large, None, 1280, 16 / 9) == {0}
    assert lanes(small, "last", 1280, 16 / 9) == lanes(large, "last", 1280, 16 / 9) == {2}


def test_titles_do_not_collide():
    for scene in (scene() for scene in scenes.ALL.values()):
        for place in plan(scene, 560).places:
            others = [one for one in plan(scene, 560).places if one.y == place.y and one.x > place.x]
            assert all(place.x + place.room <= one.x for one in others)
