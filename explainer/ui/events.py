"""What a server did, a line of JSON each, for who runs it. Nothing in it is about a person.

Switched on by `UPSAMPLING_LOG=json`. A line holds numbers and words of the program's own (a network's name, a reason);
whatever else is handed in becomes "other": no file name, no address, nothing that somebody typed can get here.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time

WORD = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
VARIABLE = "UPSAMPLING_LOG"


def tell(event: str, **facts: float | str) -> None:
    """Write one line, if lines are asked for.

    >>> os.environ[VARIABLE] = "json"
    >>> sys.stderr, kept = sys.stdout, sys.stderr
    >>> tell("photo", outcome="refused", file="My holiday.jpg", kilobytes=7) # doctest: +ELLIPSIS
    {"at": ..., "event": "photo", "outcome": "refused", "file": "other", "kilobytes": 7}
    >>> sys.stderr = kept
    >>> del os.environ[VARIABLE]
    """
    if os.environ.get(VARIABLE) != "json":
        return
    line = {"at": round(time.time(), 1), "event": clean(event), **{name: clean(fact) for name, fact in facts.items()}}
    print(json.dumps(line), file=sys.stderr, flush=True)


def clean(fact: float | str) -> float | str:
    """A number, rounded, or a word of the program's own.

    >>> clean(0.123), clean("fcn8s"), clean("fcn8s of somebody")
    (0.1, 'fcn8s', 'other')
    """
    if isinstance(fact, int | float):
        return round(fact, 1)
    return fact if WORD.fullmatch(fact) else "other"
