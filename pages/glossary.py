"""Glossary: the field's terms, and all misunderstandings as experiments."""

from explainer.ui.glossary import show_glossary
from explainer.ui.heading import show_heading

show_heading("Glossary", "The terms as this app uses them, and the things that people get wrong, each an experiment.")
show_glossary()
