"""What components draw stands where the numbers say: the course of learning, the indices' maps, the photo's marks."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.app.photo_page import QUICK, canvas, ready, viewer

#: Data and shapes of the course of learning, in the units of its pictures.
COURSE = """root => {
  const numbers = (node, ...names) => names.map(name => Number(node.getAttribute(name)));
  const all = (selector, ...names) => [...root.querySelectorAll(selector)].map(node => numbers(node, ...names));
  const points = root.querySelector(".learn-curve").getAttribute("points");
  return {
    data: root.data, at: root.at,
    curve: points.split(" ").map(point => point.split(",").map(Number)),
    rules: all(".learn-rule", "x1", "x2", "y1"),
    ticks: [...root.querySelectorAll(".learn-tick")].map(node => node.textContent),
    dot: all(".learn-dot", "cx", "cy")[0],
    view: root.querySelector(".learn-loss svg").getAttribute("viewBox").split(" ").map(Number),
    said: root.querySelector(".learn-kernels svg, figure svg").getAttribute("aria-label"),
    written: [...root.querySelectorAll("text.number")].map(node => [node.textContent, ...numbers(node, "x", "y")]),
    kernels: [...root.querySelectorAll("g")].map(group => [
      ...group.getAttribute("transform").match(/[0-9.]+/g).map(Number),
      ...[...group.querySelectorAll("rect")].map(node => numbers(node, "x", "y", "width", "height")),
    ]),
  };
}"""

#: Every text, circle and frame that a canvas was asked to draw, in its own pixels.
RECORD = """window.drawn = [];
for (const name of ["fillText", "arc", "strokeRect"]) {
  const kept = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...given) {
    window.drawn.push([name, ...given, this.font, this.canvas.width, this.canvas.height]);
    return kept.apply(this, given);
  };
}"""


def course(page):
    """The figure of *Learn an upsampling*, at rest."""
    figure = page.locator(".learning")
    expect(figure.locator(".learn-curve")).to_have_count(1, timeout=120_000)
    return figure, figure.evaluate(COURSE)


def test_the_loss_stands_on_its_axes_and_the_kernel_in_its_cells(visitor):
    visitor.page.emulate_media(reduced_motion="reduce")
    page = visitor.open("learn-an-upsampling")
    figure, drawn = course(page)
    losses, steps = drawn["data"]["losses"], drawn["data"]["steps"]
    (left, right, _), *_ = drawn["rules"]
    levels = [float(text) for text in drawn["ticks"][:3]]
    assert levels == sorted(levels) and drawn["ticks"][3:] == ["0", f"step {steps}"]
    high, low = drawn["rules"][2][2], drawn["rules"][0][2]
    assert (drawn["rules"][1][2] - low) / (high - low) == pytest.approx(0.5), "the rules are evenly spaced"
    powers = [min(np.log10(value) for _, value in losses), max(np.log10(value) for _, value in losses)]
    assert np.log10(levels[0]) < powers[0] + 0.03 and powers[1] < np.log10(levels[2]) + 0.03, "the curve lies between"
    for (step, value), (x, y) in zip(losses, drawn["curve"], strict=True):
        share = (np.log10(value) - np.log10(levels[0])) / (np.log10(levels[2]) - np.log10(levels[0]))
        assert x == pytest.approx(left + (right - left) * step / steps)
        assert y == pytest.approx(low + (high - low) * share, abs=4), "as exact as a tick of two digits says"
    x, y, wide, tall = drawn["view"]
    assert (x, y) == (0, 0) and 0 < left < right < wide and 0 < high < low < tall

    assert drawn["at"] == 0 and drawn["dot"] == drawn["curve"][0]
    figure.locator(".learn-transport button").last.click()
    _, drawn = course(page)
    look = drawn["data"]["looks"][-1]
    assert drawn["at"] == len(drawn["data"]["looks"]) - 1 and drawn["dot"] == drawn["curve"][-1]
    kernel = np.array(look["kernels"][0])
    cell = drawn["kernels"][0][2][2] + 2
    assert len(drawn["kernels"]) == 1 and len(drawn["written"]) == kernel.size
    for (text, *_), value in zip(drawn["written"], kernel.ravel(), strict=True):
        assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.0051)
    places = [[x / cell - 0.5, y / cell - 0.5] for _, x, y in drawn["written"]]
    assert np.allclose(places, [[x, y] for y in range(len(kernel)) for x in range(len(kernel))])
    assert drawn["said"].startswith(f"The kernel after step {look['step']}: {drawn['written'][0][0]} ")


def test_many_kernels_lie_beside_each_other(visitor):
    visitor.page.emulate_media(reduced_motion="reduce")
    page = visitor.open("learn-an-upsampling?ln_layer=Convolutions+%2B+pixel+shuffle&ln_steps=50")
    _, drawn = course(page)
    frames = []
    for left, top, *cells in drawn["kernels"]:
        width = cells[-1][0] + cells[-1][2] + 1
        assert all(0 < x < width and 0 < y < width and wide == high > 0 for x, y, wide, high in cells)
        frames.append((left, top, left + width, top + width))
    assert len(frames) == len(drawn["data"]["looks"][0]["kernels"]) > 1
    assert all(0 <= left < right <= 232.01 and 0 <= top < bottom <= 232.01 for left, top, right, bottom in frames)
    for at, one in enumerate(frames):
        for other in frames[:at]:
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_values_are_put_back_where_the_indices_say(visitor):
    page = visitor.open("what-the-indices-carry?dn_photo=Street")
    figure = page.locator(".indices")
    expect(figure.locator(".ix-says")).to_contain_text("This photo's indices.", timeout=180_000)
    wrong = figure.evaluate("""root => {
      let wrong = 0, seen = 0;
      root.maps.ways.forEach(way => way.forEach((rise, level) => {
        const { height, width } = root.maps.poolings[level];
        for (let row = 0; row < height; row += 1) for (let col = 0; col < width; col += 1) {
          const cell = (row >> 1) * (width / 2) + (col >> 1), corner = 2 * (row % 2) + (col % 2);
          const there = rise.put[cell] === 4 || rise.put[cell] === corner;
          wrong += rise.unpooled[row * width + col] !== (there ? rise.values[cell] : 0);
          seen += 1;
        }
      }));
      return [wrong, seen];
    }""")
    assert wrong[0] == 0 and wrong[1] > 50_000


def drawn_since(page, act):
    """What canvases drew in the last picture after `act`, without what stood before."""
    page.evaluate("window.drawn = []")
    act()
    page.wait_for_function("window.drawn.length > 0")
    return page.evaluate("window.drawn")


def test_names_and_marks_lie_on_the_photo(visitor):
    """Names stand in their regions and fit them, the pixel that is read has its ring, and the window its frame."""
    sent = []
    visitor.page.add_init_script(RECORD)
    visitor.page.on("response", lambda answer: sent.append(answer.json()) if "/shared/" in answer.url else None)
    page = visitor.open(f"{QUICK}&yp_photo=horses")
    ready(visitor)
    data = next(one for one in sent if "layers" in one)
    width, height = data["width"], data["height"]
    told = drawn_since(page, lambda: viewer(page).get_by_text("Outline", exact=True).click())
    names = [one for one in told if one[0] == "fillText"]
    regions = {data["classes"][number][0]: [] for number, *_ in data["layers"][0]["names"]}
    for number, *place in data["layers"][0]["names"]:
        regions[data["classes"][number][0]].append(place)
    assert names and regions.keys() >= {text for _, text, *_ in names}
    for _, text, x, y, font, wide, high in names:
        size = float(re.search(r"([0-9.]+)px", font)[1])
        fitting = [
            (left, top, across, down)
            for left, top, across, down in regions[text]
            if left * wide == pytest.approx(x) and top * high == pytest.approx(y)
        ]
        assert fitting and 11 <= size <= max(26, wide / 28) + 1e-6
        assert size <= max(min(across * wide / 0.6 / len(text), down * high * 0.6) for *_, across, down in fitting)

    viewer(page).get_by_text("Receptive field", exact=True).click()
    told = drawn_since(page, lambda: canvas(page).press("ArrowRight"))
    place = re.search(r"row (\d+), column (\d+)", viewer(page).locator(".readout").text_content())
    row, column = int(place[1]), int(place[2])
    assert column > width // 2 and row == height // 2
    rings = [one for one in told if one[0] == "arc"]
    frames = [one for one in told if one[0] == "strokeRect"]
    assert len(rings) >= 2 and frames
    for _, x, y, radius, _, _, _, wide, high in rings:
        assert (x, y) == pytest.approx(((column + 0.5) * wide / width, (row + 0.5) * high / height)) and radius > 4
    for _, left, top, across, down, _, wide, high in frames:
        assert 0 <= left < left + across <= wide and 0 <= top < top + down <= high
        assert left < (column + 0.5) * wide / width < left + across and top < (row + 0.5) * high / height < top + down

    told = drawn_since(page, lambda: viewer(page).get_by_text("Divider", exact=True).first.click())
    arrow = next(one for one in reversed(told) if one[1] == "↔")
    handle = next(one for one in reversed(told) if one[0] == "arc" and one[3] == 14)
    assert arrow[2:4] == pytest.approx(handle[1:3]) and arrow[3] == pytest.approx(arrow[-1] / 2)

    viewer(page).get_by_text("Side by side", exact=True).click()
    expect(viewer(page).locator("canvas").first).to_have_attribute("aria-label", "The photo")
    expect(viewer(page).locator("canvas").nth(1)).to_have_attribute("aria-label", re.compile("label map: .*horse"))


def test_a_figure_that_cannot_be_fetched_says_so(visitor):
    visitor.page.route("**/shared/*.json", lambda route: route.fulfill(status=503, body="busy"))
    page = visitor.open("what-the-indices-carry?dn_photo=Street")
    alert = page.locator("[role=alert].failed")
    expect(alert).to_contain_text("could not be fetched", timeout=60_000)
    visitor.problems[:] = [one for one in visitor.problems if "503" not in one]
