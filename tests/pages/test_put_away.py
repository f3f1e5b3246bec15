"""A walk through the pages: what was set stays set, and Streamlit has little to look through."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from explainer.ui.navigation import PAGES, entry
from explainer.ui.put_away import AWAY, SHARED, owner

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")


def walk(*stems: str, app: AppTest | None = None) -> AppTest:
    app = app or AppTest.from_file(ENTRY, default_timeout=60).run()
    for stem in stems:
        app.switch_page(f"pages/{stem}.py").run()
        assert not app.exception, stem
    return app


def loose(app: AppTest) -> set[str]:
    """The pages whose values lie open in the session."""
    found = {owner(key) for key in map(str, app.session_state.keys())}
    return {stem for stem in found if stem}


def test_what_was_set_waits_and_comes_back():
    app = walk("transposed_convolution")
    app.selectbox(key="tc_stride").set_value("3").run()
    app.text_area(key="tc_input").set_value("5 6 7").run()
    walk("bilinear", "pooling", app=app)
    assert loose(app) <= {"bilinear", "pooling"}
    assert app.session_state[AWAY]["tc_stride"] == "3"
    walk("transposed_convolution", app=app)
    assert app.selectbox(key="tc_stride").value == "3" and app.text_area(key="tc_input").value == "5 6 7"
    assert not any(owner(key) == "transposed_convolution" for key in app.session_state[AWAY])


def test_the_page_before_keeps_its_own():
    app = walk("transposed_convolution")
    app.selectbox(key="tc_stride").set_value("3").run()
    walk("bilinear", "transposed_convolution", app=app)
    assert app.selectbox(key="tc_stride").value == "3"


def test_a_link_is_right_and_what_waited_is_dropped():
    app = walk("transposed_convolution")
    app.selectbox(key="tc_stride").set_value("3").run()
    app.selectbox(key="tc_padding").set_value("1").run()
    walk("bilinear", "pooling", app=app)
    app.switch_page("pages/transposed_convolution.py")
    app.query_params["tc_stride"] = "2"
    app.run()
    assert app.selectbox(key="tc_stride").value == "2" and app.selectbox(key="tc_padding").value == "1"
    assert "tc_stride" not in app.session_state[AWAY]


def test_a_walk_through_all_pages_leaves_two_pages_open():
    app = walk(*(page.stem for page in PAGES[1:]), "matrix_1d")  # AppTest leaves the frame out after the default page.
    assert loose(app) <= {PAGES[-1].stem, "matrix_1d"}
    assert len(app.session_state[AWAY]) > 60


def test_every_prefix_has_one_owner_but_the_visitors_own_photos_have_none():
    for page in PAGES:
        for prefix in page.prefixes:
            assert owner(f"{prefix}_anything") == (None if prefix in SHARED else page.stem)
    assert owner("page") is None and entry("your_photo").prefix in SHARED
