"""Which photo, network, working size and device: the settings that stand in the URL, and fetching weights."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explainer.segmentation.weights import CRF_MODEL, DEFAULT_SIDE, ModelInfo, available_models
from explainer.ui.photo.labelled import Request
from explainer.ui.settings import Settings

SIDES = (129, 257, 385, DEFAULT_SIDE, 577, 641, 769, 1025)
DEFAULT_NETWORK = "FCN-8s (bundled)"


def networks() -> dict[str, ModelInfo]:
    """All networks by title."""
    return {info.title: info for info in available_models()}


def choose_request(settings: Settings) -> Request:
    """The select boxes for network, working size and device."""
    tell_failure(settings, "network", DEFAULT_NETWORK)
    title = settings.choice(
        "network", "Network", tuple(networks()), DEFAULT_NETWORK,
        help="The bundled ones come with the app. torchvision's are fetched when first chosen.",
    )  # fmt: skip
    side = settings.choice(
        "size", "Working size", SIDES, DEFAULT_SIDE,
        help="The longer side at which the network sees the photo, in pixels. More is finer and slower.",
    )  # fmt: skip
    device = settings.choice("device", "Device", devices(), "auto", help="auto takes a graphics card if any.")
    info = at_hand(networks()[title], settings.key("network"), DEFAULT_NETWORK)
    voc = settings.flag(
        "voc", "VOC's 21 classes only",
        help="Sky, vegetation, grass, ground, building, water and mountain count as background then, as they do for "
        "torchvision's networks, which know nothing else.",
    )  # fmt: skip
    crf = settings.flag(
        "crf", "Outlines along the photo's edges", True, disabled=info.name != CRF_MODEL,
        help="A CRF behind FCN-8s: pixels that are near each other and look alike should have one label. Off, outlines "
        "are as the network grows them. *Look inside* shows both.",
    )  # fmt: skip
    return Request(
        info.name, side, device, "all" if info.bundled and not voc else "voc21", crf and info.name == CRF_MODEL
    )


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


def tell_failure(settings: Settings, name: str, fallback: str) -> None:
    """Where the download of the chosen network's weights failed, choose the fallback and say why.

    Comes before the select box, which then shows what is used.
    """
    key = settings.key(name)
    info = networks().get(str(st.session_state.get(key) or st.query_params.get(key)))
    if info is None or info.bundled:
        return
    from explainer.segmentation.fetching import failure

    problem = failure(info.name, visitor())
    if problem:
        settings.note(name, f"{problem} {fallback} is shown instead.")
        fall_back(key, fallback)


def fall_back(key: str, title: str) -> None:
    """Choose another network before its select box is drawn. What a link asked for counts once, so then begin anew."""
    by_link = key not in st.session_state
    st.session_state[key] = title
    if by_link:
        st.query_params[key] = title
        st.rerun()


def at_hand(info: ModelInfo, key: str, fallback: str) -> ModelInfo:
    """The chosen network; while its weights are still on their way, with their progress shown, the fallback."""
    from explainer.segmentation import download, fetching

    if info.bundled or download.is_cached(info.name):
        return info
    fetching.ask(info.name, visitor())
    show_fetching(info, key, fallback)
    return networks()[fallback]


@st.fragment(run_every=1.0)
def show_fetching(info: ModelInfo, key: str, fallback: str) -> None:
    """How far the weights are, and a way out. When they are there, or cannot be had, the page runs again."""
    from explainer.segmentation.fetching import ask, leave

    job = ask(info.name, visitor())
    if job.ended:
        st.rerun()

    def cancel() -> None:
        leave(info.name, visitor())
        st.session_state[key] = fallback

    with st.container(horizontal=True, vertical_alignment="center"):
        share = min(1.0, job.done / (job.total or info.mebibytes * 2**20))
        told = f"Fetching {info.title}: {job.done / 2**20:.0f} of {info.mebibytes:.0f} MiB. Until then: {fallback}."
        st.progress(share, told)
        if st.button("Cancel", key=f"{key}_cancel", on_click=cancel):
            st.rerun()


def visitor() -> str:
    """This visitor's session, as one who asks."""
    context = get_script_run_ctx()
    return context.session_id if context else ""
