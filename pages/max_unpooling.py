"""Max unpooling, the whole story: pool, remember the indices, compute on, put back."""

from explainer.ui.heading import show_heading
from explainer.ui.unpooling import show_story

show_heading(
    "Max unpooling",
    "Pooling keeps each window's largest value and **where it stood**; unpooling puts values back there.",
)
show_story()
