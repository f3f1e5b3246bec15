"""Shapes of any network: paste a stack of layers, see every size, field and cost, and whether the size comes back."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.navigation import link
from explainer.ui.stacks import show_stack

show_heading(
    "Shapes of any network",
    "Down and up again: does the :green[output] come back in the **size** of the :blue[input]? Paste your network.",
)
show_stack("sh")
with st.container(horizontal=True):
    link("transposed_convolution", "Which size comes back, and why")
    link("your_photo", "A network at work")
