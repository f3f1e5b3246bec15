"""One lens over several pictures of the same photo: what the visitor points at is enlarged in all of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from explainer.palette import PALETTE
from explainer.ui.addressed import Addressed, addressed
from explainer.ui.fetched_once import component

HERE = Path(__file__).parent
_mount = component("picture_lens", HERE / "lens.js")


@dataclass(frozen=True)
class Picture:
    """One square picture under the lens: a title, a few words, a `data:` address, and what it shows in words."""

    title: str
    note: str
    uri: str
    alt: str


def under_lens(pictures: list[Picture], side: int, start: tuple[float, float]) -> Addressed:
    """Public pictures of `side` x `side` pixels or a fraction of that, with the lens at `start` (x, y) in pixels."""
    data = {"pictures": [asdict(one) for one in pictures], "side": side, "start": list(start)}
    return addressed({**data, "accent": PALETTE["dark"]["accent"]})


def show_lens(found: Addressed, key: str) -> None:
    """Show what `under_lens` prepared."""
    _mount(key=key, data=found.message)
