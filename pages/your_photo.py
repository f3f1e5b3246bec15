"""Your photo: a network labels a sample or the visitor's own picture, and shows how it upsampled."""

import streamlit as st

from explainer.ui.heading import show_heading
from explainer.ui.lecture import end_of_figure
from explainer.ui.part import part
from explainer.ui.photo.ahead import look_ahead
from explainer.ui.photo.asking import answer_for
from explainer.ui.photo.facts import show_caption, show_cost, show_privacy
from explainer.ui.photo.intake import show_intake
from explainer.ui.photo.picking import pick_photo
from explainer.ui.photo.request import choose_request
from explainer.ui.photo.tabs import show_more
from explainer.ui.photo.viewer import show_view
from explainer.ui.settings import Settings

show_heading(
    "Your photo",
    "A network names **every pixel** of a photo.",
)


@part
def show_labelled() -> None:
    """A photo, what the network says of it, and all that follows."""
    settings = Settings("yp")
    # Beside each other on a screen; on a phone the visitor's own photos and the settings come below the picture.
    picture, choices = st.columns((5, 2), gap="medium")
    with picture:
        photo = pick_photo(settings)
    with choices:
        show_intake()
        request = choose_request(settings)
    with picture, st.container(gap=None):
        # In a place of their own, so that a notice does not move the viewer, which would forget its settings.
        with st.container():
            settings.show_notes()
            answer = answer_for(photo, request)
        if answer is not None:
            show_view(answer.view, "yp_viewer", remembered=True)
            end_of_figure()
            show_caption(photo, answer)
    if answer is not None:
        show_cost(photo, answer)
        show_more(settings.prefix, photo, request, answer)
        look_ahead()


show_labelled()
show_privacy(may_go_on=True)
