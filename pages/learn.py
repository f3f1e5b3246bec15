"""Learn an upsampling: a layer is trained while the visitor watches, and one step of the gradient on the stage."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.learning.parts import show_backward, show_learning
from explainer.ui.navigation import link

show_heading(
    "Learn an upsampling",
    "Nobody chose this :violet[kernel]: training moves its weights **a little downhill**, step by step.",
)
show_learning("ln")

st.header("The way of the gradient")
show_backward("ln")
st.caption(
    "A transposed convolution is learned like every convolution: by gradients (Long, Shelhamer & Darrell 2015; "
    "Dumoulin & Visin 2016). Two convolutions and a pixel shuffle: Shi et al. 2016. The transposed convolution learns "
    "in float64, the two convolutions in float32, on gray pictures of 96 × 96 pixels; loss and PSNR leave a border of "
    "8 pixels out. The picture that judges was never learned from."
)
with st.container(horizontal=True):
    link("checkerboard", "Where the checkerboard comes from")
    link("side_by_side", "All upsamplers on one photo")
    link("your_photo", "What a network's kernels learned")
