"""The photo page as tests drive it, at its smallest working size."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.components import components_of, data_of

FRAME = "from explainer.ui.frame import show_frame\nshow_frame('your_photo')"


def open_page(**url: str) -> AppTest:
    """The page at the smallest working size, which is quick and goes the same way."""
    at = AppTest.from_string(FRAME, default_timeout=120)
    for name, value in {"yp_size": "129", **url}.items():
        at.query_params[name] = value
    return at.run()


def components(at: AppTest) -> list[dict[str, Any]]:
    return [data_of(one) for one in components_of(at)]


def view(at: AppTest) -> dict[str, Any]:
    """What the first viewer shows."""
    return next(one for one in components(at) if "photo" in one)


def upload(at: AppTest, *files: bytes) -> AppTest:
    at.file_uploader[0].set_value([(f"{n}.jpg", data, "image/jpeg") for n, data in enumerate(files)])
    return at.run()


def sentences(at: AppTest) -> list[str]:
    return [one.value for one in at.error]
