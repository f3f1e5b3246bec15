"""Text for pictures: the font that pillow ships, fitted to its place, with stand-ins for the glyphs it lacks."""

from __future__ import annotations

import unicodedata
from functools import cache

from PIL import ImageFont
from PIL.ImageDraw import ImageDraw

STAND_INS = {
    "∗": "*",
    "⇄": "<->",
    "−": "-",
    "–": "-",
    "∞": "inf",
    "→": "->",
    "×": "x",
    "²": "2",
    "ᵀ": "T",
    "≈": "~",
    "’": "'",
}
RAISED = {"ᵀ": "T", "²": "2"}


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own scalable font."""
    loaded = ImageFont.load_default(size=size)
    if not isinstance(loaded, ImageFont.FreeTypeFont):
        raise RuntimeError("pillow was built without FreeType, so it has no scalable font to draw numbers with")
    return loaded


@cache
def has_glyph(letter: str) -> bool:
    """Whether the font draws the letter itself rather than the box that stands for a missing one."""
    missing, own = font(20).getmask("\uffff"), font(20).getmask(letter)
    return letter == " " or (own.size, bytes(own)) != (missing.size, bytes(missing))


def drawable(text: str) -> str:
    """The text in letters that the font has: é becomes e, an arrow ->."""
    return "".join(letter if has_glyph(letter) else _stand_in(letter) for letter in text)


def _stand_in(letter: str) -> str:
    if letter in STAND_INS:
        return STAND_INS[letter]
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if has_glyph(base) else "?"


def write(draw: ImageDraw, at: tuple[float, float], text: str, size: float, fill: str, anchor: str = "mm") -> None:
    """Write text; a raised T stands for a transpose."""
    body, tail = (text[:-1], text[-1]) if text and text[-1] in RAISED else (text, "")
    draw.text(at, drawable(body), fill=fill, font=font(round(size)), anchor=anchor)
    if tail:
        end = at[0] + font(round(size)).getlength(drawable(body))
        small = font(round(size * 0.62))
        draw.text((end, at[1] - size * 0.1), RAISED[tail], fill=fill, font=small, anchor="l" + anchor[1])


def length(text: str, size: int) -> float:
    """The width of a text."""
    return font(size).getlength(drawable(text)) if text else 0.0


def fitting(text: str, size: float, room: float) -> float:
    """The size at which the text fits the room."""
    wide = length(text, 100) / 100
    return min(size, room / wide) if wide else size


def wrapped(text: str, size: float, room: float, lines: int) -> list[str]:
    """Break text into at most so many lines; what is too long ends in an ellipsis."""
    done = [""]
    for word in text.split(" "):
        longer = f"{done[-1]} {word}".strip()
        if font(round(size)).getlength(drawable(longer)) <= room:
            done[-1] = longer
        else:
            done.append(word)
    return done if len(done) <= lines else [*done[: lines - 1], done[lines - 1] + " …"]
