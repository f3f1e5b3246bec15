"""A photo's answer from a server of networks, where `UPSAMPLING_SERVE` names one; else, and if that fails, from here.

The server may be one machine with a graphics card or many (`deploy/serve.py`). A request has a limit in time and a
second try; then the app's own network answers, the page says so, and for a while nobody waits for that server again.
"""

from __future__ import annotations

import http.client
import os
import time
import urllib.error
import urllib.request
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explainer.segmentation import worker
from explainer.segmentation.answer import Answer, slim
from explainer.segmentation.classes import ClassSet
from explainer.segmentation.weights import model_info
from explainer.segmentation.wire import MEDIA_TYPE, Ask, BadMessage, grid_of, packed, read_reply

SWITCH = "UPSAMPLING_SERVE"
"""Environment variable: the server's address, `http://host:port/`; unset or empty, everything is computed here."""
SECONDS = 10.0
"""What one try may take in all."""
TRIES = 2
REST = 15.0
"""Seconds for which a server that failed is not asked."""
MOST_BYTES = 64 * 2**20
"""No answer is larger."""
NOTICE = "The server of networks did not answer; this photo was labelled by the app's own processor."
_CHUNK = 1 << 18
#: Past the server, not through a school's web proxy.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_rests_until: dict[str, float] = {}


class Unanswered(Exception):
    """The server gave no answer that can be used."""


def address() -> str:
    """Where the server is; empty without one."""
    return os.environ.get(SWITCH, "").strip()


def line(device: str) -> worker.Worker:
    """Where a request for a photo waits: many at once for a server, one at a time for this machine."""
    return worker.REMOTE if address() and device == "auto" else worker.LOCAL


def answer(rgb: NDArray[np.uint8], model: str, side: int, device: str, classes: ClassSet, crf: bool = True) -> Answer:
    """Label a photo (H, W, 3), by the server if there is one and the device is left open.

    Raises:
        What `explainer.segmentation.inference.predict` raises.
    """
    known = address()
    if not known or device != "auto":
        return _own(rgb, model, side, device, classes, crf)
    try:
        return ask_server(known, request_for(rgb, model, side, classes, crf))
    except Unanswered:
        found = worker.LOCAL.run(lambda: _own(rgb, model, side, device, classes, crf))
        return replace(found, notices=(*found.notices, NOTICE))


def _own(rgb: NDArray[np.uint8], model: str, side: int, device: str, classes: ClassSet, crf: bool) -> Answer:
    from explainer.segmentation.inference import predict

    return slim(predict(rgb, model, side, device, classes=classes, crf=crf))


def request_for(rgb: NDArray[np.uint8], model: str, side: int, classes: ClassSet, crf: bool = True) -> Ask:
    """The message for a photo: its pixels as the network will see them, some 0.5 MB."""
    from explainer.segmentation.resize import at_network_size

    bundled = model_info(model).bundled
    height, width = rgb.shape[:2]
    small = at_network_size(rgb, side, bundled)
    return Ask(model, side, classes if bundled else "voc21", (height, width), grid_of(small), crf)


def ask_server(server: str, ask: Ask) -> Answer:
    """The server's answer, asked once more if the first try fails. Raises Unanswered."""
    if time.monotonic() < _rests_until.get(server, 0.0):
        raise Unanswered("it failed a moment ago")
    body, problem = packed(ask), ""
    for _ in range(TRIES):
        try:
            found = read_reply(_post(server, body), ask)
        except urllib.error.HTTPError as error:
            problem = f"status {error.code}"
            error.close()
            if error.code < 500:  # it will say the same again, and the next photo may be another matter
                raise Unanswered(problem) from None
        except BadMessage as error:
            problem = str(error)
        except (OSError, http.client.HTTPException, ValueError) as error:  # the last: an address that is none
            problem = type(error).__name__
        else:
            _rests_until.pop(server, None)
            return found
    _rests_until[server] = time.monotonic() + REST
    raise Unanswered(problem)


def _post(server: str, body: bytes) -> bytes:
    """One try. Raises OSError, also when it takes too long."""
    until = time.monotonic() + SECONDS
    request = urllib.request.Request(server, body, {"Content-Type": MEDIA_TYPE}, method="POST")
    pieces, size = [], 0
    with _opener.open(request, timeout=SECONDS) as reply:
        while piece := reply.read1(_CHUNK):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise BadMessage(f"got more than {MOST_BYTES >> 20} MB")
            if time.monotonic() > until:
                raise TimeoutError(f"the answer took longer than {SECONDS:.0f} s")
    return b"".join(pieces)
