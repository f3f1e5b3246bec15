"""Side by side: all upsamplers on the same photo under one lens, and on the same small map."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.lineup import choose_factor, show_photo, show_small_map
from explainer.ui.navigation import link
from explainer.ui.settings import Settings
from explainer.ui.window import choose_photo

show_heading(
    "Side by side",
    "A photo, made smaller and brought back. Point anywhere: one **lens** lies over all pictures.",
)
settings = Settings("ss")
with st.container(horizontal=True, gap="small"):
    photo = choose_photo(settings, width=220)
    r = choose_factor(settings)
settings.show_notes()
show_photo(photo, r)
st.markdown(
    "Sorted by PSNR, computed now against the original (higher is closer; 6 dB halve the error). Most get the **mean "
    "of each block**. Max unpooling gets the maxima and their places, pixel shuffle gets *all* pixels as channels, so "
    "it only has to rearrange them. The two *trained* ones were fitted to this photo by least squares. align_corners "
    "stretches the map from corner pixel to corner pixel, so nothing lies where the blocks were. The random kernel "
    "leaves a checkerboard. PSNR is taken over the whole picture, values clipped to what a screen shows."
)

st.header("The same on a small map")
st.markdown(
    "One :blue[input], all upsamplers. Each tile shows the :green[output] and, small beside it, the upsampler's "
    ":violet[matrix]: one row for each output pixel, one column for each input pixel. For given indices, max unpooling "
    "has one too. The title of a tile leads to its page."
)
show_small_map(r)
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
