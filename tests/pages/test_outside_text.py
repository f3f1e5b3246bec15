"""Text from a link never becomes Markdown, and each setting says that it cannot be that: one run of every page with
hostile text in every parameter it knows."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from explainer.ui.escaping import escaped
from explainer.ui.navigation import PAGES

HOSTILE = ["![](//host/x.png)", "<img/src=//host>", "[a](//host)", "$a_b$", ":red[a]", "`a`"]
SHOWN = ("warning", "error", "info", "success", "markdown", "caption", "title", "header", "subheader")


def run(stem: str, **url: str) -> AppTest:
    at = AppTest.from_string(f"from explainer.ui.frame import show_frame\nshow_frame({stem!r})", default_timeout=400)
    for name, value in url.items():
        at.query_params[name] = value
    return at.run()


def parameters(at: AppTest, prefix: str) -> list[str]:
    """Every name this page could read from its URL: its own keys, and what all pages read."""
    kinds = ("selectbox", "toggle", "text_area", "radio", "slider", "select_slider", "number_input", "checkbox")
    own = [str(one.key) for kind in kinds for one in getattr(at, kind) if one.key]
    return sorted(
        {*own, f"{prefix}_example", f"{prefix}_step", f"{prefix}_order", f"{prefix}_photo", "example", "step"}
    )


@pytest.mark.parametrize("page", [page for page in PAGES if page.url_path], ids=lambda page: page.stem)
def test_no_parameter_is_rendered(page):
    fresh = run(page.stem)
    names = parameters(fresh, page.prefix)
    chosen = [one for kind in ("selectbox", "select_slider", "toggle") for one in getattr(fresh, kind)]
    bound = [one.label for one in chosen if one.proto.query_param_key]
    for text in HOSTILE[:2]:
        at = run(page.stem, **dict.fromkeys(names, text))
        assert not at.exception
        told = [one.value for kind in SHOWN for one in getattr(at, kind)]
        assert [one for one in told if text in one] == []
        warned = [one.value for one in at.warning]
        # Of two stages each may be asked for the same; but each part of a page tells of its own settings alone.
        assert page.also or len(warned) == len(set(warned))
        said = " ".join(warned)
        assert [label for label in bound if f"The link asks for {label} " not in said] == [], "each tells of a bad link"


def test_a_hostile_text_is_told_but_dead():
    at = run("transposed_convolution", tc_input=HOSTILE[0], tc_stride=HOSTILE[0])
    told = " ".join(one.value for one in at.warning)
    assert told.count(escaped(HOSTILE[0])) >= 1


LIVELY = ["~~gone~~", "**bold** _too_", "# head", "|a|b|", "&lt;b&gt;", "me@host.org", "www.host.org", "x^2^", "{a}"]


@pytest.mark.parametrize("text", [*HOSTILE, *LIVELY])
def test_nothing_that_markdown_could_act_on_stays_without_its_backslash(text: str):
    assert not re.search(r"[^\w\s./=;-]|www\.", re.sub(r"\\.", "", escaped(text)))
