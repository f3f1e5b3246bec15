"""A visitor who closes the tab while waiting leaves the line of the one worker."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import StopException

from explainer.segmentation import worker
from explainer.ui.photo import asking


class ClosedTab:
    """What `st.empty` gives to a script whose visitor has gone: the next thing it writes ends the script."""

    def markdown(self, _: str) -> None:
        raise StopException


def test_a_closed_tab_frees_its_place(monkeypatch):
    gate, asked = threading.Event(), []

    def submit(work, owner=""):
        asked.append(own.submit(work, owner))
        return asked[-1]

    own = worker.Worker()
    own.submit(gate.wait, "somebody before")
    page = SimpleNamespace(empty=ClosedTab, session_state={"yp_owner": "me"})
    monkeypatch.setattr(asking, "st", page)
    with pytest.raises(StopException):
        asking.ask(lambda: pytest.fail("nobody waits for this any more"), "Labelling", SimpleNamespace(submit=submit))
    assert asked[0].dropped()
    assert asked[0].position() == 0
    gate.set()
    assert own.submit(lambda: "next", "somebody else").result(10) == "next"
