"""The Upsampling Explainer: every in-network upsampling operator as a matrix that torch itself hands out.

`geometry` and `trace` know nobody; `operators` are torch calls with names; `stage` turns a trace into the
step-by-step picture. Nothing in here but `ui` imports Streamlit, so all of it works in a notebook.
"""
