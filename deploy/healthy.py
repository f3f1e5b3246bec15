"""Whether a process of the app answers: `python deploy/healthy.py PORT [SECONDS]`; waits up to SECONDS for a yes.

The first yes costs a visit: the root page is opened as a browser does it, so that imports, fonts and the first
drawings are made before anybody comes, and then the pages that compute longest, which go on computing for an empty
room what will probably be asked for next. Later ones ask for the page's file and Streamlit's own word.
"""

from __future__ import annotations

import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PAGES = ("", "your-photo", "side-by-side", "sliding-window", "what-the-indices-carry", "learn-an-upsampling")
"""Addresses of the pages that are opened."""


def main(port: int, seconds: float = 0) -> int:
    """The exit status: 0 if it answers, 1 if not."""
    until = time.monotonic() + seconds
    while True:
        try:
            check(port)
        except OSError as problem:
            if time.monotonic() > until:
                print(f"the app on port {port} does not answer: {problem}", file=sys.stderr)
                return 1
            time.sleep(0.5)
        else:
            return 0


def check(port: int) -> None:
    """Raise OSError (of which every failed connection is one) unless the process on that port answers."""
    for path in ("_stcore/health", ""):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
            answer.read()
    warm = Path(tempfile.gettempdir()) / f"upsampling-explainer-{port}.warm"
    if not warm.exists():
        visit(port)
        warm.touch()


def visit(port: int) -> None:
    """Open `PAGES` one after the other, as one visitor. Raises OSError if one of them takes a minute."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        for page in PAGES:
            ask = BackMsg()
            ask.rerun_script.page_name = page
            socket.send(ask.SerializeToString())
            while ForwardMsg.FromString(socket.recv(timeout=60, decode=False)).WhichOneof("type") != "script_finished":
                pass


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
