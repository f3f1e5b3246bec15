"""Components, whose scripts the browser fetches once.

Streamlit sends a component's whole script along with its data, each time that the data changes: 127 KB for the stage,
a second of a school's network when a class changes a setting. So what is sent imports the script by its address, which
names its content and may therefore be kept for ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explainer.stage.bundle import bundle

#: First part of the scripts' addresses, below the app's own.
PLACE = "scripts"
_served: dict[str, str] = {}


def component(name: str, entry: Path, html: str | None = None) -> Any:
    """Register a component of Streamlit's second kind: `entry` with all it imports, and the style sheet beside it."""
    sheet = entry.with_suffix(".css")
    css = sheet.read_text(encoding="utf-8") if sheet.exists() else None
    return st.components.v2.component(name, html=html, css=css, js=imported(name, bundle(entry)))


def imported(name: str, script: str) -> str:
    """A short module that is the script: it exports what the script exports as its default."""
    file = f"{name}.{hashlib.sha256(script.encode()).hexdigest()[:16]}.js"
    _served[file] = script
    address = f'new URL("{PLACE}/{file}", document.baseURI)'
    return f"const {{ default: draw }} = await import({address});\nexport default draw;\n"


async def answer(request: Request) -> Response:
    """A script, to be kept by the browser; 404 for one that no page has asked for."""
    script = _served.get(request.path_params["file"])
    if script is None:
        return PlainTextResponse("Not found", 404)
    return Response(
        script, media_type="text/javascript", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


#: At the root, and below whatever path the app is served under.
ROUTES = [Route(f"{base}/{PLACE}/{{file}}", answer) for base in ("", "/{base:path}")]
