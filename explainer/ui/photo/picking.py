"""The row of thumbnails: the samples and the visitor's own photos. The URL carries a sample's name, nothing else."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from explainer.photos import to_data_uri, to_jpeg_bytes
from explainer.segmentation.answer import Pixels
from explainer.segmentation.samples import samples
from explainer.ui.fetched_once import address_of, component
from explainer.ui.photo.intake import SHOWN, chosen_photo, own_photos, sample_photo
from explainer.ui.photo.labelled import ShownPhoto
from explainer.ui.settings import Settings

HERE = Path(__file__).parent
_mount = component("photo_picker", HERE / "picker.js")
DEFAULT = "chelsea"
KEY = "yp_picker"
WORDS = {
    "chelsea": "Cat", "cow": "Meadow", "horses": "Horses", "dog": "Dog", "street": "Street", "castle": "Castle",
    "two_dogs": "Two friends", "astronaut": "Astronaut", "coffee": "Coffee", "raccoon": "Raccoon (fails)",
}  # fmt: skip
"""Short names under the thumbnails."""


def pick_photo(settings: Settings) -> ShownPhoto:
    """Show the thumbnails; returns the chosen photo."""
    known = {one.name: one.name for one in samples()}
    settings.check_url("photo", "photo", known)
    asked = st.query_params.get(settings.key("photo"), DEFAULT)
    photo = chosen_photo(asked if asked in known else DEFAULT)

    def picked() -> None:
        wanted = str(st.session_state[KEY].get("chosen") or "")
        kind, _, name = wanted.partition(":")
        settings.forget_notes()
        if kind == "sample" and name in known:
            st.session_state.pop(SHOWN, None)
            st.query_params[settings.key("photo")] = name
        elif wanted in own_photos():
            st.session_state[SHOWN] = wanted

    own = [
        {"id": key, "title": one.title, "uri": to_data_uri(thumbnail(one.rgb), jpeg=True)}
        for key, one in reversed(own_photos().items())
    ]
    _mount(key=KEY, data={"photos": [*own, *_sample_thumbnails()], "chosen": photo.key}, on_chosen_change=picked)
    return photo


@lru_cache(maxsize=1)
def _sample_thumbnails() -> list[dict[str, str]]:
    return [
        {
            "id": f"sample:{one.name}",
            "title": WORDS.get(one.name, one.title),
            "uri": address_of(one.name, "jpg", to_jpeg_bytes(thumbnail(sample_photo(one.name).rgb))),
        }
        for one in samples()
    ]


def thumbnail(rgb: Pixels) -> Pixels:
    """The picture, small enough for the row."""
    small = Image.fromarray(rgb)
    small.thumbnail((184, 138))
    return np.asarray(small)
