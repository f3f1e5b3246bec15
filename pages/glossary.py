"""Glossary: the field's terms, and all twenty-two misunderstandings as experiments."""

import streamlit as st

from explainer.ui.glossary import show_all_lessons, show_terms
from explainer.ui.heading import show_heading

show_heading("Glossary", "The terms as this app uses them, and twenty-two things people get wrong, each an experiment.")
show_terms()
st.header("What people get wrong")
show_all_lessons()
