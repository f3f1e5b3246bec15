"""The stage inside Streamlit: mounts the component, starts it where the URL says, offers the downloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explainer.scene.panels import Scene, count_steps
from explainer.scene.transport import pack
from explainer.stage.export import HERE, sources, to_html
from explainer.ui import lecture, locks
from explainer.ui.fetched_once import as_text, component
from explainer.ui.shelf import Shelf
from explainer.ui.standing import standing

_mount = component("upsampling_stage", HERE / "stage.js", sources().html)

Edit = Callable[[str, list[Any]], None]


def show_stage(scene: Scene, key: str, on_edit: Edit | None = None) -> None:
    """Draw a scene and let the visitor step through it.

    `key` is unique in the app; the browser keeps step, reading order and what is shown in the URL, as
    `<key>_step`, `<key>_order` and `<key>_view`, without asking the server.
    `on_edit` is called with a panel's id and its new values when the visitor typed into a cell.
    """
    start = start_of(scene, key)

    def edited() -> None:
        edit = st.session_state[key].get("edit")
        if edit and on_edit:
            on_edit(str(edit["panel"]), list(edit["values"]))

    # Each thing that a component may say costs every change a little; a figure that is only looked at says nothing.
    says = {"on_edit_change": edited} if on_edit else {}

    rest = as_text({"address": key, "visit": lecture.visit(), "locks": locks.for_stage()})
    _mount(key=key, data=f'{{"scene":{text_of(scene, start)},{rest[1:]}', **says)


_texts: Shelf[tuple[Scene, str]] = Shelf(128)


def text_of(scene: Scene, start: dict[str, Any]) -> str:
    """A scene as it travels, from where it starts; written once for all who look at the same one.

    What stands beside it in the data is the visitor's own (a class link, a visit), so the two are written apart. The
    shelf holds the scene, too: as long as its text lies there, no other scene has its id.
    """
    key = (id(scene), *start.values())
    return _texts.kept(key, lambda: (scene, as_text(pack({**scene, **start}))))[1]


def start_of(scene: Scene, key: str) -> dict[str, Any]:
    """Where the stage starts: as the link says, if this scene has such a step.

    Read once a session and page, since the component's data must stay the same between reruns.
    """
    memory = f"{key}_start"
    if memory not in st.session_state:
        st.session_state[memory] = {
            "order": st.query_params.get(f"{key}_order"),
            "step": st.query_params.get(f"{key}_step", ""),
            "view": st.query_params.get(f"{key}_view"),
        }
    asked = st.session_state[memory]
    orders = [order["id"] for order in scene["orders"]]
    order = asked["order"] if asked["order"] in orders else scene["order"]
    views = [view["id"] for view in scene.get("views", [])]
    view = {"view": asked["view"]} if asked["view"] in views else {}
    return {"order": order, "step": step_of(asked["step"], count_steps(scene, order), scene["step"]), **view}


def current(scene: Scene, key: str) -> tuple[str, int, str | None]:
    """Order, step and reading that the visitor is looking at."""
    start, now = start_of(scene, key), standing(key)
    asked = now.get("order")
    order = str(asked if asked in [one["id"] for one in scene["orders"]] else start["order"])
    view = now.get("view")
    seen = view if view in [one["id"] for one in scene.get("views", [])] else None
    return order, step_of(now.get("step", ""), count_steps(scene, order), scene["step"]), seen


def step_of(text: str, count: int, first: int) -> int:
    """A step of the URL, counted from 1 there and from 0 here; the scene's `first` where it says nothing sensible."""
    known = text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text) - 1 if known else first, 0), count - 1)


def show_downloads(scene: Scene, key: str, note: str = "") -> None:
    """GIF, PNG and HTML of the scene; each is made when it is asked for.

    The picture's button says of which step it is, since the server hears of a step only when the visitor rests.
    """
    from explainer import raster

    name = "-".join(scene["name"].lower().split())
    order, step, view = current(scene, key)

    def button(label: str, make: Callable[[], bytes | str], ending: str, mime: str) -> None:
        st.download_button(
            label, make, f"{name}.{ending}", mime, key=f"{key}_{ending}", on_click="ignore", icon=":material/download:"
        )

    with st.container(horizontal=True):
        button("Animation (GIF)", lambda: raster.to_gif(scene, order=order, view=view), "gif", "image/gif")
        picture = f"Picture of step {step + 1} (PNG)"
        button(picture, lambda: raster.to_png(scene, step, order, view=view), "png", "image/png")
        button("Offline page (HTML)", lambda: to_html(scene, scene["name"], note), "html", "text/html")
    st.caption(
        "In a slide's format, 16:9. The HTML file holds the whole player and works without internet. "
        "The stage's own menu saves the present step as SVG or PNG."
    )
