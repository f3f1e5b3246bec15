"""Pages as tests open them through AppTest, and what stands on their stages."""

from __future__ import annotations

from pathlib import Path

import torch
from streamlit.testing.v1 import AppTest

from explainer.examples.table import find_example
from tests.components import components_of, sent_to

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")


def open_page(stem, **query):
    """Open a page as a link does. (Switching pages inside AppTest drops the query, so the page stands at the root.)"""
    frame = f"from explainer.ui.frame import show_frame\nshow_frame({stem!r})"
    app = AppTest.from_string(frame, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def scenes(app):
    found = [sent_to(one) for one in components_of(app)]
    return [one["scene"] for one in found if "scene" in one]  # beside a stage may stand another component


def values(scene, name="output"):
    panel = next(one for one in scene["panels"] if one["id"] == name)
    border = set(panel.get("ghost", []))
    return [value for cell, value in enumerate(panel["values"]) if cell not in border]


def answer_of(slug):
    """The published numbers of an example, in reading order."""
    return torch.tensor(find_example(slug).case["output"], dtype=torch.float64).flatten().tolist()
