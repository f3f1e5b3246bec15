"""What a visit has set on pages that it left, kept out of Streamlit's way.

At every select box and every text area Streamlit looks through all that a session holds. A walk through all pages
leaves 180 values, and each change then took a third longer than on the first page. So what belongs to other pages than
this one and the one before it waits together under one key, until its page is opened again.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explainer.ui.navigation import PAGES

#: The key under which all of it waits, by its own keys.
AWAY = "away"
#: Prefixes of what several pages ask for: a visitor's own photos.
SHARED = ("yp",)
_OWNER = {prefix: page.stem for page in PAGES for prefix in page.prefixes if prefix not in SHARED}


def owner(key: str) -> str | None:
    """The page to which a key of the session belongs; None if it is everybody's."""
    return _OWNER.get(key.split("_")[0])


def put_away(stem: str, left: str | None) -> None:
    """When a visit comes to a page: bring back what it had set there, put away what other pages hold.

    The page that it comes from keeps its own once more: its widgets' values are not settled before this run ends. What
    the address names is not brought back: a link is right.
    """
    waiting: dict[str, object] = st.session_state.setdefault(AWAY, {})
    for key in [str(one) for one in st.session_state]:
        if owner(key) not in (None, stem, left):
            waiting[key] = st.session_state.pop(key)
    back = {key: waiting.pop(key) for key in [*waiting] if owner(key) == stem}
    restore({key: value for key, value in back.items() if key not in st.query_params})


def restore(values: dict[str, object]) -> None:
    """Let values be what an earlier run left: where Streamlit itself leaves them for widgets that are not drawn.

    Set in this run instead, a widget's value would get an entry of its own in the browser's history.
    """
    context = get_script_run_ctx()
    assert context is not None
    context.session_state._state._old_state.update(values)
