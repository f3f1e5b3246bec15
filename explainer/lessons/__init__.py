"""Twenty-three misunderstandings, each as an experiment: a question, two cases for torch, a number that settles it.

`record` says what a lesson is, `measures` holds what is read off two cases, the tables hold the lessons.
"""

from __future__ import annotations

from explainer.lessons.conventions import CONVENTIONS
from explainer.lessons.learnable import LEARNABLE
from explainer.lessons.record import Lesson, Option, Side
from explainer.lessons.upsamplers import UPSAMPLERS

__all__ = ["LESSONS", "Lesson", "Option", "Side", "find_lesson", "lessons_of"]

LESSONS: tuple[Lesson, ...] = LEARNABLE + UPSAMPLERS + CONVENTIONS


def lessons_of(page: str) -> list[Lesson]:
    """The lessons of one page, by its stem."""
    return [lesson for lesson in LESSONS if page in (lesson.page, *lesson.also)]


def find_lesson(slug: str) -> Lesson | None:
    """The lesson of that name, if there is one."""
    return next((lesson for lesson in LESSONS if lesson.slug == slug), None)
