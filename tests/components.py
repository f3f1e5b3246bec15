"""The components of a page that a visitor sees."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest


def components_of(app: AppTest) -> list[Any]:
    """All but the one that asks for a new run after a lost connection."""
    return [one for one in app.get("bidi_component") if one.proto.component_name != "again"]
