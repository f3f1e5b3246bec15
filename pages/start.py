"""Start: what segmentation is, why maps must grow back, and what the alternatives cost. Imports nothing heavy."""

import streamlit as st

from explainer.experiments.drawings import as_image, task
from explainer.ui.costs import show_costs
from explainer.ui.navigation import PAGES, link

st.title("How a network gives every pixel a name")
st.markdown(
    "**Semantic segmentation** asks of each pixel: what is this? To answer, a network shrinks the picture until it "
    "understands it, and then has to **grow its maps back**. This app shows, number by number, the ways to do that: "
    "from copying pixels to the transposed convolution, and to a network that labels your own photo."
)

st.subheader("Four questions about one picture")
TASKS = (
    ("classification", "**Classification**", "One word for the whole picture. Where? It does not say."),
    ("semantic", "**Semantic segmentation**", "A class for every pixel, sky and grass too. Two cats are one region."),
    ("detection", "**Object detection**", "A box and a class for each object."),
    ("instance", "**Instance segmentation**", "The pixels of each object, one by one."),
)
with st.grid(4, min_column_width=150) as grid:
    for name, title, answer in TASKS:
        with grid.cell():
            st.html(as_image(task(name), f"Two cats and a tree. {answer}"))
            st.markdown(f"{title}  \n{answer}")

st.subheader("Why maps shrink, and must grow back")
st.markdown(
    "A classifier may forget *where*. It halves its maps again and again: each halving makes the layers after it four "
    "times cheaper (with as many channels) and lets one output see twice as far. A pixel's name depends on its "
    "surroundings, so a segmentation net wants that far sight too; but its :green[output] must be as large as its "
    ":blue[input]."
)

st.subheader("Three ideas, and what they cost")
st.markdown(
    "1. **Sliding window.** Cut out the patch around each pixel and classify the patch (Farabet et al. 2013, Pinheiro "
    "& Collobert 2014).\n"
    "2. **Full resolution.** Run the convolutions once over the whole image and never shrink. It gives the same "
    "answers, since overlapping patches share their work.\n"
    "3. **Down and up.** Shrink inside the network, understand, and upsample inside the network (Long et al. 2015, "
    "Noh et al. 2015).\n\n"
    "All three here have the same number of convolutions; the third has transposed convolutions on the way up besides. "
    "Change the net; every number is computed anew."
)
show_costs("st")

st.subheader("Where to go from here")
for section in dict.fromkeys(page.section for page in PAGES):
    st.markdown(f"**{section}**")
    with st.grid(3, min_column_width=250, gap="small") as grid:
        for page in PAGES:
            if page.section == section and page.stem != "start":
                with grid.cell():
                    link(page.stem)
                    st.caption(page.help)
st.caption(
    "After lecture 9 of Stanford's CS231n (2024), Fei-Fei Li and Ehsan Adeli; Dumoulin & Visin, “A guide to "
    "convolution arithmetic for deep learning” (2016)."
)
