"""Charts: the values arrive unchanged, colors are set on the traces, and nothing is left to a theme."""

import pytest

from explainer import figures
from explainer.palette import PALETTE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_heat_map_keeps_values_and_sets_its_colors(theme):
    figure = figures.heat_map([[1, 2], [3, 4]], "output", theme, x=["a", "b"], y=["c", "d"])
    trace = figure.data[0]
    assert [list(row) for row in trace.z] == [[1, 2], [3, 4]]
    assert trace.colorscale[0][0] == 0 and trace.colorscale[-1][0] == 1
    assert (trace.zmin, trace.zmax) == (0, 4)
    assert figure.layout.yaxis.autorange == "reversed"


def test_negative_values_have_colors_of_their_own():
    """The most negative value is as far from the middle of the scale as the largest amount, not its palest color."""
    trace = figures.heat_map([[0.06, -0.12]], "weight", "light", numbers=False).data[0]
    assert (trace.zmin, trace.zmax) == (-0.12, 0.12)
    stops = dict(trace.colorscale)
    assert stops[0.5] == figures.scale("weight", "light")[0][1] and stops[0] not in (stops[0.5], stops[1])


def test_numbers_are_written_only_where_they_can_be_read():
    assert figures.heat_map([[1.0] * 20] * 20, "input", "light").data[0].texttemplate
    assert not figures.heat_map([[1.0] * 40] * 20, "input", "light").data[0].texttemplate


def test_a_constant_map_still_has_a_scale():
    trace = figures.heat_map([[0.0, 0.0]], "weight", "dark").data[0]
    assert trace.zmax > trace.zmin


def test_a_deep_scale_goes_from_nothing_to_the_roles_own_color():
    stops = dict(map(tuple, figures.scale("weight", "light", deep=True)))
    assert list(stops) == [0, 0.25, 0.5, 0.75, 1] and stops[1] == PALETTE["light"]["text"]["weight"]

    def light(color: str) -> int:
        return sum(int(color[at : at + 2], 16) for at in (1, 3, 5))

    shades = [light(color) for color in stops.values()]
    assert shades == sorted(shades, reverse=True) and len(set(shades)) == 5


def test_losses_stand_on_a_logarithmic_axis():
    line = figures.curve([1, 2, 3], [1.0, 0.1, 0.01], "output", "light", x_title="step", y_title="loss")
    assert line.layout.yaxis.type == "log" and list(line.data[0].y) == [1.0, 0.1, 0.01]


def test_two_kinds_of_chart_of_the_same_numbers_are_told_apart():
    def bars(*numbers):
        return figures.go.Figure()

    def dots(*numbers):
        return figures.go.Figure()

    one, other, again = (figures.remembered(kind)(1, 2) for kind in (bars, dots, bars))
    assert figures.fingerprint(one) != figures.fingerprint(other)
    assert figures.fingerprint(one) == figures.fingerprint(again)


def test_lines_carry_their_numbers_and_the_mark():
    line = figures.steps_down([1, 2], [3, 0], "output", "dark", x_title="x", y_title="y", mark=1.5, word="here")
    assert list(line.data[0].y) == [3, 0]
    assert line.layout.shapes[0].x0 == 1.5


def test_figures_are_kept_and_lists_are_as_good_as_tuples():
    one = figures.heat_map([[1, 2]], "output", "light", x=["a", "b"])
    assert figures.heat_map(((1, 2),), "output", "light", x=("a", "b")) is one
    assert figures.heat_map([[1, 3]], "output", "light", x=["a", "b"]) is not one


def test_numbers_in_few_cells_are_large_and_never_wider_than_a_phone_has_room_for() -> None:
    def size(values: list[list[float]]) -> int | None:
        found: int | None = figures.heat_map(values, "output", "light").data[0].textfont.size
        return found

    assert size([[1.0, 2.0], [3.0, 4.0]]) == figures.LARGEST_DIGITS
    assert size([[1.25] * 8] * 4) == 13, "four characters in an eighth of a phone"
    assert size([[1.0] * 20] * 20) is None, "plotly's own, which shrinks with the cells"
