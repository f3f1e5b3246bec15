"""Charts: the values arrive unchanged, colors are set on the traces, and nothing is left to a theme."""

import pytest

from explainer import figures


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_heat_map_keeps_values_and_sets_its_colors(theme):
    figure = figures.heat_map([[1, 2], [3, 4]], "output", theme, x=["a", "b"], y=["c", "d"])
    trace = figure.data[0]
    assert [list(row) for row in trace.z] == [[1, 2], [3, 4]]
    assert trace.colorscale[0][0] == 0 and trace.colorscale[-1][0] == 1
    assert (trace.zmin, trace.zmax) == (0, 4)
    assert figure.layout.yaxis.autorange == "reversed"


def test_numbers_are_written_only_where_they_can_be_read():
    assert figures.heat_map([[1.0] * 20] * 20, "input", "light").data[0].texttemplate
    assert not figures.heat_map([[1.0] * 40] * 20, "input", "light").data[0].texttemplate


def test_a_constant_map_still_has_a_scale():
    trace = figures.heat_map([[0.0, 0.0]], "weight", "dark").data[0]
    assert trace.zmax > trace.zmin


def test_lines_carry_their_numbers_and_the_mark():
    line = figures.steps_down([1, 2], [3, 0], "output", "dark", x_title="x", y_title="y", mark=1.5, word="here")
    assert list(line.data[0].y) == [3, 0]
    assert line.layout.shapes[0].x0 == 1.5


def test_figures_are_kept_and_lists_are_as_good_as_tuples():
    one = figures.heat_map([[1, 2]], "output", "light", x=["a", "b"])
    assert figures.heat_map(((1, 2),), "output", "light", x=("a", "b")) is one
    assert figures.heat_map([[1, 3]], "output", "light", x=["a", "b"]) is not one
