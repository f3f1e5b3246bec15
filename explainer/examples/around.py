"""What stands around a grid in a print and is no part of it: prompts, names, calls, LaTeX, Markdown's bars.

What would change the numbers (`/ 9`, `.reshape(3, 3)`, `ones(3, 3)`) is refused: nothing is worked out here, and to
pass over it would answer another question.

>>> plain("A =\\n\\n   1   2\\n   3   4").split()
['1', '2', '3', '4']
>>> plain(r"\\begin{bmatrix} 1 & \\frac{1}{2} \\\\ 3 & 4 \\end{bmatrix}").split()
['1', '1/2', '3', '4']
"""

from __future__ import annotations

import re

#: Minus signs and spaces of other alphabets; what has no width goes.
_SIGNS = str.maketrans(
    dict.fromkeys("−–‐‑‒﹣－", "-")
    | dict.fromkeys("\u00a0\u202f\ufeff", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060")
)
#: What names the numbers: old torch's `(0,.,.) =` and MATLAB's `A(:,:,1) =` before each channel, a prompt, a size.
_NAMES = re.compile(
    r"\[torch\.[\w.]+ of size [^\]]*\]|\[ ?\w+Type\{[\d,]*\} ?\]"
    r"|\(\s*\d+\s*(?:,\s*[.\d]+\s*)+\)\s*="
    r"|^[ \t]*[A-Za-z]\w*(?:\(:,:,\d+\))?[ \t]*=[ \t]*$"
    r"|^In ?\[\d*\]:.*$|^Out ?\[\d+\]:",
    re.MULTILINE,
)
_LATEX: tuple[tuple[str, str], ...] = (
    (r"\\begin\s*\{array\}\s*(?:\[\w\])?\s*\{[clr|\s]*\}|\\(?:begin|end)\s*\{\w+\*?\}", "\n"),
    (r"\\(?:left|right)\s*(?:\\[{}|]|[\[\]().|])|\\hline|\$+|\\[\[\]]", ""),
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2"),
    (r"_\{(\w{1,2})\}", r"_\1"),
    (r"\{,\}", ","),
    (r"\\\\(?:\[[^\]\n]{0,12}\])?\s*", "\n"),
    (r"\\[,;:! ]|\\q?quad(?![a-z])", " "),
    (r"&", "\t"),
)
#: Calls around a grid that hand its numbers on as they are.
_MAKERS = {
    "tensor", "floattensor", "doubletensor", "halftensor", "longtensor", "inttensor", "as_tensor", "from_numpy",
    "convert_to_tensor", "constant", "variable", "parameter", "array", "masked_array", "asarray", "asanyarray",
    "ascontiguousarray", "devicearray", "ndarray", "matrix", "c", "list", "tuple", "print", "float", "double", "single",
    "float32", "float64",
}  # fmt: skip
#: Behind a grid: closing brackets, `dtype=...`, a cast, a remark. (Atomic groups: no text may take long.)
_BEHIND = re.compile(
    r"(?>(?<=,)\s*(?:'\w+'|(?:np|numpy|jnp|tf|torch)\.\w+)|[\s)>;,}\]]|#[^\n]*|%\s*[A-Za-z][^\n]*|<NDArray[^>]*>"
    r"|[A-Za-z_]\w*\s*[=:]\s*(?:\([^()]*\)|<[^<>]*>|[^\s,()<>]+)"
    r"|\.(?:float|double|half|int|long|cuda|cpu|numpy|detach|clone|contiguous|requires_grad_|tolist|astype|to|type)"
    r"\([^()]*\))*+"
)


def plain(text: str) -> str:
    """A print without names, prompts and LaTeX's words; numbers, letters, brackets and separators stay.

    Raises:
        ValueError: for two matrices in LaTeX.
    """
    text = "\n".join(text.translate(_SIGNS).splitlines())
    if re.search(r"\\begin|\\\\|\\frac", text):
        if len(re.findall(r"\\begin\s*\{(?:\w*matrix\*?|array)\}", text)) > 1:
            raise ValueError("there is more than one matrix; give one at a time.")
        for found, instead in _LATEX:
            text = re.sub(found, instead, text)
    return _NAMES.sub("\n", text)


def check_around(head: str, tail: str, opening: str) -> None:
    """Refuse a grid in brackets with something before or behind it that its numbers depend on.

    Raises:
        ValueError: with what stands there.
    """
    calls = re.findall(r"\b([A-Za-z_]\w*)\s*\(", head + opening if opening == "(" else head)
    for name in calls:
        if name.lower() not in _MAKERS:
            raise ValueError(f"{name[:20]}(...) is not worked out here; give the numbers themselves.")
    if head.strip() and not re.search(r"[(=:]\s*$|^\s*[A-Za-z_][\w.]*\s*$", head):
        raise ValueError(f"there is {head.strip()[:20]!r} before the brackets; give one grid.")
    if opening == "(" and re.search(r"(?:shape|size)\s*=\s*$", head):
        raise ValueError("there is a size but no grid; give the numbers themselves.")
    if re.search(r"[\[{]", tail):
        raise ValueError("there is more than one grid in brackets; give one at a time.")
    found = _BEHIND.match(tail)
    rest = tail[found.end() if found else 0 :].strip()
    if rest:
        raise ValueError(f"behind the grid stands {rest[:20]!r}, which is not worked out here; give the numbers only.")
