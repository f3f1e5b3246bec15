"""Questions whose answers torch computes, and reasons why a wrong answer is wrong, recognized by computing the mistake.

`mistakes` holds what people do instead, as maps that can be run; `cases` draws random small cases; `questions` asks
about them; `judge` recognizes which mistake gives a wrong answer; `worksheet` prints them.
"""

from __future__ import annotations

from explainer.quiz.judge import Verdict, judge
from explainer.quiz.questions import KINDS, Question, question, quiz

__all__ = ["KINDS", "Question", "Verdict", "judge", "question", "quiz"]
