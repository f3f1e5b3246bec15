"""What the indices carry: a photo goes down and up through DeconvNet, with its own indices and with others."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.indices.ahead import look_ahead
from explainer.ui.indices.below import show_more, show_story
from explainer.ui.indices.figure import choose, journey_of, show_figure
from explainer.ui.lecture import end_of_figure
from explainer.ui.navigation import link
from explainer.ui.part import part
from explainer.ui.photo.facts import show_privacy
from explainer.ui.photo.intake import show_intake
from explainer.ui.settings import Settings

show_heading(
    "What the indices carry",
    "DeconvNet remembers **which pixel was largest** on the way down. Take that memory away, and see.",
)


@part
def show_journey() -> None:
    """Down and up again, and what follows from the chosen photos."""
    settings = Settings("dn")
    photo, other = choose(settings)
    journey = journey_of(photo, other)
    if journey is not None:
        show_figure(settings, photo, other, journey)
        end_of_figure()
        show_story(journey)
        show_more(settings.prefix, photo, other, journey)
        look_ahead(photo, other)


show_journey()
st.header("Your own photo")
show_intake()
show_privacy()
st.caption(
    "After Noh, Hong & Han, “Learning Deconvolution Network for Semantic Segmentation” (2015), whose network is VGG-16 "
    "and its mirror image; here the way down is a MobileNetV2 with its strides replaced by poolings."
)
with st.container(horizontal=True):
    link("max_unpooling", "One max unpooling, cell by cell")
    link("your_photo", "FCN-8s on your photo")
    link("shapes", "DeconvNet's shapes, layer by layer")
