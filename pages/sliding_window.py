"""Sliding window against fully convolutional: a real network, patch by patch and in one pass."""

import streamlit as st

from explainer.ui.navigation import link
from explainer.ui.settings import Settings
from explainer.ui.window import choose, compared, field_of, show_agreement, show_labels, show_sweep, show_work

st.title("Sliding window")
st.markdown(
    "To name the pixel in the middle, cut out a **patch** around it and classify the patch; then move on. That is the "
    "oldest way to segment with a classifier (Farabet et al. 2013, Pinheiro & Collobert 2014). A network of "
    "convolutions can do all patches in **one pass** over the photo: it makes the same decisions and computes what "
    "patches share only once (Long et al. 2015)."
)
settings = Settings("sw")
with st.container(border=True):
    choice = choose(settings)
settings.show_notes()
found = compared(choice)
show_labels(choice, found)

st.subheader("The work")
show_work(choice, found)

st.subheader("Do they agree?")
show_agreement(choice, found)

st.subheader("How large must a patch be?")
st.markdown(
    "As large as the **receptive field**: all the pixels that can change the answer in the middle. From there on the "
    "patch and the whole photo give the same number; below it, zeros stand in for pixels that were cut off."
)
show_sweep(choice)
with st.expander("Which network is this?"):
    field = field_of(choice.name)
    st.markdown(
        "The trunk of the FCN that labels photos on the last page, up to its maps of stride 8: real trained weights, "
        f"receptive field {field} × {field}. On top of it sits a 1 × 1 convolution, fitted just now by ridge "
        "regression so that its scores follow the full FCN's answer for this photo. The full FCN itself would not do: "
        "it also uses the mean over the whole photo, which no patch can know. The photo is reduced so that this page "
        "answers quickly. Eight patches run at a time, and the times are medians."
    )
with st.container(horizontal=True):
    link("start", "What this costs in other networks")
    link("your_photo", "The full network on your photo")
