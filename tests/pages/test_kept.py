"""What is the same for everybody is made once: a second visitor with the same settings computes nothing anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explainer import figures
from explainer.nesting import tuples_of
from explainer.operators import MaxPooling, NearestNeighbor
from explainer.scene.view import View
from explainer.ui import below, charts, choosing, navigation, operator_page, overlap, stacks, unpooling
from explainer.ui.page_record import Companion, OperatorPage, PageState
from explainer.ui.shelf import Shelf
from tests.components import components_of, sent_to

OPERATOR_PAGES = (
    "nearest_neighbor", "bed_of_nails", "max_unpooling", "bilinear", "resizing", "pixel_shuffle", "pooling",
    "strided_convolution", "transposed_convolution", "channels", "matrix_1d", "matrix_2d",
)  # fmt: skip


def open_page(stem: str, **query: str) -> AppTest:
    app = AppTest.from_string(f"from explainer.ui.frame import show_frame\nshow_frame({stem!r})", default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def made(monkeypatch) -> Counter[str]:
    """Counts what is computed for operator pages, from empty shelves."""
    counted: Counter[str] = Counter()

    def watch(room, name):
        real = getattr(room, name)

        def watched(*args, **kwargs):
            counted[name] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(room, name, watched)

    monkeypatch.setattr(below, "_facts", Shelf(16))
    monkeypatch.setattr(choosing, "_fitting", Shelf(64))
    operator_page.cached_scene.cache_clear()
    choosing.read_cells.cache_clear()
    for room, name in ((below, "find_facts"), (choosing, "accepts"), (operator_page, "scene_of"),
                       (choosing, "read_letters")):  # fmt: skip
        watch(room, name)
    return counted


def test_the_second_visitor_of_an_operator_page_computes_nothing(made):
    first = open_page("transposed_convolution", tc_stride="2")
    before = Counter(made)
    assert min(before[name] for name in ("find_facts", "accepts", "scene_of", "read_letters")) > 0
    second = open_page("transposed_convolution", tc_stride="2")
    assert made == before
    assert told(second) == told(first)
    other = open_page("transposed_convolution", tc_stride="3")
    assert made["find_facts"] == before["find_facts"] + 1
    assert told(other) != told(first)
    assert options(other, "tc_output_padding") != options(first, "tc_output_padding"), "each stride has its own"


@pytest.mark.parametrize("stem", OPERATOR_PAGES)
def test_what_is_known_is_shown_without_a_tensor(stem, monkeypatch):
    """Each rerun is a thread of its own, in which torch's first calls cost more than what they compute."""
    open_page(stem)

    def told(*args, **kwargs):
        raise AssertionError("a tensor was made")

    with monkeypatch.context() as patch:
        for name in ("tensor", "zeros", "ones"):
            patch.setattr(torch, name, told)
        open_page(stem)


def test_zero_and_minus_zero_keep_their_own_maxima(monkeypatch):
    monkeypatch.setattr(unpooling, "_pooled", Shelf(8))
    pool = MaxPooling(2)
    both = [unpooling.pooled(pool, ((zero, zero),))[0] for zero in (0.0, -0.0)]
    assert repr(both) == "[((0.0,),), ((-0.0,),)]"


def test_an_operator_and_its_companion_are_made_once_for_each_case(monkeypatch):
    monkeypatch.setattr(choosing, "_made", Shelf(8))
    monkeypatch.setattr(operator_page, "_companions", Shelf(8))
    counted: Counter[str] = Counter()

    def make(scale):
        counted["make"] += 1
        return NearestNeighbor(scale)

    def companion(op, x):
        counted["companion"] += 1
        return Companion("behind", "words", op, x)

    page = SimpleNamespace(prefix="nn", make=make, companion=companion)
    x = torch.ones(1, 2, 2, dtype=torch.float64)
    ops = [choosing.made(page, {"scale": scale}, (1, 2, 2)) for scale in (2, 2, 3)]
    assert ops[0] is ops[1] and [op.scale_factor for op in ops] == [2, 2, 3] and counted["make"] == 2
    states = [PageState(op, tuples_of(x.tolist()), View(), "a name") for op in ops]
    found = [operator_page.companion_of(page, state).op.scale_factor for state in states]
    assert found == [2, 2, 3] and counted["companion"] == 2
    for _ in range(2):
        with pytest.raises(ValueError):
            choosing.made(page, {"scale": 0}, (1, 2, 2))


def test_the_windows_that_fit_and_the_picture_of_a_stack_are_found_once(monkeypatch):
    counted: Counter[str] = Counter()
    unpooling.fitting.cache_clear()
    stacks.drawn.cache_clear()
    for room, name in ((unpooling, "fits"), (stacks, "draw_stack")):
        real = getattr(room, name)
        monkeypatch.setattr(room, name, lambda *a, real=real, name=name: (counted.update([name]), real(*a))[1])
    first = [open_page("max_unpooling"), open_page("shapes")]
    before = Counter(counted)
    assert before["fits"] > 10 and before["draw_stack"] == 1
    second = [open_page("max_unpooling"), open_page("shapes")]
    assert counted == before
    assert options(second[0], "mu_padding") == options(first[0], "mu_padding")
    assert "3" not in options(open_page("max_unpooling", mu_map="1 2\n3 4"), "mu_kernel_size"), "each size has its own"


def told(app: AppTest) -> list[str]:
    """Formulas, programs and the figure."""
    return [one.value for one in (*app.latex, *app.code)] + [one.proto.json for one in components_of(app)]


def options(app: AppTest, key: str) -> list[str]:
    return list(app.selectbox(key=key).options)


def test_equal_cases_that_print_differently_keep_their_own_programs():
    page = OperatorPage("nearest_neighbor", "", "", NearestNeighbor, ())
    state = PageState(NearestNeighbor(2), (((1.0, 0.0),),), View(), "")
    float_scale = replace(state, op=NearestNeighbor(2.0))
    negative = replace(state, input=(((1.0, -0.0),),))
    assert state == float_scale == negative, "equal, so only what they print as tells them apart"
    codes = [below.facts_of(page, one).code for one in (state, float_scale, negative)]
    assert codes[0] != codes[1]
    assert below.facts_of(page, state) is below.facts_of(page, replace(state, name="other"))


def test_charts_tables_and_pictures_are_made_once(monkeypatch):
    counted: Counter[str] = Counter()
    real = {name: getattr(charts.st, name) for name in ("plotly_chart", "image")}

    def watch(name):
        def watched(*args, **kwargs):
            counted[name] += 1
            return real[name](*args, **kwargs)

        return watched

    charts.draw_chart.clear()
    overlap.show_picture.clear()
    for name in real:
        monkeypatch.setattr(charts.st, name, watch(name))
    first = open_page("checkerboard", cb_k="3", cb_draw="1")
    before = Counter(counted)
    assert before == {"plotly_chart": 3, "image": 5}
    second = open_page("checkerboard", cb_k="3", cb_draw="1")
    assert counted == before
    assert drawn(second) == drawn(first) and len(drawn(first)) == 3
    other = open_page("checkerboard", cb_k="4", cb_draw="2")
    assert counted["image"] == 10
    assert [a == b for a, b in zip(drawn(first), drawn(other), strict=True)] == [False, True, False]
    assert pictures(other) != pictures(first) == pictures(second)


def drawn(app: AppTest) -> list[str]:
    return [one.proto.spec for one in app.get("plotly_chart")]


def pictures(app: AppTest) -> list[str]:
    return [one.proto.imgs[0].url for one in app.get("image")]


def test_every_figure_has_a_fingerprint_of_its_own():
    rows = [[1.0, 2.0], [3.0, 4.0]]
    made = [
        figures.heat_map(rows, "input", "light"),
        figures.heat_map(rows, "input", "dark"),
        figures.heat_map(rows, "output", "light"),
        figures.heat_map([[1.0, 2.0], [3.0, 5.0]], "input", "light"),
        figures.heat_map(rows, "input", "light", unit="stamps"),
        figures.curve([1, 2], [1.0, 2.0], "input", "light", x_title="", y_title=""),
    ]
    assert len({figures.fingerprint(one) for one in made}) == len(made)
    assert figures.fingerprint(figures.heat_map(rows, "input", "light")) == figures.fingerprint(made[0])


def test_tables_of_other_cells_are_other_tables(monkeypatch):
    made: list[object] = []
    draw = charts.st.table
    monkeypatch.setattr(charts.st, "table", lambda rows, **more: (made.append(rows), draw(rows, **more))[1])
    charts.draw_rows.clear()

    def script():
        from explainer.ui.charts import show_rows

        for b in ("2", "3", "2"):
            show_rows([{"a": "1", "b": b}], "a table")

    for visit in range(2):
        shown = AppTest.from_function(script).run().table
        assert [table.value.iloc[0].to_dict() for table in shown] == [{"a": "1", "b": b} for b in "232"], visit
    assert made == [[{"a": "1", "b": "2"}], [{"a": "1", "b": "3"}]]


def test_pages_are_looked_up_once_and_every_run_gets_its_own(monkeypatch):
    monkeypatch.setattr(navigation, "_sections", {})
    made: list[str] = []
    real = navigation.make_sections
    monkeypatch.setattr(navigation, "make_sections", lambda default: (made.append(default), real(default))[1])
    for stem in ("glossary", "questions", "glossary"):
        app = open_page(stem)
        assert app.title[0].value == navigation.entry(stem).title
    assert made == ["glossary", "questions"]
    kept = [page for group in navigation._sections["glossary"].values() for page in group]
    assert not any(page._can_be_called for page in kept), "a run marks its own copy"


def test_components_get_the_same_bytes_again():
    stages = [sent_to(one)["scene"] for one in components_of(open_page("bed_of_nails"))]
    again = [sent_to(one)["scene"] for one in components_of(open_page("bed_of_nails"))]
    assert stages == again
