"""The frame of the app: page settings, navigation, the page itself, and the warm-up beside it."""

import streamlit as st

from explainer.ui.navigation import sections

st.set_page_config(page_title="Upsampling Explainer", page_icon=":material/zoom_out_map:", layout="wide")
page = st.navigation(sections())
page.run()
