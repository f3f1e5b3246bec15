"""Sliding window against fully convolutional: a real network, patch by patch and in one pass."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.lecture import end_of_figure
from explainer.ui.navigation import link
from explainer.ui.part import part
from explainer.ui.settings import Settings
from explainer.ui.sliding import show_sliding
from explainer.ui.window import choose_photo, field_of, look_ahead, show_comparison, show_sweep, slid

show_heading(
    "Sliding window",
    "To name a pixel, classify the **patch** around it. Drag the window, and grow it.",
)


@part
def show_photo() -> None:
    """The window on a photo, and all that is found about that photo."""
    settings = Settings("sw")
    name = choose_photo(settings, width=280, label_visibility="collapsed")
    settings.show_notes("photo")
    show_sliding(slid(name), "sw_window")
    end_of_figure()
    st.markdown(
        "That is the oldest way to segment with a classifier (Farabet et al. 2013, Pinheiro & Collobert 2014). From a "
        "few pixels alone it is **impossible to say what they are**, as the lecture has it: without context a patch "
        "of fur is not yet a cat. A network of convolutions can do all patches in **one pass** over the photo: it "
        "makes the same decisions and computes what patches share only once (Long et al. 2015)."
    )

    show_comparison(name)

    st.header("How large must a patch be?")
    st.markdown(
        "As large as the **receptive field**: all the pixels that can change the answer in the middle. From there on "
        "the patch and the whole photo give the same number; below it, zeros stand in for pixels that were cut off."
    )
    show_sweep(name)
    with st.expander("Which network is this?"):
        field = field_of(name)
        st.markdown(
            "The trunk of the FCN that labels photos on the last page, up to its maps of stride 8: real trained "
            f"weights, receptive field {field} × {field}. On top of it sits a 1 × 1 convolution, fitted just now by "
            "ridge regression so that its scores follow the full FCN's answer for this photo. The full FCN itself "
            "would not do: it also uses the mean over the whole photo, which no patch can know. The photo is reduced "
            "so that this page answers quickly. Eight patches run at a time, and the times are medians."
        )
    look_ahead(name)


show_photo()
with st.container(horizontal=True):
    link("start", "What this costs in other networks")
    link("your_photo", "The full network on your photo")
