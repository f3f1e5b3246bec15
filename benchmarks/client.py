"""A visitor without a browser: Streamlit's own messages over a real WebSocket, as the page in a browser sends them.

It knows the widgets of the page it is on from what the server draws, chooses among their options, presses buttons,
sends forms and uploads files. It draws nothing, so one machine carries many of them. Streamlit 1.67's protocol.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
import urllib.request
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

#: Seconds after which an answer counts as lost.
PATIENCE = 240.0
#: Widgets whose value can be chosen from what the server drew.
CHOICES = ("selectbox", "slider", "button_group", "radio", "number_input", "checkbox")


class Trouble(RuntimeError):
    """What a visitor would have seen as an error."""


class Visitor:
    """One tab.

    Attributes:
        query: the parameters of its address.
        widgets: id -> (kind, its message, the fragment it belongs to), as drawn on the page now.
        received: bytes that came over the socket.
    """

    def __init__(self, address: str, seed: int = 0) -> None:
        self.address, self.chance = address.rstrip("/"), random.Random(seed)
        self.widgets: dict[str, tuple[str, Any, str]] = {}
        self.received = 0
        self._states: dict[str, WidgetState] = {}
        # Where each widget stands, and where each part of the page begins: what a part draws anew replaces what it had.
        self._places: dict[str, tuple[int, ...]] = {}
        self._roots: dict[str, tuple[int, ...]] = {}
        self._known: dict[str, ForwardMsg] = {}
        self.query: dict[str, str] = {}
        self._page, self._script, self._session, self._cookie = "", "", "", ""
        self._socket: ClientConnection | None = None
        self._requests = itertools.count(1)

    async def __aenter__(self) -> Visitor:
        self._cookie = await asyncio.to_thread(self._handshake)
        self._socket = await connect(
            f"{self.address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit", self._cookie],  # type: ignore[list-item]
            origin=self.address,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"_streamlit_xsrf={self._cookie}"},
            max_size=None, compression=None, open_timeout=PATIENCE, ping_interval=None,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    def _handshake(self) -> str:
        """The page itself and what it asks first; returns the token against forged requests."""
        for path in ("/", "/_stcore/health"):
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
                cookies = answer.headers.get_all("Set-Cookie") or []
        return next(one.partition("=")[2].partition(";")[0] for one in cookies if one.startswith("_streamlit_xsrf="))

    async def open(self, path: str, query: str = "") -> float:
        """Go to a page by its path in the address; returns the seconds until it stands."""
        self._page, self._script, self.query = path, "", dict(parse_qsl(query))
        self._states.clear()
        return await self.rerun()

    async def rerun(self, fragment: str = "", *pressed: WidgetState) -> float:
        """Ask for a run of the page, or of one of its parts; returns the seconds until it has ended."""
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.page_script_hash = ("", self._script) if self._script else (self._page, "")
        state.query_string, state.fragment_id = urlencode(self.query), fragment
        state.widget_states.widgets.extend([*self._states.values(), *pressed])
        state.cached_message_hashes.extend(self._known)
        state.context_info.url = f"{self.address}/{self._page}"
        begun = time.perf_counter()
        await self._send(message)
        await self._until("script_finished")
        return time.perf_counter() - begun

    async def _send(self, message: BackMsg) -> None:
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())

    async def _until(self, kind: str) -> ForwardMsg:
        """Take in what the server sends up to a message of one kind; a run that was broken off does not count."""
        assert self._socket is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                data = await self._socket.recv()
                self.received += len(data)
                message = ForwardMsg.FromString(data)  # type: ignore[arg-type]
                self._take_in(message)
                if message.WhichOneof("type") == kind and message.script_finished != message.FINISHED_EARLY_FOR_RERUN:
                    return message

    def _take_in(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message, kind = self._known[message.ref_hash], "delta"
        elif message.metadata.cacheable:
            self._known[message.hash] = message
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id
            self._clear(message.metadata.run.fragment_ids)
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string))
        elif kind == "page_not_found":
            raise Trouble(f"no page {self._page!r}")
        elif kind == "delta":
            place = tuple(message.metadata.delta_path)
            if message.delta.fragment_id:
                self._roots.setdefault(message.delta.fragment_id, place)
            if message.delta.HasField("new_element"):
                self._draw(message.delta.new_element, message.delta.fragment_id, place)

    def _clear(self, fragments: Sequence[str]) -> None:
        """Forget the widgets of what is drawn anew: the whole page, or the places of some of its parts."""
        if not fragments:
            self._roots.clear()
        for root in [self._roots[one] for one in fragments] or [()]:
            for one in [one for one, place in self._places.items() if place[: len(root)] == root]:
                del self.widgets[one], self._places[one]

    def _draw(self, element: Element, fragment: str, place: tuple[int, ...]) -> None:
        kind = element.WhichOneof("type") or ""
        one = getattr(element, kind, None)
        if kind == "exception":
            raise Trouble(f"{one.type}: {one.message}")  # type: ignore[union-attr]
        if getattr(one, "id", ""):
            self.widgets[one.id] = (kind, one, fragment)  # type: ignore[union-attr]
            self._places[one.id] = place  # type: ignore[union-attr]
            if getattr(one, "set_value", False):
                self._states.pop(one.id, None)  # type: ignore[union-attr]

    def of_kind(self, *kinds: str, in_form: bool = False) -> list[Any]:
        """Widgets that can be used now."""
        found = [one for kind, one, _ in self.widgets.values() if kind in kinds and not one.disabled]
        return [one for one in found if bool(one.form_id) == in_form]

    def choose(self, one: Any) -> None:
        """Another value for a widget, by chance; nothing is sent yet."""
        kind, _, _ = self.widgets[one.id]
        state = WidgetState(id=one.id)
        if kind == "checkbox":
            before = self._states[one.id].bool_value if one.id in self._states else one.default
            state.bool_value = not before
        elif kind == "number_input":
            state.double_value = one.min if one.has_min else one.default + one.step
        else:
            self._choose_among(kind, one, state)
        self._states[one.id] = state

    def _choose_among(self, kind: str, one: Any, state: WidgetState) -> None:
        options = [option.content if kind == "button_group" else option for option in one.options]
        now = self._states[one.id].string_value if one.id in self._states else self._drawn(one, options)
        chosen = self.chance.choice([option for option in options if option != now] or options)
        if kind in ("selectbox", "radio"):
            state.string_value = chosen
        else:
            state.string_array_value.data.append(chosen)
        if one.query_param_key:
            self.query[one.query_param_key] = chosen

    @staticmethod
    def _drawn(one: Any, options: list[str]) -> str:
        """What a widget shows before anybody has touched it."""
        first = one.default if isinstance(one.default, int) else next(iter(one.default), -1)
        return options[int(first)] if 0 <= first < len(options) else ""

    async def change(self) -> float:
        """Change one setting of the page by chance; a page without settings is run again as it is."""
        found = [one for one in self.of_kind(*CHOICES) if self.widgets[one.id][0] != "slider" or one.options]
        if not found:
            return await self.rerun()
        one = self.chance.choice(found)
        self.choose(one)
        return await self.rerun(self.widgets[one.id][2])

    async def press(self, label: str) -> float:
        """Press the button of that name; a form's fields go with it."""
        one = next(one for kind, one, _ in self.widgets.values() if kind == "button" and one.label == label)
        return await self.rerun(self.widgets[one.id][2], WidgetState(id=one.id, trigger_value=True))

    async def answer(self) -> float:
        """Answer the question of the page *Questions*: any cell, setting or number; then on to the next."""
        if any(kind == "button" and one.label == "Next question" for kind, one, _ in self.widgets.values()):
            return await self.press("Next question")
        for one in self.of_kind("button_group", "radio", in_form=True)[:1]:
            self.choose(one)
        for one in self.of_kind("text_input", in_form=True):
            size = "for example" in one.placeholder
            self._states[one.id] = WidgetState(id=one.id, string_value="4 x 4" if size else "7")
        return await self.press("Check")

    async def upload(self, data: bytes, name: str = "photo.jpg") -> float:
        """Send a file to the page's uploader; returns the seconds until the page shows it."""
        (one,) = self.of_kind("file_uploader")[:1]
        begun = time.perf_counter()
        message = BackMsg()
        asked = message.file_urls_request
        asked.request_id, asked.session_id = str(next(self._requests)), self._session
        asked.file_names.append(name)
        await self._send(message)
        answer = (await self._until("file_urls_response")).file_urls_response
        (urls,) = answer.file_urls
        await asyncio.to_thread(self._put, urls.upload_url, name, data)
        state = WidgetState(id=one.id)
        info = state.file_uploader_state_value.uploaded_file_info.add(name=name, size=len(data), file_id=urls.file_id)
        info.file_urls.CopyFrom(urls)
        self._states[one.id] = state
        await self.rerun(self.widgets[one.id][2])
        return time.perf_counter() - begun

    def _put(self, path: str, name: str, data: bytes) -> None:
        line = uuid.uuid4().hex
        head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename={json.dumps(name)}\r\n'
        body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + data + f"\r\n--{line}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={line}",
            "X-Xsrftoken": self._cookie, "Cookie": f"_streamlit_xsrf={self._cookie}",
        }  # fmt: skip
        request = urllib.request.Request(self.address + path, body, headers, method="PUT")
        with urllib.request.urlopen(request, timeout=PATIENCE) as done:
            if done.status >= 300:
                raise Trouble(f"upload refused: {done.status}")
