"""The page's address as text, to be copied: the browser's own, so it is right after a step or a change elsewhere."""

from __future__ import annotations

from pathlib import Path

from explainer.ui.fetched_once import component

_mount = component("address_bar", Path(__file__).with_name("address_bar.js"))


def show_address(key: str) -> None:
    """The address that reopens the page as it stands, with a button that copies it; `key` is unique in the app."""
    _mount(key=key, data={})
