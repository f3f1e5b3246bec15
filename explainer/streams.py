"""Standard input and output as a terminal, a pipe and a file have them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def speak_utf8() -> None:
    """Write UTF-8 wherever output goes: Windows gives a pipe or a file a code page that lacks most names of photos.

    A name whose bytes are no text is written with \\udcXX, which JSON reads back as the same name.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure(stream, "utf-8", "backslashreplace")


def read_text(name: str) -> str:
    """A file's text, or standard input's for "-": UTF-8, with or without the mark that some editors put first.

    Raises:
        ValueError: it is not UTF-8.
    """
    try:
        if name != "-":
            return Path(name).read_text(encoding="utf-8-sig")
        reconfigure(sys.stdin, "utf-8-sig", "strict")
        return sys.stdin.read()
    except UnicodeDecodeError:
        named = "standard input" if name == "-" else name
        raise ValueError(f"{named} is not UTF-8, which is what is read here; please save it as UTF-8.") from None


def reconfigure(stream: Any, encoding: str, errors: str) -> None:
    """Change how a stream is encoded, where it can be changed (a notebook's cannot)."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=encoding, errors=errors)


def hang_up() -> None:
    """Nobody reads standard output any more: what is left in it goes nowhere, or Python would complain on its way out.

    It is what Python's documentation advises (library/signal, "Note on SIGPIPE").
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
