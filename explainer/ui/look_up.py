"""One value of a session looked up, instead of all of them gathered: at each select box and each text area.

Streamlit 1.67 gathers what a whole session holds into a dictionary to see whether the one widget that it is about to
draw was set to None (`filtered_state` in its `selectbox.py` and `text_widgets.py`). With 30 values on a first page that
is a tenth of what a change costs, with 180 after a walk through all pages a third. A mapping that looks up what it is
asked for says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

gathered: Callable[[SafeSessionState], dict[str, Any]] = vars(SafeSessionState)["filtered_state"].fget
"""All values of a session by their own keys, as Streamlit gathers them."""


class Lookup(Mapping[str, Any]):
    """The same, gathered only for who wants all of it."""

    def __init__(self, state: SafeSessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        if key.startswith("$$"):  # Streamlit's own names, most of which it leaves out
            return gathered(self._state)[key]
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(gathered(self._state))

    def __len__(self) -> int:
        return len(gathered(self._state))


def install() -> None:
    """From now on every session of this process answers by looking up."""
    SafeSessionState.filtered_state = property(Lookup)  # type: ignore[method-assign,assignment]
