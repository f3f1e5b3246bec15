"""What a class link hides and fixes. It holds for the whole visit: no key, click or way round another page undoes it.

`?class=hide-numbers.fix-example.predict` in a link; remembered in the session, together with the settings that the
link came with, and written back to the address wherever it got lost. Imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from explainer.ui.navigation import entry

#: Name in the URL, and name of what the session remembers.
CLASS, MEMORY = "class", "class_link"
FREE, FIXED, HIDDEN = "free", "fixed", "hidden"
#: Control -> what it is, as the dialog calls it; those in ONLY_HIDDEN cannot be fixed.
CONTROLS = {
    "example": "Example",
    "settings": "Settings (stride, padding ...)",
    "numbers": "Numbers of input and kernel",
    "order": "Reading order",
    "reading": "Which reading is shown",
    "ask": "Ask me",
    "below": "Everything below the figure",
    "pages": "Other pages",
}
ONLY_HIDDEN = ("ask", "below", "pages")
PREDICT, SEED = "predict", "seed"
#: Settings that do not count as "settings".
BELONGS = {
    "example": "example", "input": "numbers", "kernel": "numbers", "map": "numbers", "values": "numbers",
    "seed": "seed",
}  # fmt: skip


@dataclass(frozen=True)
class Locks:
    """What a class link says.

    Attributes:
        hidden, fixed: names of controls.
        predict: figures ask for each number before they show it.
        seed: the questions' seed is fixed.
        page, params: where the link leads, and the parameters of its address.
    """

    hidden: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    predict: bool = False
    seed: bool = False
    page: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def holds(self, control: str) -> bool:
        """Whether a control is fixed or hidden."""
        return control in self.hidden or control in self.fixed or (control == "seed" and self.seed)

    def fixes_setting(self, name: str) -> bool:
        """Whether the setting of that name (without the page's prefix) may not be changed."""
        return self.holds(BELONGS.get(name, "settings"))

    def text(self) -> str:
        """As it stands in the URL."""
        words = [f"hide-{name}" for name in CONTROLS if name in self.hidden]
        words += [f"fix-{name}" for name in CONTROLS if name in self.fixed]
        return ".".join([*words, *([PREDICT] if self.predict else []), *([SEED] if self.seed else [])])


#: Without a class link nothing is held.
NONE = Locks()


def read(text: str, page: str = "", params: dict[str, str] | None = None) -> Locks:
    """A link's text; words that mean nothing are left out."""
    words = text.split(".")
    hidden = frozenset(name for name in CONTROLS if f"hide-{name}" in words)
    fixed = frozenset(name for name in CONTROLS if f"fix-{name}" in words and name not in (*hidden, *ONLY_HIDDEN))
    if (hidden | fixed) & {"settings", "numbers"} and "example" not in hidden:
        fixed |= {"example"}  # another example would bring other ones
    return Locks(hidden, fixed, PREDICT in words, SEED in words, page, params or {})


def current() -> Locks | None:
    """The visit's class link, if it came by one."""
    found: Locks | None = st.session_state.get(MEMORY)
    return found


def enter(stem: str) -> None:
    """Before a page is drawn: take up a class link, or keep to the one that this visit came by."""
    if CLASS in st.query_params and current() is None:
        st.session_state[MEMORY] = read(st.query_params[CLASS], stem, st.query_params.to_dict())
    locks = current()
    if locks is None:
        return
    told = {CLASS: locks.text()} | (locks.params if stem == locks.page else {})
    kept = {name: value for name, value in told.items() if must_hold(name, stem, locks)}
    for name, value in kept.items():
        if st.query_params.get(name) != value:
            put(name, value)
    hide(locks, stem)


def put(name: str, text: str) -> None:
    """A parameter's value back into the address; where a widget on the screen is bound to it, into the widget."""
    if name in st.session_state:
        st.session_state[name] = {"true": True, "false": False}.get(text, text)
    else:
        st.query_params[name] = text


def must_hold(name: str, stem: str, locks: Locks) -> bool:
    """Whether a parameter of the address may not differ from the link's."""
    if name == CLASS or (name == "qz_seed" and locks.seed):
        return True
    prefix, _, setting = name.partition("_")
    if prefix not in entry(stem).prefixes or setting.startswith("stage_step"):
        return False
    stage = {"stage_order": "order", "stage_view": "reading"}
    return locks.holds(stage[setting]) if setting in stage else locks.fixes_setting(setting)


def is_hidden(control: str) -> bool:
    """Whether a control is hidden."""
    locks = current()
    return locks is not None and control in locks.hidden


def seed() -> str:
    """The seed of the questions: the class link's, the address's, or 1."""
    locks = current()
    fixed = locks.params.get("qz_seed") if locks and locks.seed else None
    return fixed or st.query_params.get("qz_seed", "1")


def for_stage() -> dict[str, bool | str]:
    """What the stage has to keep to, as its component reads it; empty without a class link."""
    locks = current()
    if locks is None:
        return {}
    said: dict[str, bool | str] = {"predict": locks.predict, "edit": locks.holds("numbers")}
    return said | {one: HIDDEN if one in locks.hidden else FIXED for one in ("order", "reading") if locks.holds(one)}


def hide(locks: Locks, stem: str) -> None:
    """Take hidden controls off a page; they are disabled besides."""
    hidden = [f'[class*="st-key-hold_{name}_"]' for name in CONTROLS if name in locks.hidden]
    if "example" in locks.hidden:
        hidden += [f".st-key-{prefix}_example" for prefix in entry(stem).prefixes]
    if hidden:
        st.html(f"<style>{', '.join(hidden)} {{ display: none !important; }}</style>")
