"""What the browser fetches once: components' scripts, and pictures that all visitors share.

Streamlit sends a component's whole script along with its data, each time that the data changes: 127 KB for the stage,
a second of a school's network when a class changes a setting. A large picture inside the page costs each visit a tenth
of a second of processor besides. So what is sent names an address, and the address names the content, which may
therefore be kept for ever. A visitor's own photos never get an address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explainer.stage.bundle import bundle

#: First part of the addresses, below the app's own.
PLACE = "once"
MEDIA_TYPES = {"js": "text/javascript", "svg": "image/svg+xml", "jpg": "image/jpeg"}
_served: dict[str, bytes] = {}


def component(name: str, entry: Path, html: str | None = None) -> Any:
    """Register a component of Streamlit's second kind: `entry` with all it imports, and the style sheet beside it.

    What is returned mounts it, with data or with data as `as_text` writes it. Streamlit would look for tables in each
    part of the data and write all of it twice, at every change; a text it passes on as it is.
    """
    sheet = entry.with_suffix(".css")
    css = sheet.read_text(encoding="utf-8") if sheet.exists() else None
    mount = st.components.v2.component(name, html=html, css=css, js=imported(name, bundle(entry)))

    def mounted(data: Mapping[str, Any] | str, **more: Any) -> Any:
        return mount(data=data if isinstance(data, str) else as_text(data), **more)

    return mounted


def as_text(data: Mapping[str, Any]) -> str:
    """A component's data as it travels."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def imported(name: str, script: str) -> str:
    """A short module that is the script: it calls what the script exports as its default, with the data read."""
    address = f'new URL("{address_of(name, "js", script)}", document.baseURI)'
    return (
        f"const {{ default: draw }} = await import({address});\n"
        "export default ({ data, ...rest }) => draw({ data: JSON.parse(data), ...rest });\n"
    )


def address_of(name: str, ending: str, content: str | bytes) -> str:
    """The address of a text or a picture, relative to the page; it is answered from now on. `ending` is one of
    `MEDIA_TYPES`."""
    data = content.encode() if isinstance(content, str) else content
    file = f"{name}.{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
    _served[file] = data
    return f"{PLACE}/{file}"


async def answer(request: Request) -> Response:
    """What stands there, to be kept by the browser; 404 where no page has named it."""
    file = request.path_params["file"]
    if file not in _served:
        return PlainTextResponse("Not found", 404)
    media_type = MEDIA_TYPES[file.rpartition(".")[2]]
    return Response(
        _served[file], media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


#: At the root, and below whatever path the app is served under.
ROUTES = [Route(f"{base}/{PLACE}/{{file}}", answer) for base in ("", "/{base:path}")]
