"""Many JavaScript modules as one: Streamlit takes a component's script as one string, and so does an offline page.

No build step: modules are strung together as they are, each after those it imports, with their import lines left out.
So they share one scope, and a name may be taken only once.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
NAME = re.compile(r"^(?:export )?(?:default )?(?:async )?(?:function\*? |class |const |let )(\w+)", re.MULTILINE)


@cache
def bundle(entry: Path) -> str:
    """The entry and all it imports as one module that exports what they export.

    Raises:
        ValueError: for an import that is not of the form `import { names } from "./file.js";`, or a name taken twice.
    """
    parts = [IMPORT.sub("", path.read_text(encoding="utf-8")).strip() for path in modules(entry.resolve())]
    whole = "\n\n".join(parts) + "\n"
    left = re.search(r"^(import\b.*|export .* from .*)", whole, re.MULTILINE)
    if left:
        raise ValueError(f'{entry.name} holds {left[0]!r}; allowed is import {{ names }} from "./file.js";')
    names = NAME.findall(whole)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{entry.name} and its imports share one scope, but take more than once: {', '.join(twice)}")
    return whole


def modules(entry: Path, seen: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """The files of a module and its imports, each after those it needs."""
    for name in IMPORT.findall(entry.read_text(encoding="utf-8")):
        path = (entry.parent / name).resolve()
        if path not in seen:
            seen = modules(path, seen)
    return seen if entry in seen else (*seen, entry)
