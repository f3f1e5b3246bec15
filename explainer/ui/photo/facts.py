"""What stands around the picture: where the time went, how the network upsamples, what happens to a photo."""

from __future__ import annotations

import streamlit as st

from explainer.examples.table import find_example
from explainer.quantities import memory, percent
from explainer.segmentation import served
from explainer.segmentation.classes import display_name
from explainer.segmentation.samples import sample
from explainer.segmentation.shapes import torchvision_fcn_shapes
from explainer.segmentation.weights import model_info
from explainer.ui.photo.labelled import Labelled, ShownPhoto

STAGES = {"read": "read", "resize": "resize", "network": "network", "upsample": "upsample", "crf": "CRF",
          "labels": "labels", "draw": "draw"}  # fmt: skip
KNOWN = {
    "all": "It knows grass, cat, tree, sky and 23 more kinds of things.",
    "voc21": "Cat, person, car and 17 more kinds of things count here; all else is background.",
}
TWICE = " It looks twice, at the photo and at its mirror image, and the mean of both counts (*Look inside*)."
CRF = " Behind it a CRF moves the outlines to the photo's edges; the switch above takes it away."
STAYS = "**Your photo** goes to the computer that runs this page and to nobody else: it"
GOES_ON = (
    "**Your photo** goes to the computer that runs this page. With the device left on *auto*, its pixels, as small as "
    "the network takes them, go on to a server of networks that this page was set up with, without the file and its "
    "name, and to nobody else. The photo"
)
PRIVACY = (
    " is not saved, not logged, not cached for others, and has no web address. What you see and can download is "
    "rebuilt from pixels, so place, date and other data inside the file are gone. A file's name is only repeated "
    "to you, where the file is refused. While it uploads, a file above 1 MB may pass through a temporary file. It"
    " stays in the server's memory while this tab is open. After you close the tab it is kept for 30 seconds at "
    "least, and until the server next tidies up, which it does when another visitor leaves. *Forget my photos* "
    "drops photos and results from this session at once."
)
COUNTED = " Whoever runs this page lets Streamlit, its maker, collect statistics of use; photos are no part of them."


def show_caption(photo: ShownPhoto, answer: Labelled) -> None:
    """Who made the photo, and what is worth knowing about it."""
    if photo.is_sample:
        one = sample(photo.key.partition(":")[2])
        st.caption(f"{one.title}. {one.credit}; {one.license}.")
    if answer.left_out:
        st.caption(_left_out(answer))
    for notice in (*photo.notices, *answer.notices):
        st.info(notice, icon=":material/info:")
    if not any(answer.labels.flat):
        st.info(
            "Nothing here is of a class that was asked for: to this network it is all background.",
            icon=":material/info:",
        )


def _left_out(answer: Labelled) -> str:
    """What the label map does without, and why."""
    from explainer.segmentation.doubt import SURE

    names = ", ".join(f"{display_name(one.class_id)} ({100 * one.most_sure:.1f}%)" for one in answer.left_out)
    return (
        f"Left out: {names}. An object counts only if the network is at least {percent(SURE)} sure of it at some point "
        "of its last score map; otherwise its pixels go to the next best class."
    )


def show_cost(photo: ShownPhoto, answer: Labelled) -> None:
    """What the network knows and does; in the frame beside it time per stage, device, sizes, memory (`page.css`)."""
    height, width = answer.working_size
    total = sum(answer.milliseconds.values())
    count = len(answer.probabilities)
    parts = " · ".join(
        f"{said} {answer.milliseconds[name]:.0f}" for name, said in STAGES.items() if name in answer.milliseconds
    )
    st.markdown(
        f"{KNOWN[answer.classes]} It decides on coarse maps, and upsamples them in the network."
        f"{TWICE if answer.maps is not None else ''}{CRF if answer.crf else ''}\n\n"
        f"> **{total / 1000:.2g} s** on **{answer.device}**, in milliseconds: {parts}\n>\n"
        f"> :small[Photo {photo.width} × {photo.height}; the network saw {width} × {height} pixels. Weights "
        f"{model_info(answer.model).mebibytes:.3g} MiB; its {count} score maps at full size take "
        f"{memory(count * 4 * height * width)}. *labels* is the largest score at each pixel of the photo. "
        "The times are those of the run that made this picture.]"
    )


def show_truth(answer: Labelled) -> None:
    """How this very network upsamples."""
    info = model_info(answer.model)
    learned = (
        "Its transposed convolutions began as bilinear interpolation and learned from there; in the ×2 ones every "
        "class hears every other. *Look inside* shows what they learned. The skips add finer scores on the way up.\n\n"
    )
    st.markdown(
        f"**{info.title}:** {info.upsampling}\n\n{learned if info.bundled else ''}"
        "Not every FCN does this. The authors of the paper (Long, Shelhamer and Darrell 2015) froze their upsampling "
        "at bilinear in the nets they published. torchvision's FCN has no skips and no transposed convolution: its "
        f"trunk keeps stride 8 by dilation, and one bilinear interpolation does the rest.\n\n:small[{shapes()}]"
    )


def shapes() -> str:
    """torchvision's FCN, shape by shape, as the network itself answers."""
    height, width = find_example("torchvision-shapes").case["input"][2:]
    found, transposed = torchvision_fcn_shapes(height, width)
    chain = " → ".join(f"{name} {' × '.join(map(str, shape[1:]))}" for name, shape in found.items())
    return f"torchvision's fcn_resnet50, asked just now: {chain}. Transposed convolutions in it: {transposed}."


def show_privacy(*, may_go_on: bool = False) -> None:
    """What happens to a visitor's photo, no more than is true; `may_go_on`: the page asks a server of networks if there
    is one.
    """
    begin = GOES_ON if may_go_on and served.address() else STAYS
    counted = COUNTED if st.get_option("browser.gatherUsageStats") else ""
    with st.expander("What happens to your photo", icon=":material/lock:"):
        st.markdown(begin + PRIVACY + counted)
