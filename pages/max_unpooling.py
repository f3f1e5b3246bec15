"""Max unpooling, the whole story: pool, remember the indices, compute on, put back."""

import streamlit as st

from explainer.ui.unpooling import show_story

st.title("Max unpooling")
st.markdown(
    "Max pooling keeps the largest value of each window and **forgets where it stood**. A network that remembers the "
    "positions can use them on the way up: the values that come back from deeper layers are put where the maxima were, "
    "and everything else is zero. Edges return to their place; what was thrown away does not return."
)
show_story()
