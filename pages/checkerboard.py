"""Checkerboard: where stamps overlap unevenly, what helps, and what does not quite."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.navigation import link
from explainer.ui.overlap import show_counts, show_examples, show_pictures

show_heading(
    "Checkerboard",
    "Unless the kernel is a **multiple of the stride**, stamps pile up unevenly on the :green[output].",
)
show_counts("cb")

st.header("Stamp by stamp")
show_examples("cb", "checkerboard")

st.header("What it looks like")
st.markdown(
    "A small random map, doubled three times by layers with random :violet[weights]. The last two enlarge first and "
    "convolve afterwards: smooth, though the weights are just as random."
)
show_pictures("cb")
st.markdown(
    "- **A multiple of the stride** (k 4) makes the overlap even, so equal weights leave no trace. Random ones do: the "
    "four places of a block still use different taps.\n"
    "- **Pixel shuffle** never overlaps, and has the same problem: four kernels for the four places.\n"
    "- **A careful start** removes it for both: the bilinear kernel (Long et al. 2015), or one kernel copied to all "
    "four places (ICNR, Aitken et al. 2017). Training may bring some of it back.\n"
    "- **Resize-convolution** cannot make a pattern from a constant map, whatever the weights.\n"
    "- **Training** can learn the pattern away. In the last column each layer was trained to the end, by least "
    "squares, to undo the halving of a photo: what is left in its error is small, and largest for k 3.\n"
    "- **The border** stays uneven even for k 4, s 2, p 1: fewer stamps reach it (an example under *Stamp by stamp*)."
)
with st.container(horizontal=True):
    link("transposed_convolution", "Step through the overlap")
    link("side_by_side", "All upsamplers on one input")
