"""Side by side: all upsamplers on the same photo under one lens, and on the same small map."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.lineup import show_lineup
from explainer.ui.navigation import link

show_heading(
    "Side by side",
    "A photo, made smaller and brought back. Point anywhere: one **lens** lies over all pictures.",
)
show_lineup("ss")
st.markdown(
    "- **Recovered**: if the rank equals the number of inputs, no input is lost, and least squares brings it back from "
    "the output (in brackets: how far off). The last row is a way down: fewer outputs than inputs, so something is "
    "lost.\n"
    "- **Keeps a constant**: every row of the matrix adds up to 1. Bed of nails and max unpooling fill up with zeros; "
    "the bilinear *kernel* fades at the border, where `F.interpolate` repeats the edge.\n"
    "- **Learned**: for one channel in and out. With C channels a transposed convolution has C² as many. Pixel shuffle "
    "itself learns nothing; the convolution before it does. Here its r² channels are copies of the input."
)
with st.container(horizontal=True):
    link("checkerboard", "Why the random kernel leaves a pattern")
    link("your_photo", "Learned upsampling in a network")
