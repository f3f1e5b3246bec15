"""The photographs that come with the app, all public domain or CC0 (see `assets/samples/SOURCES.md`). No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "samples"


@dataclass(frozen=True)
class Sample:
    """A photo that may be shown: a short `name`, its file, a title, who made it, and under which terms."""

    name: str
    path: Path
    title: str
    credit: str
    licence: str


_ROWS = (
    ("chelsea", "Chelsea the cat", "Stefan van der Walt", "CC0"),
    ("astronaut", "Astronaut Eileen Collins", "NASA", "Public domain"),
    (
        "sheep",
        "A March pastoral, Suffolk, 1888",
        "Peter Henry Emerson, courtesy of the Getty's Open Content Program",
        "CC0",
    ),
    (
        "boats",
        "Boats in the river, Nagasaki, about 1865",
        "Felice Beato, courtesy of the Getty's Open Content Program",
        "CC0",
    ),
    ("coffee", "Coffee cup on a table", "Rachel Michetti, courtesy of Pikolo Espresso Bar", "CC0"),
    ("grace_hopper", "Rear Admiral Grace Hopper", "US Navy", "Public domain"),
    ("cameraman", "Photographer with a camera", "Lav Varshney", "CC0"),
    ("rocket", "Launch of DSCOVR on a Falcon 9", "SpaceX", "Public domain"),
    (
        "airplane",
        "Airplane from above, 1914-1929 (hard)",
        "Fedele Azari, courtesy of the Getty's Open Content Program",
        "CC0",
    ),
    ("raccoon", "Raccoon (an animal VOC has no class for)", "public-domain-image.com", "Public domain"),
)


def samples() -> tuple[Sample, ...]:
    """All sample photos, in the order in which they are offered.

    >>> samples()[0].name
    'chelsea'
    """
    return tuple(Sample(name, FOLDER / f"{name}.jpg", title, credit, licence) for name, title, credit, licence in _ROWS)


def sample(name: str) -> Sample:
    """One sample photo by its name.

    Raises:
        ValueError: there is none of that name.
    """
    for one in samples():
        if one.name == name:
            return one
    raise ValueError(f"got sample {name!r}; allowed are {', '.join(row[0] for row in _ROWS)}")
