"""A page's settings: Streamlit widgets whose values live in the URL, so that a link reopens the page as it is.

Values a widget cannot take (from an old or mistyped link) fall back to the default, and a notice says so: Streamlit
drops them silently, so the raw URL is read first. Keys are app-wide and therefore start with the page's prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explainer.examples.schema import hint
from explainer.ui import locks
from explainer.ui.escaping import escaped

#: True while a page is drawn for the first time after a visitor came to it; only then a link's example counts.
ARRIVED = "arrived"

#: Switches in links of earlier versions; the stage's own buttons show and hide these parts now.
RETIRED = ("matrix", "readings")

#: Name in the URL: a link with `?lesson=padding-crops` opens that experiment.
LESSON = "lesson"


def encode(value: Any) -> str:
    """A parameter value as the text that stands in widgets and in the URL."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return "×".join(encode(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


class Settings:
    """The settings of one page, in one run of its script: address and class link are read once, here.

    Attributes:
        prefix: start of every key of this page.
        locks: what the visit's class link says.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.locks = locks.current() or locks.NONE
        self._asked = st.query_params.to_dict()
        self._defaults: dict[str, str] = st.session_state.setdefault(self.key("defaults"), {})
        self._complaints: list[str] = []
        self._shown: list[str] = []
        self._readable: list[str] = []

    def key(self, name: str) -> str:
        """The app-wide key of one setting; also its name in the URL."""
        return f"{self.prefix}_{name}"

    def check_keys(self, stages: Sequence[str] = ()) -> None:
        """Note what a link asks for under names that nothing here reads, with the nearest right one.

        To be called when all settings have been drawn; `stages` are the keys of stages, which write their own names.
        """
        if not st.session_state.get(ARRIVED):
            return
        known = dict.fromkeys(self._readable)
        quiet = {f"{stage}_{name}" for stage in stages for name in ("step", "order", "view")}
        quiet |= set(map(self.key, RETIRED))
        for asked in self._asked:
            bare = self.key(asked) if self.key(asked) in known and asked != "example" else None
            if asked in known or asked in quiet or not (bare or asked.startswith(f"{self.prefix}_")):
                continue
            near = f" (did you mean {bare!r}?)" if bare else hint(asked, known)
            self.note(asked, f"The link asks for {escaped(repr(asked[:24]))}{near}, which this page does not know; "
                      f"it knows {', '.join(known)}.")  # fmt: skip

    def example(self, titles: dict[str, str], state_of: Callable[[str], dict[str, str]]) -> str:
        """The select box of named examples; returns the slug. Choosing one sets all settings to `state_of(slug)`.

        The URL carries the slug. A bound widget would put the title there, so this one keeps the URL itself.
        """
        key = self.key("example")
        self._readable.append(key)
        self.check_url("example", "example", titles)
        asked = self._asked.get(key) or self._asked.get("example")
        if asked in titles and (st.session_state.get(ARRIVED) or key not in st.session_state):
            self.arrive(asked, state_of(asked))

        def chosen() -> None:
            state = state_of(st.session_state[key])
            # In one go with the settings that go back to the example's own: one entry in the browser's history.
            forget_parameters(map(self.key, state))
            st.query_params[key] = st.session_state[key]
            self.adopt(state)

        slug = st.selectbox(
            "Example",
            list(titles),
            key=key,
            on_change=chosen,
            format_func=titles.__getitem__,
            persist_state="session",
            label_visibility="collapsed",
            disabled=self.locks.fixes_setting("example"),
        )
        return str(slug)

    def arrive(self, slug: str, state: dict[str, str]) -> None:
        """Come in by a link: its example, and none of the settings left from an earlier visit but those it names."""
        st.session_state[self.key("example")] = slug
        left = {name: text for name, text in state.items() if self.key(name) in st.session_state}
        self.adopt({name: text for name, text in left.items() if self.key(name) not in self._asked})

    def choice(self, name: str, label: str, options: Sequence[Any], default: Any, **more: Any) -> Any:
        """A select box over values; returns the value itself, not its text."""
        by_text, first = self.offered(name, label, options, default)
        texts = list(by_text)
        chosen = st.selectbox(label, texts, texts.index(first), **self.bound(name, more))
        return by_text[chosen if chosen in by_text else first]

    def slider(self, name: str, label: str, options: Sequence[Any], default: Any, **more: Any) -> Any:
        """As `choice`, but drawn as a slider over a few values."""
        by_text, first = self.offered(name, label, options, default)
        chosen = st.select_slider(label, list(by_text), first, **self.bound(name, more))
        return by_text[chosen if chosen in by_text else first]

    def offered(self, name: str, label: str, options: Sequence[Any], default: Any) -> tuple[dict[str, Any], str]:
        """Options by their texts, and the text to start with; notes what the link or an older choice asked in vain."""
        by_text, key = {encode(option): option for option in options}, self.key(name)
        texts = list(by_text)
        first = encode(default) if encode(default) in by_text else texts[0]
        if first != encode(default) and key not in st.session_state:
            self.note(name, f"{label} {encode(default)} is not possible here (allowed: {', '.join(texts)}).")
        self.check_url(name, label, by_text)
        if st.session_state.get(key, first) not in by_text:
            st.session_state[key] = self.replaced(name, label, st.session_state[key], texts)
        self.follow(name, first)
        return by_text, first

    def follow(self, name: str, first: str) -> None:
        """Where another setting has changed this one's default, a setting that stood at its default goes along.

        The address leaves out what is at its default, so the same address must mean the new one. Streamlit by itself
        would keep the old value here and show the new default in a list that was not open yet.
        """
        key, before = self.key(name), self._defaults
        changed = name in before and before[name] != first
        if changed and st.session_state.get(key) == before[name] and key not in self._asked:
            st.session_state[key] = first
        before[name] = first

    def bound(self, name: str, more: dict[str, Any]) -> dict[str, Any]:
        """What ties a widget to its key, the URL and the notices, and `more`; a class link may have fixed it."""
        self._readable.append(self.key(name))
        fixed = {"disabled": True} if self.locks.fixes_setting(name) else {}
        return {"key": self.key(name), "bind": "query-params", "on_change": self.forget_notes, **more, **fixed}

    def text(self, name: str, label: str, default: str, **more: Any) -> str:
        """A text area."""
        value = st.text_area(label, default, **self.bound(name, more))
        return value if value is not None else default

    def flag(self, name: str, label: str, default: bool = False, **more: Any) -> bool:
        """An on/off switch."""
        self.check_url(name, label, {"true": True, "false": False})
        return st.toggle(label, default, **self.bound(name, more))

    def parsed(self, name: str, text: str, default: str, parse: Callable[[str], Any]) -> Any:
        """The parsed text; a text that cannot be read stays in its field, and the default is shown meanwhile."""
        try:
            return parse(text)
        except ValueError as problem:
            said = escaped(str(problem))
            self._complaints.append(f"{name.capitalize()}: {said} Until then the example's own numbers are shown.")
            return parse(default)

    def check_url(self, name: str, label: str, allowed: dict[str, Any]) -> None:
        """Remember a notice if the URL asks for something that this setting cannot be."""
        raw = self._asked.get(self.key(name))
        if raw is not None and raw not in allowed and raw.lower() not in allowed:
            shown = escaped(repr(raw if len(raw) <= 24 else raw[:24] + "…"))
            self.note(
                name, f"The link asks for {label} {shown}; allowed are {', '.join(allowed)}. The default is used."
            )

    def replaced(self, name: str, label: str, old: Any, texts: list[str]) -> str:
        """The value that takes the place of one that has become impossible."""
        new = nearest(str(old), texts)
        self.note(name, f"{label} is now {new}: {escaped(str(old))} does not go with the other settings.")
        return new

    def note(self, name: str, sentence: str) -> None:
        """Keep a notice until the visitor changes a setting."""
        st.session_state.setdefault(self.key("notes"), {})[name] = sentence

    def forget_notes(self) -> None:
        """Drop all notices of this page."""
        st.session_state.pop(self.key("notes"), None)

    def show_notes(self, *names: str) -> None:
        """Show the notices, and what could not be read in this run; each once, however often this is called.

        On a page of several parts each names its own settings, and no other's notices are shown.
        """
        notes = st.session_state.get(self.key("notes"), {})
        kept = [sentence for name, sentence in notes.items() if not names or name in names]
        for sentence in [one for one in (*kept, *self._complaints) if one not in self._shown]:
            st.warning(sentence, icon=":material/info:")
            self._shown.append(sentence)

    def departed(self, state: Mapping[str, str]) -> bool:
        """Whether the visitor has changed anything of an example, given as the texts of its settings."""
        return any(st.session_state.get(self.key(name), text) != text for name, text in state.items())

    def adopt(self, values: dict[str, str]) -> None:
        """Set several settings at once; only from a callback, before their widgets run."""
        self.forget_notes()
        for name, text in values.items():
            st.session_state[self.key(name)] = text


def forget_parameters(names: Iterable[str]) -> None:
    """Take widgets' parameters out of the address; it changes with the next one that is written.

    `st.query_params` refuses every parameter that a widget is bound to, both to take it out and to write it as it is.
    """
    context = get_script_run_ctx()
    assert context is not None
    with context.session_state.query_params() as parameters:
        for name in names:
            parameters.discard_param_no_forward_msg(name)


def nearest(old: str, texts: list[str]) -> str:
    """The allowed number closest to an old one; the first text where it is no number."""
    numbers = [text for text in texts if text.isdigit()]
    return min(numbers, key=lambda text: abs(int(text) - int(old))) if old.isdigit() and numbers else texts[0]
