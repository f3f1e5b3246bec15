"""A walk through the pages: what was set stays set, and Streamlit does not gather all of it for each widget."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from explainer.ui import look_up
from explainer.ui.look_up import Lookup
from explainer.ui.navigation import PAGES

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture(autouse=True)
def looking_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafeSessionState, "filtered_state", SafeSessionState.filtered_state)  # to be put back
    look_up.install()


def walk(*stems: str, app: AppTest | None = None) -> AppTest:
    app = app or AppTest.from_file(ENTRY, default_timeout=60).run()
    for stem in stems:
        app.switch_page(f"pages/{stem}.py").run()
        assert not app.exception, stem
    return app


def test_what_was_set_is_there_when_the_page_is_opened_again():
    app = walk("transposed_convolution")
    app.selectbox(key="tc_stride").set_value("3").run()
    app.text_area(key="tc_input").set_value("5 6 7").run()
    walk("bilinear", "pooling", "transposed_convolution", app=app)
    assert app.selectbox(key="tc_stride").value == "3" and app.text_area(key="tc_input").value == "5 6 7"


def test_looking_up_says_what_gathering_says_after_a_walk_through_all_pages():
    app = walk(*(page.stem for page in PAGES[1:]), "matrix_1d")  # AppTest leaves the frame out after the default page.
    state = app.session_state._state
    all_of_it, looked_up = look_up.gathered(state), Lookup(state)
    assert len(all_of_it) > 100 and set(looked_up) == set(all_of_it) and len(looked_up) == len(all_of_it)
    assert all(looked_up[key] == value for key, value in all_of_it.items())
    for unknown in ("tc_nothing", "$$ID-nothing", "$$STREAMLIT_INTERNAL_KEY_SCRIPT_RUN_WITHOUT_ERRORS"):
        assert unknown not in looked_up and unknown not in all_of_it


def test_a_changed_setting_gathers_nothing(monkeypatch: pytest.MonkeyPatch):
    app = walk("transposed_convolution")
    asked: list[str] = []
    look = Lookup.__getitem__
    monkeypatch.setattr(Lookup, "__getitem__", lambda self, key: (asked.append(key), look(self, key))[1])
    monkeypatch.setattr(look_up, "gathered", lambda state: pytest.fail("all values of the session were gathered"))
    app.selectbox(key="tc_stride").set_value("3").run()
    assert not app.exception and app.selectbox(key="tc_stride").value == "3"
    assert {"tc_example", "tc_stride", "tc_input"} <= set(asked), "Streamlit no longer asks as it did"
