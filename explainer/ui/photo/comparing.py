"""Two networks on the same photo: the divider between their answers, where they agree, and what each costs."""

from __future__ import annotations

import streamlit as st

from explainer.quantities import percent
from explainer.segmentation.classes import display_name
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.weights import model_info
from explainer.ui.photo.asking import answer_for, derived
from explainer.ui.photo.labelled import Labelled, Request, ShownPhoto
from explainer.ui.photo.picture import layers_view
from explainer.ui.photo.request import ensure_weights, networks
from explainer.ui.photo.viewer import show_view
from explainer.ui.settings import Settings

OTHER = "FCN-32s (bundled)"


def show_comparison(photo: ShownPhoto, request: Request, answer: Labelled, settings: Settings) -> None:
    """The whole tab."""
    ensure_weights(settings, "other", OTHER)
    title = settings.choice("other", "Second network", tuple(networks()), OTHER)
    settings.show_notes()
    other = answer_for(photo, Request(networks()[title].name, request.side, request.device))
    if other is None:
        return
    names = (model_info(answer.model).title, model_info(other.model).title)
    if names[0] == names[1]:
        st.info("Both networks are the same; choose another one here or above.", icon=":material/info:")
        return
    pair = [(names[0], answer.labels), (names[1], other.labels)]
    view = derived(
        photo, ("pair", request, other.model), lambda: layers_view(photo.rgb, pair, "divide", 1), "Drawing both"
    )
    if view is not None:
        show_view(view, "yp_pair")
        st.caption(f"Left of the line {names[0]}, right of it {names[1]}; pull the line.")
        show_table(answer, other, names)


def show_table(one: Labelled, other: Labelled, names: tuple[str, str]) -> None:
    """Agreement, time and the shares of the classes."""
    agree = float((one.labels == other.labels).mean())
    st.markdown(f"They give **{percent(agree)}** of the pixels the same label.")
    shares = [{share.class_id: share.share for share in class_shares(each.labels)} for each in (one, other)]
    ids = sorted(set(shares[0]) | set(shares[1]), key=lambda i: -max(s.get(i, 0) for s in shares))
    rows = [
        {"": display_name(i), **{name: percent(s.get(i, 0.0)) for name, s in zip(names, shares, strict=True)}}
        for i in ids
    ]
    times = {name: f"{sum(each.milliseconds.values()):.0f} ms" for name, each in zip(names, (one, other), strict=True)}
    sizes = {name: f"{model_info(each.model).megabytes:.3g} MB" for name, each in zip(names, (one, other), strict=True)}
    st.table(
        [*rows, {"": "time", **times}, {"": "weights", **sizes}],
        hide_index=True,
        alt="Share of each class, time and weights of both networks",
    )
