"""Two networks on the same photo: the divider between their answers, where they agree, and what each costs."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from explainer.quantities import percent
from explainer.segmentation.classes import ClassSet, display_name
from explainer.segmentation.label_maps import class_differences, largest_exchange
from explainer.segmentation.weights import model_info
from explainer.ui.photo.asking import answer_for, derived
from explainer.ui.photo.labelled import Labelled, Request, ShownPhoto
from explainer.ui.photo.picture import layers_view
from explainer.ui.photo.request import at_hand, networks, tell_failure
from explainer.ui.photo.viewer import show_view
from explainer.ui.settings import Settings

OTHER = "FCN-32s (bundled)"


def show_comparison(photo: ShownPhoto, request: Request, answer: Labelled, settings: Settings) -> None:
    """The whole tab. Where one of the two knows VOC's classes alone, both are asked for these."""
    tell_failure(settings, "other", OTHER)
    title = settings.choice("other", "Second network", tuple(networks()), OTHER)
    settings.show_notes()
    info = at_hand(networks()[title], settings.key("other"), OTHER)
    fair: ClassSet = answer.classes if info.bundled else "voc21"
    other = answer_for(photo, Request(info.name, request.side, request.device, fair))
    one: Labelled | None = answer
    if fair != answer.classes or answer.crf:
        one = answer_for(photo, replace(request, classes=fair, crf=False))
    if one is None or other is None:
        return
    names = (model_info(one.model).title, model_info(other.model).title)
    if names[0] == names[1]:
        st.info("Both networks are the same; choose another one here or above.", icon=":material/info:")
        return
    pair = [(names[0], one.labels), (names[1], other.labels)]
    key = ("pair", request, other.model)
    view = derived(photo, key, lambda: layers_view(photo.rgb, pair, "divide", fair, 1), "Drawing both")
    if view is not None:
        show_view(view, "yp_pair")
        st.caption(f"Left of the line {names[0]}, right of it {names[1]}; pull the line.")
        if fair != answer.classes:
            st.caption(
                f"{names[1]} knows VOC's classes only, so both are asked for these: of {names[0]}, sky, grass and the "
                "like count as background here."
            )
        twice = [name for name, each in zip(names, (one, other), strict=True) if each.maps is not None]
        if len(twice) == 1:
            st.caption(
                f"{twice[0]} looks at the photo and at its mirror image, and leaves out objects that it is nowhere "
                "sure of; the other looks at the photo alone and leaves none out."
            )
        show_table(one, other, names)


def show_table(one: Labelled, other: Labelled, names: tuple[str, str]) -> None:
    """Agreement, where they differ most, each class's share and overlap, time."""
    agree = float((one.labels == other.labels).mean())
    st.markdown(f"They give **{percent(agree)}** of the pixels the same label. {where_they_differ(one, other, names)}")
    rows = [
        {
            "": display_name(row.class_id, one.classes),
            names[0]: percent(row.first),
            names[1]: percent(row.second),
            "difference": f"{100 * (row.second - row.first):+.1f} points",
            "overlap (IoU)": percent(row.overlap),
        }
        for row in class_differences(one.labels, other.labels)
    ]
    times = {name: f"{sum(each.milliseconds.values()):.0f} ms" for name, each in zip(names, (one, other), strict=True)}
    sizes = {
        name: f"{model_info(each.model).mebibytes:.3g} MiB" for name, each in zip(names, (one, other), strict=True)
    }
    blank = {"difference": "", "overlap (IoU)": ""}
    st.table(
        [*rows, {"": "time", **times, **blank}, {"": "weights", **sizes, **blank}],
        hide_index=True,
        alt="Share of each class, difference and overlap of both networks, time and weights",
    )


def where_they_differ(one: Labelled, other: Labelled, names: tuple[str, str]) -> str:
    """The largest exchange of pixels between two classes, as a sentence; nothing where they agree everywhere."""
    pair = largest_exchange(one.labels, other.labels)
    if pair is None:
        return ""
    mine, theirs, share = pair
    words = [display_name(class_id, one.classes) for class_id in (mine, theirs)]
    return f"They differ most where {names[0]} says *{words[0]}* and {names[1]} *{words[1]}*: {percent(share)}."
