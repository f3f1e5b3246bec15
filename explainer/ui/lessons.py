"""What people get wrong, as experiments: a dialog asks first, then shows both pictures and what settles it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from explainer import figures
from explainer.lessons import Lesson, Side, find_lesson
from explainer.lessons.measures import differences
from explainer.scene.panels import Scene, count_steps
from explainer.scene.scenes import scene_of
from explainer.scene.view import View
from explainer.ui.charts import show_chart
from explainer.ui.part import dialog, part
from explainer.ui.settings import LESSON
from explainer.ui.stage import show_stage
from explainer.ui.theme import theme

BOTH = "Both"


def offer_lessons(lessons: Sequence[Lesson]) -> None:
    """Misunderstandings, each a button that opens its experiment."""
    with st.grid(3, min_column_width=280, gap="small"):
        for lesson in lessons:
            if st.button(quoted(lesson.claim), icon=":material/science:", width="stretch", wrap=True):
                open_lesson(lesson)


def quoted(claim: str) -> str:
    """A claim in quotation marks; single ones for what it quotes itself."""
    return f"“{claim.replace('“', '‘').replace('”', '’')}”"


#: As a part of its own, where they do not stand in one: a part inside a part costs every change more.
show_lessons = part(offer_lessons)


def open_lesson(lesson: Lesson) -> None:
    """The experiment in a dialog, which takes the focus and lies over whatever was on the screen."""

    def closed() -> None:
        st.query_params.pop(LESSON, None)

    st.query_params[LESSON] = lesson.slug
    dialog(quoted(lesson.claim), show_experiment, on_dismiss=closed)(lesson)


def open_asked_lesson() -> None:
    """Open the experiment that the link asks for, once a visit; a name that does not exist is said."""
    asked = st.query_params.get(LESSON)
    if asked is None or st.session_state.get("lesson_opened") == asked:
        return
    st.session_state["lesson_opened"] = asked
    lesson = find_lesson(asked)
    if lesson is None:
        st.query_params.pop(LESSON, None)
        st.warning("The link asks for a lesson that does not exist; the glossary lists them all.")
    else:
        open_lesson(lesson)


def show_experiment(lesson: Lesson) -> None:
    """The question; once it is answered, the verdict, the pictures with a switch between them, and the number."""
    asking, switch = st.columns((3, 2), vertical_alignment="bottom")
    texts = [option.text for option in lesson.options]
    chosen = asking.segmented_control(lesson.question, texts, key=f"answer_{lesson.slug}", wrap=True)
    if chosen is None:
        show_side(lesson, lesson.before)
        return
    labels = [lesson.before.label, lesson.after.label]
    view = switch.segmented_control(
        "Before and after", [*labels, BOTH], default=lesson.after.label, key=f"view_{lesson.slug}", required=True,
        wrap=True,
    )  # fmt: skip
    show_verdict(lesson, chosen)
    if view == BOTH:
        for place, side in zip(st.columns(2), (lesson.before, lesson.after), strict=True):
            place.caption(side.label)
            with place:
                show_side(lesson, side)
    else:
        show_side(lesson, lesson.before if view == lesson.before.label else lesson.after)
    if lesson.shows_difference:
        show_difference(lesson)
    st.markdown(f"{lesson.truth} :small[({lesson.source})]")


def show_verdict(lesson: Lesson, chosen: str) -> None:
    """Whether the guess holds, and the number, whichever it was."""
    right, settled = settled_by_torch(lesson.slug)
    if chosen == right:
        st.markdown(f":green[:material/check_circle: **So it is:** {right}.] {settled}")
    else:
        st.markdown(f":blue[:material/lightbulb: **Many expect that. Torch says:** {right}.] {settled}")


@lru_cache(maxsize=64)
def settled_by_torch(slug: str) -> tuple[str, str]:
    """The option that holds and the sentence with the number; the same for every visitor, so kept."""
    lesson = find_lesson(slug)
    assert lesson is not None
    return lesson.answer().text, lesson.settle(lesson.before, lesson.after)


def show_side(lesson: Lesson, side: Side) -> None:
    """One picture, finished, to step through again."""
    name = "before" if side is lesson.before else "after"
    show_stage(side_scene(lesson.slug, name), f"ls_{lesson.slug}_{name}")


@lru_cache(maxsize=64)
def side_scene(slug: str, name: str) -> Scene:
    """The scene of one side; kept, and not to be changed by the caller."""
    lesson = find_lesson(slug)
    assert lesson is not None
    side: Side = getattr(lesson, name)
    problem = side.problem()
    scene = scene_of(problem.op, problem.input, View(matrix=False, order=side.order, editable=False))
    return {**scene, "name": f"{lesson.claim} {side.label}", "step": count_steps(scene, side.order) - 1}


def show_difference(lesson: Lesson) -> None:
    """Where the two outputs differ, and by how much."""
    apart = differences(lesson.before, lesson.after).tolist()
    st.caption("Difference of the two outputs")
    chart = figures.heat_map(apart, "plain", theme(), height=260)
    show_chart(chart, f"Difference of both outputs, row by row: {apart}", key=f"difference_{lesson.slug}")
