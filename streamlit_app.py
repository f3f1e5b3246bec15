"""The entry: `streamlit run streamlit_app.py`.

The file is read in two ways. The server imports it once and takes `app` from it, with what has to happen at start-up;
for every visitor Streamlit then runs it as a script, and the frame and the page are drawn.
"""

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explainer.ui import addressed, fetched_once, look_up, theme_once
from explainer.ui.frame import lifespan, show_frame
from explainer.ui.gate import Gate
from explainer.ui.immutable import Immutable

if get_script_run_ctx(suppress_warning=True):
    show_frame()
else:
    look_up.install()
    theme_once.install()
    middleware = [Middleware(Immutable), Middleware(Gate)]
    app = st.App(__file__, lifespan=lifespan, middleware=middleware, routes=[*fetched_once.ROUTES, *addressed.ROUTES])
