"""Which photo, network, working size and device: the settings that stand in the URL, and fetching weights."""

from __future__ import annotations

import streamlit as st

from explainer.segmentation.weights import ModelInfo, WeightsError, available_models
from explainer.ui.photo.labelled import Request
from explainer.ui.settings import Settings

SIDES = (129, 257, 385, 513, 769, 1025)
DEFAULT_NETWORK = "FCN-8s (bundled)"


def networks() -> dict[str, ModelInfo]:
    """All networks by title."""
    return {info.title: info for info in available_models()}


def choose_request(settings: Settings) -> Request:
    """The select boxes for network, working size and device."""
    ensure_weights(settings, "network", DEFAULT_NETWORK)
    with st.grid(3, min_column_width=180):
        title = settings.choice(
            "network", "Network", tuple(networks()), DEFAULT_NETWORK,
            help="The bundled ones come with the app. torchvision's are fetched when first chosen.",
        )  # fmt: skip
        side = settings.choice(
            "size", "Working size", SIDES, 513,
            help="The longer side at which the network sees the photo, in pixels. More is finer and slower.",
        )  # fmt: skip
        device = settings.choice("device", "Device", devices(), "auto", help="auto takes a graphics card if any.")
    info = networks()[title]
    voc = settings.flag(
        "voc", "VOC's 21 classes only",
        help="Sky, vegetation, grass, ground, building, water and mountain count as background then, as they do for "
        "torchvision's networks, which know nothing else.",
    )  # fmt: skip
    return Request(info.name, side, device, "all" if info.bundled and not voc else "voc21")


def devices() -> tuple[str, ...]:
    """What this machine has."""
    from explainer.segmentation.devices import DEVICES, choose_device

    present = ["auto", "cpu"]
    for name in DEVICES[2:]:
        try:
            present.append(choose_device(name).type)
        except ValueError:
            continue  # how `choose_device` says that this machine has none
    return tuple(present)


def ensure_weights(settings: Settings, name: str, fallback: str) -> None:
    """Fetch the chosen network's weights with a progress bar; without them the fallback is chosen, with a sentence.

    Comes before the select box, which then shows what is used.
    """
    key = settings.key(name)
    title = st.session_state.get(key) or st.query_params.get(key)
    info = networks().get(str(title))
    if info is None or info.bundled or info.name in st.session_state.setdefault("yp_fetched", set()):
        return
    try:
        fetch(info)
    except WeightsError as problem:
        settings.note(name, f"{problem} {fallback} is shown instead.")
        fall_back(key, fallback)
    else:
        st.session_state["yp_fetched"].add(info.name)


def fall_back(key: str, title: str) -> None:
    """Choose another network before its select box is drawn. What a link asked for counts once, so then begin anew."""
    by_link = key not in st.session_state
    st.session_state[key] = title
    if by_link:
        st.query_params[key] = title
        st.rerun()


def fetch(info: ModelInfo) -> None:
    """Bring the weights to this machine, here and not in the worker, which goes on serving others meanwhile."""
    from explainer.segmentation import download

    bar = st.progress(0.0, f"Fetching {info.title}, {info.megabytes:.0f} MB …")

    def show(done: int, total: int) -> None:
        share = min(1.0, done / (total or info.megabytes * 1e6))
        bar.progress(share, f"Fetching {info.title}: {done / 1e6:.0f} of {info.megabytes:.0f} MB")

    try:
        download.fetch(download.torchvision_source(info.name), download.cache_folders(), show)
    finally:
        bar.empty()
