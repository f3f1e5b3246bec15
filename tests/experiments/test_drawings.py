"""Drawings are well-formed SVG, and bars are as long as their logarithms."""

from xml.etree import ElementTree

import pytest

from explainer.experiments import drawings


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_output_and_matrix_have_a_cell_for_each_value(theme):
    svg = ElementTree.fromstring(drawings.output_and_matrix([[1, 2.5], [-3, 0]], [[1, 0, 0]] * 4, theme))
    kinds = [node.tag.rsplit("}")[-1] for node in svg]
    assert kinds.count("rect") == 4 + 12
    assert {node.text for node in svg if node.tag.endswith("text")} >= {"1", "2.5", "−3", "0"}
    places = [
        [float(node.get(name)) for name in ("x", "y", "width", "height")] for node in svg if "width" in node.attrib
    ]
    high = float(svg.get("height"))
    for cells, columns, rows in ((places[:4], 2, 2), (places[4:], 3, 4)):
        side = high / max(columns, rows)
        assert all((wide, tall) == pytest.approx((side, side)) for _, _, wide, tall in cells)
        left = cells[0][0]
        assert [place[:2] for place in cells] == [
            pytest.approx([left + side * x, side * y]) for y in range(rows) for x in range(columns)
        ]
    assert places[4][0] > places[3][0] + places[3][2], "the matrix stands beside the output"


def test_bars_are_logarithmic():
    assert drawings.log_shares([10, 100]) == [0.5, 1.0]
    assert drawings.log_shares([7]) == [1.0]
