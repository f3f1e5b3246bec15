"""What is the same for all visitors is made once: the theme's message, a scene's text, a page without a companion."""

from __future__ import annotations

import json

import pytest
import torch
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from explainer.operators import NearestNeighbor
from explainer.quiz.questions import question
from explainer.scene.scenes import scene_of
from explainer.scene.transport import pack
from explainer.scene.view import View
from explainer.ui import questions, stage, theme_once
from explainer.ui.shelf import Shelf

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_session, "_populate_theme_msg", theme_once.read)  # to be put back
    theme_once.message_of.cache_clear()
    theme_once.install()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_visitor_is_sent_the_theme_that_streamlit_reads(installed: None, name: str) -> None:
    own, kept = CustomThemeConfig(), CustomThemeConfig()
    theme_once.read(own, name)
    for _ in range(2):
        kept.Clear()
        app_session._populate_theme_msg(kept, name)
        assert kept == own
    assert own.ByteSize() or name.endswith("sidebar"), "the configuration says something of it"


def test_the_theme_is_read_once(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    app_session._populate_theme_msg(CustomThemeConfig(), "theme.dark")
    monkeypatch.setattr(config, "get_options_for_section", lambda name: pytest.fail(f"{name} was read again"))
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message, "theme.dark")
    assert message.primary_color == "#69adf2"


def scene(stride: int):
    return scene_of(NearestNeighbor(stride), torch.arange(4.0).view(1, 2, 2).double(), View())


def test_a_scene_is_written_once_for_each_place_where_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    monkeypatch.setattr(stage, "pack", lambda given: (written.append(given), pack(given))[1])
    monkeypatch.setattr(stage, "_texts", Shelf(8))
    one, other = scene(2), scene(3)
    first, later = {"order": one["order"], "step": 0}, {"order": one["order"], "step": 1}
    texts = [stage.text_of(*given) for given in ((one, first), (one, later), (other, first), (one, dict(first)))]
    assert [json.loads(text) for text in texts] == [
        json.loads(json.dumps(pack({**given, **start})))
        for given, start in ((one, first), (one, later), (other, first), (one, first))
    ]
    assert len(written) == 3


def test_a_scene_that_is_gone_lends_its_place_to_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_texts", Shelf(8))
    for stride in (2, 3) * 5:
        fresh = scene(stride)
        assert json.loads(stage.text_of(fresh, {}))["panels"] == json.loads(json.dumps(pack(fresh)))["panels"]


def test_a_class_with_one_seed_is_shown_one_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    draw = questions.draw
    monkeypatch.setattr(questions, "draw", lambda one: (drawn.append(one.number), draw(one))[1])
    monkeypatch.setattr(questions, "_revealed", Shelf(8))
    one, again, other = (question(1, number, 1, ()) for number in (1, 1, 2))
    assert questions.revealed(one) is questions.revealed(again)
    assert questions.revealed(other) == draw(other) != questions.revealed(one)
    assert drawn == [1, 2]


def test_a_shelf_keeps_nothing_at_all_as_well() -> None:
    shelf: Shelf[str | None] = Shelf(2)
    made: list[int] = []
    for _ in range(2):
        assert shelf.kept("companion", lambda: made.append(1)) is None
    assert made == [1]
