"""What the configuration says of colors and fonts, put together once instead of at each change.

Streamlit 1.67 sends the theme along with every run of a script, also of a part of a page, and reads it for that from
all options there are, six times over (`_populate_theme_msg` in its `app_session.py`): a twentieth to a fourteenth of
what a change costs. The configuration does not change while a server runs.
"""

from __future__ import annotations

from functools import lru_cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

read = app_session._populate_theme_msg
"""Streamlit's own way: fills a message from one section of the configuration."""


@lru_cache(maxsize=16)
def message_of(section: str) -> CustomThemeConfig:
    """One section of the configuration as a message. Not to be changed by the caller."""
    message = CustomThemeConfig()
    read(message, section)
    return message


def fill(msg: CustomThemeConfig, section: str = "theme") -> None:
    """Fill a message as Streamlit does."""
    msg.MergeFrom(message_of(section))


def install() -> None:
    """From now on every session of this process is sent what was read once."""
    app_session._populate_theme_msg = fill
