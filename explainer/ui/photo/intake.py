"""Photos come in: samples by name, uploads and camera pictures by their bytes. What is refused gets one sentence.

A file's name is only said back to its sender, where the file is refused. Decoded photos live in the visitor's session,
the newest few of them.
Decoding stands in the same line as all other work: one at a time in this process, and nobody waits for ever.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile

from explainer.photos import MAX_BYTES, Photo, PhotoError, read_photo
from explainer.segmentation import worker
from explainer.segmentation.samples import sample
from explainer.ui.crowd import leave
from explainer.ui.escaping import escaped
from explainer.ui.events import tell
from explainer.ui.gate import refusal
from explainer.ui.photo.asking import results
from explainer.ui.photo.labelled import ShownPhoto

KEPT = 6
"""Photos of one visitor that are kept at a time."""
PATIENCE = 30.0
"""Seconds that a file may wait for its turn and be decoded."""
LONGEST = 60
"""Letters of a file's name that are said back."""
OWN, SHOWN, REFUSED, ROUND = "yp_own", "yp_shown", "yp_refused", "yp_round"
SEEN, SENT = "yp_seen", "yp_sent"
"""In the session: for each widget the SHA-256 of the files that it held last, and how many files have been sent."""
GONE = "The connection was interrupted and a photo of yours is no longer here; please send it again."


@lru_cache(maxsize=16)
def sample_photo(name: str) -> ShownPhoto:
    """One of the photos that come with the app."""
    one = sample(name)
    start = time.perf_counter()
    photo = read_photo(one.path.read_bytes())
    spent = (time.perf_counter() - start) * 1000
    return ShownPhoto(f"sample:{name}", one.title, photo.rgb, photo.width, photo.height, spent)


def own_photos() -> dict[str, ShownPhoto]:
    """This visitor's photos by their SHA-256, the oldest first."""
    photos: dict[str, ShownPhoto] = st.session_state.setdefault(OWN, {})
    return photos


def take(data: bytes, title: str) -> ShownPhoto:
    """Decode a visitor's file. Raises PhotoError with one sentence."""
    start = time.perf_counter()
    photo = in_turn(data)
    spent = (time.perf_counter() - start) * 1000
    key = hashlib.sha256(data).hexdigest()
    return ShownPhoto(key, title, photo.rgb, photo.width, photo.height, spent, photo.notices)


def in_turn(data: bytes) -> Photo:
    """Decode in the worker's line. Raises PhotoError also where the line is full or the waiting too long."""
    leave()  # after a restart the page itself asks, and not a callback
    try:
        job = worker.submit(lambda: read_photo(data))
        return job.result(PATIENCE)
    except worker.Busy as busy:
        raise PhotoError(str(busy)) from None
    except TimeoutError:
        job.cancel()
        raise PhotoError("This picture took too long to read; please try again later or send a smaller one.") from None


def uploads_changed() -> None:
    """Take in what is new in the uploader, and drop what was taken out of it."""
    files: list[Any] = st.session_state.get(widget("upload")) or []
    _take_all(files, "Photo")


def camera_changed() -> None:
    """Take in the picture just taken."""
    shot = st.session_state.get(widget("camera"))
    _take_all([shot] if shot is not None else [], "Camera")


def _take_all(files: list[Any], title: str) -> None:
    """The photos of one widget: decode the files that are new in it, forget those taken out, keep the newest few.

    A file that is sent once more beside itself is new: it may have been refused for lack of room or time.
    """
    there = [file for file in files if not isinstance(file, DeletedFile)]
    held = [file.getvalue() for file in there]
    refused = [GONE] if len(held) < len(files) else []
    present = [hashlib.sha256(data).hexdigest() for data in held]
    seen = seen_files()
    before = seen.get(title, [])
    known = Counter(before)
    for key, data, file in zip(present, held, there, strict=True):
        if known[key]:
            known[key] -= 1
        elif key not in own_photos():
            name, told = (next_name(), named(file.name)) if title == "Photo" else (title, "The camera's picture")
            refused += _take_one(key, data, name, told)
    seen[title] = present
    for key in [key for key in own_photos() if key in before and key not in present]:
        drop(key)
    if len(own_photos()) > KEPT:
        refused.append(f"Only the newest {KEPT} photos are kept.")
    for key in list(own_photos())[: max(0, len(own_photos()) - KEPT)]:
        drop(key)
    st.session_state[REFUSED] = refused


def seen_files() -> dict[str, list[str]]:
    """What each widget held when it was last heard of."""
    seen: dict[str, list[str]] = st.session_state.setdefault(SEEN, {})
    return seen


def next_name() -> str:
    """What the next file is called: its number in this visit, which no other photo has had."""
    st.session_state[SENT] = st.session_state.get(SENT, 0) + 1
    return f"Photo {st.session_state[SENT]}"


def _take_one(key: str, data: bytes, title: str, file: str) -> list[str]:
    """Decode a new file and show it; what there is to complain about, beginning with the file."""
    try:
        own_photos()[key] = taken = take(data, title)
    except PhotoError as problem:
        tell("photo", outcome="refused", kilobytes=len(data) // 1024)
        return [f"{file}: {problem}"]
    tell("photo", outcome="read", kilobytes=len(data) // 1024, milliseconds=taken.read_ms)
    st.session_state[SHOWN] = key
    return []


def named(name: str) -> str:
    """A file's name as it may stand in a sentence: its beginning and end, nothing that could act as Markdown."""
    plain = "".join(letter for letter in name if letter.isprintable())
    short = plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 12]} … {plain[-8:]}"
    return f"“{escaped(short)}”"


def drop(key: str) -> None:
    """Forget one photo and its results; if it was the one shown, the newest of the others is."""
    photos = own_photos()
    del photos[key]
    results().drop(key)
    if st.session_state.get(SHOWN) == key:
        st.session_state[SHOWN] = next(reversed(photos), "")


def forget() -> None:
    """Drop all photos and results of this visitor, and the files that the widgets hold."""
    for held in (st.session_state.get(widget("upload")) or [], [st.session_state.get(widget("camera"))]):
        release(held)
    for name in (OWN, SHOWN, REFUSED, SEEN, SENT, "yp_results"):
        st.session_state.pop(name, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def release(files: list[Any]) -> None:
    """Let Streamlit forget files at once; it would keep them until the session ends."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in [file for file in files if file is not None and not isinstance(file, DeletedFile)]:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def widget(name: str) -> str:
    """The key of the uploader or the camera; another one after everything was forgotten."""
    return f"yp_{name}_{st.session_state.get(ROUND, 0)}"


def show_intake() -> None:
    """The drop zone, what was refused, the camera's switch and the camera."""
    files = st.file_uploader(
        "Your own photos", None, True, key=widget("upload"), on_change=uploads_changed,
        help=f"JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF; several at once, each up to {MAX_BYTES >> 20} MB.",
        label_visibility="collapsed",
    )  # fmt: skip
    if files and SEEN not in st.session_state:  # The server was restarted under an open page: no callback was called.
        uploads_changed()
        st.rerun()
    if not files and seen_files().get("Photo"):  # After another page the uploader begins anew; the photos stay.
        seen_files()["Photo"] = []
        st.session_state[REFUSED] = []
    help_ = "Browsers allow it on HTTPS or localhost only."
    if st.toggle("Use the camera", key="yp_use_camera", help=help_):
        st.camera_input("Take a photo", key=widget("camera"), on_change=camera_changed, width=420)
        st.caption("No picture? The camera works only over HTTPS or on localhost; uploading works everywhere.")
    # Behind the camera, which would begin anew if a sentence above it came or went.
    for sentence in filter(None, (turned_away(), *st.session_state.get(REFUSED, []))):
        st.error(sentence, icon=":material/broken_image:")
    if own_photos():
        st.button("Forget my photos", on_click=forget, icon=":material/delete:")


def turned_away() -> str:
    """Why the server took no more of this visit's files; empty where it took all."""
    context = get_script_run_ctx()
    return refusal(context.session_id) if context is not None else ""


def chosen_photo(sample_name: str) -> ShownPhoto:
    """The photo that is shown: the visitor's choice among their own, else the sample."""
    own = own_photos().get(st.session_state.get(SHOWN, ""))
    return own or sample_photo(sample_name)
