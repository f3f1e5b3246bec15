"""Text from outside (a link, a field) inside a sentence: shown as it is, never as Markdown.

A link's `![](//host/x.png)` would otherwise make the visitor's browser ask that host.
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#!|$~:&@^]|(?<=www)\.", re.IGNORECASE)


def escaped(text: str) -> str:
    r"""The text with everything that Markdown could take for its own behind a backslash, on one line.

    >>> print(escaped("![](//host/x.png)"))
    \!\[\]\(//host/x.png\)
    """
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
