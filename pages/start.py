"""Start: what segmentation is, why maps must grow back, and what the alternatives cost. Imports nothing heavy."""

import streamlit as st

from explainer.ui.costs import show_costs
from explainer.ui.heading import show_heading
from explainer.ui.lecture import LECTURE, end_of_figure
from explainer.ui.navigation import PAGES, link
from explainer.ui.start import show_pictures

show_heading(
    "How a network gives every pixel a name",
    "It shrinks the picture until it understands it, and then has to **grow its maps back**. How? That is this app.",
)
show_pictures()
end_of_figure()

st.header("Why maps shrink, and must grow back")
st.markdown(
    "A classifier may forget *where*. It halves its maps again and again: each halving makes the layers after it four "
    "times cheaper (with as many channels) and lets one output see twice as far. A pixel's name depends on its "
    "surroundings, so a segmentation net wants that far sight too; but its :green[output] must be as large as its "
    ":blue[input]."
)

st.header("Three ideas, and what they cost")
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

st.header("Where to go from here")
st.page_link(
    "pages/start.py", label="The lecture, slide by slide, for a projector", icon=":material/co_present:",
    query_params={LECTURE: "1"},
)  # fmt: skip
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
