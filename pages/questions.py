"""Questions: mixed exercises without end, the same for everybody with the same seed, and a worksheet to print."""

import streamlit as st

from explainer.quiz import quiz
from explainer.quiz.cases import DRAWN
from explainer.quiz.worksheet import worksheet
from explainer.ui.class_link import show_class_link
from explainer.ui.heading import show_heading
from explainer.ui.part import part
from explainer.ui.questions import show_questions
from explainer.ui.settings import Settings


@part
def show_exercises():
    """The seed and what is asked about, the questions, and the worksheet with the same seed."""
    settings = Settings("qz")
    with st.container(horizontal=True, gap="small"):
        seed = settings.choice("seed", "Seed (the same for a class)", tuple(range(1, 100)), 1, width=200)
        about = settings.choice("about", "About", ("everything", *DRAWN), "everything", width=220)
    notices = st.container()
    ops = () if about == "everything" else (about,)
    show_questions(f"qz_{about}", seed, ops)

    show_class_link("qz")
    with st.expander("On paper"):
        st.markdown("Ten questions with this seed, made for printing, and the solutions on pages of their own.")
        level = settings.choice("level", "Level (the questions above start at 1)", (1, 2, 3, 4), 1, width=320)
        st.download_button(
            "Worksheet (HTML)",
            lambda: worksheet(quiz(seed, 10, level, ops)),
            f"questions-{seed}.html",
            "text/html",
            on_click="ignore",
            icon=":material/print:",
        )
    with notices:  # Here, as nobody sees what stands in a closed expander.
        settings.show_notes()


show_heading("Questions", "Think first, then see. Every answer is **torch's**; a wrong one gets the reason that fits.")
show_exercises()
