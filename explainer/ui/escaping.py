"""Text from outside (a link, a field) inside a sentence: shown as it is, never as Markdown.

A link's `![](//host/x.png)` would otherwise make the visitor's browser ask that host.
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#!|$~:&@^]|(?<=www)\.", re.IGNORECASE)


def without_code(text: str) -> str:
    """The text with quotation marks instead of backticks, for a sentence whose code is not to be marked up.

    >>> without_code("Line 3, `x = y`: Net has no `y`")
    'Line 3, “x = y”: Net has no “y”'
    """
    return re.sub(r"`([^`]*)`", r"“\1”", text)


def escaped(text: str) -> str:
    r"""The text with everything that Markdown could take for its own behind a backslash, on one line.

    >>> print(escaped("![](//host/x.png)"))
    \!\[\]\(//host/x.png\)
    """
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
