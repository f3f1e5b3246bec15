"""Charts: the only place that imports plotly. Colors come from the palette and are set on the traces.

Every function returns a figure; pages show it with `explainer.ui.charts.show_chart`, which asks for the takeaway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec

import plotly.graph_objects as go

from explainer.nesting import tuples_of
from explainer.palette import PALETTE, Stops, color_at

P = ParamSpec("P")
Numbers = Sequence[float]
Grid = Sequence[Sequence[float]]

#: Above this many cells the numbers in a heat map would be too small to read.
MOST_NUMBERS = 400
#: Pixels that a heat map's columns share on a phone, and of the largest numbers in them.
PHONE, LARGEST_DIGITS = 290, 18


def scale(role: str, theme: str, deep: bool = False) -> list[list[Any]]:
    """A plotly color scale of a role from nothing to full color.

    Its end is light (dark in the dark theme) so that numbers can be read on it; where there are none, `deep` goes on
    to the role's text color.
    """
    stops: Stops = PALETTE[theme]["scales"][role]
    if not deep:
        return [[place, color] for place, color in stops if place >= 0]
    return [[place / 4, color_at(stops, place / 4)] for place in range(4)] + [[1, PALETTE[theme]["text"][role]]]


def remembered(build: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """Keep the last figures: building one takes plotly some 20 ms. Callers must not change what they get."""

    @lru_cache(maxsize=128)
    def kept(*args: Any, **kwargs: Any) -> go.Figure:
        figure = build(*args, **kwargs)
        made_from = repr((build.__name__, args, sorted(kwargs.items())))
        figure._made_from = hashlib.sha256(made_from.encode()).hexdigest()
        return figure

    @wraps(build)
    def hashable(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        frozen = {name: tuples_of(value) for name, value in kwargs.items()}
        return kept(*map(tuples_of, args), **frozen)

    return hashable


def fingerprint(figure: go.Figure) -> str:
    """What tells a figure of this module from every other one: which function made it, of what."""
    return str(figure._made_from)


def frame(figure: go.Figure, height: int, x_title: str = "", y_title: str = "") -> go.Figure:
    """Margins, size and axis titles that all charts share."""
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False, dragmode=False)
    figure.update_xaxes(title=x_title, automargin=True)
    figure.update_yaxes(title=y_title, automargin=True)
    return figure


def two_sided(role: str, theme: str, deep: bool = False) -> list[list[Any]]:
    """As `scale`, with nothing in the middle and the role's color of negative values at the other end."""
    below = PALETTE[theme]["scales"][role][0][1]
    return [[0, below], *([0.5 + place / 2, color] for place, color in scale(role, theme, deep))]


def digits(values: Grid, height: int) -> dict[str, int]:
    """The size of the numbers in a heat map's cells, as large as a phone's cells allow; none for plotly's own 12."""
    longest = max(len(f"{value:.3g}") for row in values for value in row)
    tall, wide = height / len(values), PHONE / len(values[0])
    size = int(min(LARGEST_DIGITS, 0.55 * tall, 0.9 * wide / (0.6 * longest)))
    return {"size": size} if size > 12 else {}


@remembered
def heat_map(
    values: Grid,
    role: str,
    theme: str,
    *,
    x: Sequence[Any] | None = None,
    y: Sequence[Any] | None = None,
    x_title: str = "",
    y_title: str = "",
    unit: str = "",
    height: int = 340,
    square: bool = True,
    numbers: bool | None = None,
    span: tuple[float, float] | None = None,
) -> go.Figure:
    """A grid of values, row 0 on top, with the numbers in the cells where they can be read.

    Args:
        x, y: labels of columns and rows. unit: what a value is, for hovering.
        span: values at the ends of the color scale; from 0 to the largest otherwise, with
            negative values from minus the largest amount to it.
    """
    high = max((max(row) for row in values), default=1.0)
    low = min(0.0, min((min(row) for row in values), default=0.0))
    signed = span is None and low < 0
    most = max(high, -low)
    low, high = span or ((-most, most) if signed else (0.0, high))
    rows, columns = len(values), len(values[0])
    written = rows * columns <= MOST_NUMBERS and columns <= 24 if numbers is None else numbers
    trace = go.Heatmap(
        z=values,
        x=list(x) if x is not None else None,
        y=list(y) if y is not None else None,
        zmin=low,
        zmax=high if high > low else low + 1,
        colorscale=(two_sided if signed else scale)(role, theme, deep=not written),
        showscale=not written,
        colorbar={"thickness": 10, "outlinewidth": 0, "title": {"text": unit}},
        texttemplate="%{z:.3~g}" if written else None,
        textfont={"color": PALETTE[theme]["ink"]} | digits(values, height) if written else None,
        hovertemplate=f"row %{{y}}, column %{{x}}: %{{z:.3~g}} {unit}<extra></extra>",
        xgap=1 if written else 0,
        ygap=1 if written else 0,
    )
    figure = frame(go.Figure(trace), height, x_title, y_title)
    figure.update_yaxes(autorange="reversed", showgrid=False, zeroline=False, showticklabels=y is not None, ticks="")
    figure.update_xaxes(showgrid=False, zeroline=False, showticklabels=x is not None, ticks="", constrain="domain")
    if square:
        # A narrow screen leaves room above and below; the map stays right under what it belongs to.
        figure.update_yaxes(scaleanchor="x", constrain="domain", constraintoward="top")
    return figure


@remembered
def curve(
    x: Numbers, values: Numbers, role: str, theme: str, *, x_title: str, y_title: str, height: int = 300
) -> go.Figure:
    """A line of positive values over numbers, on a logarithmic axis."""
    color = PALETTE[theme]["text"][role]
    trace = go.Scatter(
        x=list(x),
        y=list(values),
        mode="lines",
        line={"color": color, "width": 2},
        hovertemplate=f"{x_title} %{{x}}: %{{y:.3g}}<extra></extra>",
    )
    figure = frame(go.Figure(trace), height, x_title, y_title)
    figure.update_yaxes(type="log", exponentformat="power")
    return figure


@remembered
def steps_down(
    x: Numbers, values: Numbers, role: str, theme: str, *, x_title: str, y_title: str, mark: float, word: str
) -> go.Figure:
    """Values over numbers as dots on a line, with a marked place on the x axis."""
    color, accent = PALETTE[theme]["text"][role], PALETTE[theme]["accent"]
    trace = go.Scatter(
        x=list(x),
        y=list(values),
        mode="lines+markers+text",
        text=[f"{value:.2g}" for value in values],
        textposition="top right",
        line={"color": color, "width": 2},
        marker={"size": 9, "color": color},
        cliponaxis=False,
        hovertemplate="%{x}: %{y:.2e}<extra></extra>",
    )
    figure = frame(go.Figure(trace), 280, x_title, y_title)
    figure.update_xaxes(tickvals=list(x), range=[min(x) - 4, max(x) + 10])
    figure.update_yaxes(rangemode="tozero")
    note = {"text": word, "font": {"color": PALETTE[theme]["ink"]}}
    figure.add_vline(x=mark, line={"color": accent, "dash": "dash"}, annotation=note)
    return figure
