"""The photographs that come with the app, free to show (see `assets/samples/SOURCES.md`). No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explainer.segmentation.assets import ASSETS

FOLDER = ASSETS / "samples"


@dataclass(frozen=True)
class Sample:
    """A photo that may be shown: a short `name`, its file, a title, who made it, and under which terms."""

    name: str
    path: Path
    title: str
    credit: str
    license: str


_ROWS = (
    ("chelsea", "Chelsea the cat", "Stefan van der Walt", "CC0"),
    ("cow", "Cows on a meadow, trees behind them", "Dohduhdah, Wikimedia Commons", "Public domain"),
    ("horses", "Nokota horses", "Seth Zeigler, Wikimedia Commons", "CC0"),
    ("dog", "German shepherd", "Hans Kemperman, Wikimedia Commons", "Public domain"),
    ("street", "Parked cars before the Aula Palatina, Trier", "Berthold Werner, Wikimedia Commons", "Public domain"),
    ("castle", "Château de Chenonceau, by the water", "Alf van Beem, Wikimedia Commons", "Public domain"),
    ("two_dogs", "Two friends at a window", "Aitzol Berasategi, 2018", "CC BY 4.0"),
    ("astronaut", "Astronaut Eileen Collins; there is no class for a rocket or a helmet", "NASA", "Public domain"),
    ("coffee", "Coffee cup on a table", "Rachel Michetti, courtesy of Pikolo Espresso Bar", "CC0"),
    (
        "raccoon",
        "A failure, kept on purpose: there is no class for a raccoon, and the leaves are missed",
        "public-domain-image.com",
        "Public domain",
    ),
)


@cache
def samples() -> tuple[Sample, ...]:
    """All sample photos, in the order in which they are offered.

    >>> samples()[0].name
    'chelsea'
    """
    return tuple(Sample(name, FOLDER / f"{name}.jpg", title, credit, license) for name, title, credit, license in _ROWS)


def sample(name: str) -> Sample:
    """One sample photo by its name.

    Raises:
        ValueError: there is none of that name.
    """
    for one in samples():
        if one.name == name:
            return one
    raise ValueError(f"got sample {name!r}; allowed are {', '.join(row[0] for row in _ROWS)}")
