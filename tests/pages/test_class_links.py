"""Class links: they hide and fix what they say, and no way around the app undoes it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from explainer.quiz import question
from explainer.ui.below import LINK
from explainer.ui.locks import CONTROLS, must_hold, read
from tests.components import components_of, sent_to
from tests.pages.operator_page import ENTRY, open_page


def stage(app):
    return next(data for data in (sent_to(one) for one in components_of(app)) if "scene" in data)


def hidden(app):
    """The style sheets that a class link adds; every page has its own."""
    sheets = (str(one.proto) for one in app.get("html"))
    return "".join(one for one in sheets if "Only what the figure" not in one)


LOCKED = {"class": "hide-numbers.fix-settings.fix-order.hide-reading.hide-ask.predict", "tc_example": "torch-default"}


def test_what_a_link_says_is_hidden_fixed_and_on():
    app = open_page("transposed_convolution", **LOCKED, tc_stride="3", tc_stage_order="scatter")
    assert app.selectbox(key="tc_stride").value == "3"
    for key in ("tc_stride", "tc_padding", "tc_example"):
        assert app.selectbox(key=key).disabled, key
    assert app.text_area(key="tc_input").disabled and app.pills(key="tc_fill").disabled
    assert "hold_numbers_" in hidden(app) and "hold_settings_" not in hidden(app)
    data = stage(app)
    assert data["locks"] == {"predict": True, "edit": True, "order": "fixed", "reading": "hidden"}
    assert data["scene"]["order"] == "scatter"
    assert not any(panel.get("editable") for panel in data["scene"]["panels"])
    keys = {one.key for one in app.button}
    assert "tc_ask" not in keys and not any(key and key.endswith("_class") for key in keys)


def test_a_hidden_example_is_off_every_stage_of_its_page():
    app = open_page("transposed_convolution", **{"class": "hide-example"})
    assert app.selectbox(key="tc_example").disabled and re.search(r"\.st-key-tc_example\b", hidden(app))
    story = open_page("max_unpooling", **{"class": "hide-example"})
    assert story.selectbox(key="mu_example").disabled and re.search(r"\.st-key-mu_example\b", hidden(story))


def test_without_a_link_everything_is_free():
    app = open_page("transposed_convolution", tc_example="torch-default")
    assert not app.selectbox(key="tc_stride").disabled and not app.text_area(key="tc_input").disabled
    assert stage(app)["locks"] == {} and "hold_" not in hidden(app)
    assert "tc_ask" in {one.key for one in app.button}


def test_another_address_and_another_page_do_not_undo_it():
    app = open_page("transposed_convolution", **LOCKED, tc_stride="3")
    app.query_params["tc_stride"] = "1"
    del app.query_params["class"]
    app.run()
    assert app.query_params["class"]
    assert app.selectbox(key="tc_stride").value == "3" and app.selectbox(key="tc_stride").disabled
    walk = AppTest.from_file(ENTRY, default_timeout=60)
    walk.query_params["class"] = "fix-settings.hide-numbers"
    walk.run().switch_page("pages/bilinear.py").run()
    assert walk.selectbox(key="bl_example").disabled and "hold_numbers_" in hidden(walk)
    again = "hide-numbers.fix-example.fix-settings"
    assert walk.query_params["class"] in (again, [again])


def test_hidden_settings_are_not_told_in_short_either():
    told = [
        [one.value for one in open_page("bed_of_nails", **link).markdown] for link in ({}, {"class": "hide-settings"})
    ]
    assert "s = 2" in told[0] and not any(one.startswith("s = ") for one in told[1])


def test_below_and_other_pages_can_be_hidden():
    app = open_page("bed_of_nails", **{"class": "hide-below.hide-pages"})
    assert len([one for one in components_of(app)]) == 1
    assert len(app.get("page_link")) == 0 and not app.get("button_group")


def test_the_seed_of_a_link_holds_on_every_page():
    app = open_page("questions", **{"class": "seed", "qz_seed": "7"})
    assert app.selectbox(key="qz_seed").disabled and app.selectbox(key="qz_seed").value == "7"
    shown = " ".join(one.value for one in (*app.markdown, *app.text_input, *app.radio) if isinstance(one.value, str))
    asked = question(7, 0)
    assert "Question 1" in shown and any(
        asked.text in text for text in [*(one.label for one in (*app.text_input, *app.radio)), shown]
    )


def test_the_dialog_makes_a_link_that_says_what_was_chosen():
    app = open_page("bed_of_nails", bn_example="lecture-nails", bn_stride="3")
    app.session_state["bn_stage_take"] = LINK
    app.run().button(key="bn_stage_class").click().run()
    groups = {one.key: one for one in app.get("button_group")}
    assert {key.removeprefix("class_") for key in groups if key and key.startswith("class_")} == set(CONTROLS)
    chosen = {"class_settings": "fixed", "class_below": "hidden", "class_predict": True, "class_seed": True}
    for key, value in chosen.items():
        app.session_state[key] = value
    app.button(key="bn_stage_class").click().run()
    link = app.code[-1].value
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert query == {
        "bn_example": "lecture-nails", "bn_stride": "3", "qz_seed": "1",
        "class": "hide-below.fix-settings.predict.seed",
    }  # fmt: skip
    assert any("data:image/svg+xml" in str(one.proto) for one in app.get("html"))
    opened = open_page("bed_of_nails", **query)
    assert opened.selectbox(key="bn_stride").disabled and opened.selectbox(key="bn_stride").value == "3"
    assert stage(opened)["locks"]["predict"] is True and not opened.get("button_group")


@pytest.mark.parametrize("seed", ["01000", "007", "²", "9" * 5000])
def test_the_dialog_opens_whatever_seed_the_address_has(seed):
    app = open_page("bed_of_nails", qz_seed=seed)
    app.session_state["bn_stage_take"] = LINK
    app.run().button(key="bn_stage_class").click().run()
    assert not app.exception
    assert app.number_input(key="class_number").value == (7 if seed == "007" else 1)


def test_a_link_too_long_for_a_qr_code_is_still_handed_out():
    grid = "\n".join(" ".join(f"-{row}.{column:06}" for column in range(32)) for row in range(16))
    app = open_page("nearest_neighbor", nn_input=grid)
    app.session_state["nn_stage_take"] = LINK
    app.run().button(key="nn_stage_class").click().run()
    assert not app.exception
    assert parse_qs(urlsplit(app.code[-1].value).query)["nn_input"] == [grid]
    assert any("too long for a QR code" in one.value for one in app.info)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("hide-numbers.predict", "hide-numbers.fix-example.predict"),
        ("fix-below.hide-nothing.<script>", ""),
        ("seed.hide-order.fix-order", "hide-order.seed"),
    ],
)
def test_words_of_a_link(text, again):
    assert read(text).text() == again
    assert read(again) == read(read(again).text())


@pytest.mark.parametrize(
    ("text", "stem", "held", "free"),
    [
        ("fix-settings.fix-order", "transposed_convolution",
         "class tc_example tc_stride tc_stage_order", "tc_stage_step tc_stage_view tc_input bl_stride qz_seed lesson"),
        ("hide-numbers.fix-reading.seed", "max_unpooling",
         "class mu_map mu_values mu_example mu_stage_view qz_seed", "mu_stride mu_stage_order mu_stage_step tc_input"),
    ],
)  # fmt: skip
def test_of_an_address_a_link_holds_what_it_fixes_and_leaves_the_place_in_the_figure(text, stem, held, free):
    locks = read(text, stem)
    assert [name for name in held.split() if not must_hold(name, stem, locks)] == []
    assert [name for name in free.split() if must_hold(name, stem, locks)] == []
