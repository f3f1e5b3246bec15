"""A figure's data that is large and the same for everybody: the page names its address, the browser fetches it once.

In the page itself half a megabyte would be written, hashed and sent at every change, also at those that leave it as it
is. An address tells its content, so a browser that comes back to a photo has its figure already. What is made from a
visitor's own photo never gets an address: it travels in the page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

#: First part of the addresses, below the app's own.
PLACE = "shared"
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


class Addressed:
    """Data under an address; answered for as long as somebody keeps this.

    Attributes:
        name: the address's last part, which tells the content.
        small: the data as JSON, compressed.
    """

    def __init__(self, name: str, text: bytes) -> None:
        self.name = name
        self.small = gzip.compress(text, compresslevel=6, mtime=0)

    @property
    def message(self) -> dict[str, str]:
        """What a component gets instead of the data; `byAddress` of `by_address.js` fetches the rest."""
        return {"source": f"{PLACE}/{self.name}"}


_answered: WeakValueDictionary[str, Addressed] = WeakValueDictionary()
_lock = threading.Lock()


def addressed(data: Mapping[str, Any]) -> Addressed:
    """Data as JSON under an address. It is public from now on. The same data is the same object."""
    text = json.dumps(data, separators=(",", ":")).encode()
    name = f"{hashlib.sha256(text).hexdigest()[:16]}.json"
    with _lock:
        found = _answered.get(name) or Addressed(name, text)
        _answered[name] = found
    return found


async def answer(request: Request) -> Response:
    """The data, to be kept by the browser; 404 where nobody keeps it."""
    found = _answered.get(request.path_params["file"])
    if found is None:
        return PlainTextResponse("Not found", 404)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    body = found.small if packed else gzip.decompress(found.small)
    headers = {**HEADERS, "Content-Encoding": "gzip"} if packed else HEADERS
    return Response(body, media_type="application/json", headers=headers)


#: At the root, and below whatever path the app is served under.
ROUTES = [Route(f"{base}/{PLACE}/{{file}}", answer) for base in ("", "/{base:path}")]
