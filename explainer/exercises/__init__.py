"""Write it yourself: exercises in a notebook, each with a check that names the mistake.

`solutions` holds the functions to write, `trials` draws random small cases with torch's answers and what each mistake
would give, `tasks` has the words, `checking` judges a visitor's function, `writing` makes the two notebooks. A
visitor's code runs in the visitor's own notebook and nowhere else.
"""

from __future__ import annotations

from explainer.exercises.checking import check

__all__ = ["check"]
