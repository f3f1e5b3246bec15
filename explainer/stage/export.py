"""The stage's own files, and a scene as one HTML page that plays offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from explainer.palette import PALETTE
from explainer.stage.bundle import bundle

HERE = Path(__file__).parent
ENTRY = "export default function mount("
SHAPES = {"wide": "16 / 9", "square": "1 / 1", "free": ""}
PAPER = 640
"""How many pixels wide a figure is printed; A4 and Letter have a little more between their margins."""
SCHEMES = {"auto": "light dark", "light": "light", "dark": "dark"}


@dataclass(frozen=True)
class Sources:
    """What a Streamlit component is registered with."""

    html: str
    css: str
    js: str


@cache
def sources() -> Sources:
    """Read the files once; the script is all its modules as one."""
    html, css = ((HERE / name).read_text(encoding="utf-8") for name in ("stage.html", "stage.css"))
    return Sources(html, css, bundle(HERE / "stage.js"))


def to_html(scene: dict[str, Any], title: str, text: str = "", theme: str = "auto", shape: str = "wide") -> str:
    """A self-contained page that plays `scene` without a network.

    Args:
        scene: what to show. Its values cannot be edited here, as there is no torch to answer.
        title: heading of the page.
        text: a paragraph under the picture, plain text.
        theme: "auto" follows the reader's system, "light" and "dark" do not.
        shape: title and picture fill a frame of a slide's format, "wide" (16:9) or "square", as large as the window
            has room for; "free" is as high as it needs to be, and so is every page on a phone.
    """
    if shape not in SHAPES:
        raise ValueError(f"shape is {shape!r}, allowed are {', '.join(SHAPES)}")
    if theme not in SCHEMES:
        raise ValueError(f"theme is {theme!r}, allowed are {', '.join(SCHEMES)}")
    paragraph = f"<p>{escape(text)}</p>" if text else ""
    return PAGE.format(
        scheme=SCHEMES[theme],
        title=escape(title),
        paragraph=paragraph,
        slide="" if shape == "free" else f' class="slide" style="--ratio: {SHAPES[shape]}"',
        css=_theme_rules(theme) + sources().css,
        html=sources().html,
        js=_inline_module(),
        scene=safe_json(scene),
        paper=PAPER,
    )


def safe_json(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _inline_module() -> str:
    """The module as a script of the page itself, since a page opened from a file may not import another file."""
    js = sources().js
    if js.count(ENTRY) != 1 or "</script" in js:
        raise RuntimeError("stage.js has lost its default export or holds a closing script tag")
    return js.replace(ENTRY, "function mount(").replace("\nexport ", "\n")


def _theme_rules(theme: str) -> str:
    paper = f"@media print {{ :root {{ {_variables('light')} }} }}\n"
    if theme != "auto":
        return f":root {{ {_variables(theme)} }}\n{paper}"
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables('dark')} }} }}\n"
    return f":root {{ {_variables('light')} }}\n{dark}{paper}"


def _variables(theme: str) -> str:
    palette = PALETTE[theme]
    soft = {"light": "#f1f3f7", "dark": "#1a1e27"}[theme]
    names = {"background-color": palette["background"], "text-color": palette["ink"]}
    names |= {"secondary-background-color": soft, "border-color": palette["line"]}
    return " ".join(f"--st-{name}: {value};" for name, value in names.items())


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
{css}
body {{
  margin: 0; font-family: system-ui, sans-serif; line-height: 1.5;
  color: var(--st-text-color); background: var(--st-background-color);
}}
article, main > p {{ box-sizing: border-box; max-width: 1180px; margin: 0 auto; padding: 12px 16px; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.5rem; overflow-wrap: anywhere; }}
.slide {{
  display: flex; flex-direction: column; aspect-ratio: var(--ratio); max-width: none; overflow: hidden;
  width: min(100vw, 100vh * var(--ratio));
}}
@media (max-width: 700px) {{ .slide {{ aspect-ratio: auto; width: auto; overflow: visible; }} }}
@media print {{ .slide {{ aspect-ratio: auto; width: auto; overflow: visible; }} }}
</style>
</head>
<body>
<main>
<article{slide}>
<h1>{title}</h1>
<div id="host">{html}</div>
</article>
{paragraph}
</main>
<script type="application/json" id="scene">{scene}</script>
<script type="module">
{js}
const scene = JSON.parse(document.getElementById("scene").textContent);
const show = () => mount({{ data: {{ scene }}, parentElement: document.getElementById("host") }});
show();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
// Paper is narrower than most windows: the figure is not laid out anew, it shrinks.
const frame = (width, zoom) => Object.assign(document.querySelector(".board").style, {{ width, zoom }});
addEventListener("beforeprint", () => {{
  const {{ clientWidth }} = document.querySelector(".board");
  frame(`${{clientWidth}}px`, Math.min(1, {paper} / clientWidth));
}});
addEventListener("afterprint", () => frame("", ""));
</script>
</body>
</html>
"""
